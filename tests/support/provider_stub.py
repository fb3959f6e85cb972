"""Embedding providers that misbehave: what a stack meets when the endpoint it names is not well."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OK = 200


def vectors(texts: str | list[str]) -> dict[str, Any]:
    """Return a reply with the same small vector for every text."""
    count = 1 if isinstance(texts, str) else len(texts)
    data = [{"object": "embedding", "index": index, "embedding": [0.6, 0.8]} for index in range(count)]
    return {"object": "list", "model": "stub", "data": data, "usage": {"prompt_tokens": count, "total_tokens": count}}


def refusal(status: int) -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": f"stub says {status}", "type": "stub", "param": None, "code": None}}


@dataclass
class Provider:
    """An endpoint that answers with ``status``: 200 with a vector a text, ``None`` never. It may change its mind."""

    status: int | None
    url: str = ""


@contextmanager
def provider_answering(status: int | None) -> Iterator[str]:
    """Yield the URL of an endpoint that answers every request with ``status``, or never if it is ``None``."""
    with changeable_provider(status) as provider:
        yield provider.url


@contextmanager
def changeable_provider(status: int | None) -> Iterator[Provider]:
    """Yield an endpoint that begins by answering with ``status``."""
    ended = threading.Event()
    provider = Provider(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            status = provider.status
            if status is None:
                ended.wait(600)
                return
            body = json.dumps(vectors(asked["input"]) if status == OK else refusal(status)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        provider.url = f"http://127.0.0.1:{server.server_port}/v1/embeddings"
        yield provider
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
