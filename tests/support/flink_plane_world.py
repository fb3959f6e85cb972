"""What the Flink plane needs around it, as small as it can be: a registry over HTTP and an embedding provider."""

from __future__ import annotations

import base64
import json
import struct
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from localcloud.dataplane.interface import ConflictError, DataPlaneError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.dataplane.registry.registry import SqliteRegistry


def vector_of(text: str) -> list[float]:
    """Eight floats that only this text has."""
    seed = zlib.crc32(text.encode())
    return [struct.unpack("<f", struct.pack("<f", (seed >> shift & 0xFF) / 7))[0] for shift in range(0, 32, 4)]


@dataclass
class Provider:
    """An embedding endpoint whose behaviour a test may change while it is used."""

    key: str = "provider-key"
    status: int = 200
    failures_left: int = 0
    base64: bool = True
    calls: list[int] = field(default_factory=list)
    url: str = ""

    def answer(self, body: Any, authorization: str) -> tuple[int, Any]:
        self.calls.append(len(body["input"]))
        if authorization != f"Bearer {self.key}":
            said = f"Incorrect API key provided: {authorization.removeprefix('Bearer ')}."
            return 401, {"error": {"message": said, "code": "invalid_api_key"}}
        if self.status != 200 or self.failures_left > 0:
            self.failures_left -= 1
            return (self.status if self.status != 200 else 503), {"error": {"message": "not now"}}
        data = []
        for index, text in enumerate(body["input"]):
            vector: Any = vector_of(text)
            if self.base64 and body["encoding_format"] == "base64":
                vector = base64.b64encode(struct.pack("<8f", *vector)).decode()
            data.append({"index": index, "embedding": vector})
        return 200, {"data": data, "model": body["model"]}


@contextmanager
def serving(registry: SqliteRegistry, provider: Provider, token: str) -> Iterator[str]:
    """Yield the base URL of ``/schema-registry/LSRC`` (Basic ``PRINCIPAL:token``) and ``/v1/embeddings``."""
    allowed = {"Basic " + base64.b64encode(f"{user}:{token}".encode()).decode() for user in ("internal", "sa-1")}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body, path = json.loads(text or "null"), [unquote(part) for part in self.path.split("?")[0].split("/")[1:]]
            authorization = self.headers.get("Authorization", "")
            if path[0] == "v1":
                status, answer = provider.answer(body, authorization)
            elif authorization not in allowed:
                status, answer = 401, {"message": "wrong token"}
            else:
                try:
                    permanent = self.path.endswith("?permanent=true")
                    status, answer = 200, _registry_call(registry, path[1], self.command, path[2:], body, permanent)
                except (NotFoundError, ConflictError) as error:
                    status, answer = 404, {"message": str(error)}
                except DataPlaneError as error:
                    status, answer = 422, {"message": str(error)}
            encoded = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the base class names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    provider.url = f"{base}/v1/embeddings"
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()


def _registry_call(  # noqa: PLR0917 - a request has these parts
    registry: SqliteRegistry,
    registry_id: str,
    method: str,
    path: list[str],
    body: Any,
    permanent: bool,  # noqa: FBT001
) -> Any:
    match [method, *path]:
        case ["POST", "subjects", subject, "versions"]:
            references = body.get("references", [])
            found = registry.register(registry_id, subject, body["schema"], body.get("schemaType", "AVRO"), references)
        case ["GET", "subjects", subject, "versions", "latest"]:
            found = registry.version(registry_id, subject)
        case ["GET", "subjects", subject, "versions", number]:
            found = registry.version(registry_id, subject, int(number))
        case ["GET", "schemas", "ids", number]:
            found = registry.by_id(registry_id, int(number))
        case ["DELETE", "subjects", subject]:
            return registry.delete_subject(registry_id, subject, permanent=permanent)
        case _:
            raise NotFoundError("no such path")
    return {
        "subject": found.subject,
        "version": found.version,
        "id": found.id,
        "schema": found.schema,
        "schemaType": found.schema_type,
        "references": list(found.references),
    }
