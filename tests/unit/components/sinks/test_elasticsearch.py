"""The index of Elasticsearch: how it is made, and what is in its way."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from components.config.sinks import Elasticsearch
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.store import StoreError
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUND = {"products": {"mappings": {"properties": {"vector": {"type": "dense_vector", "dims": 256}}}}}


class Server:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, tuple[int, Any]] = {"GET": (404, {}), "PUT": (200, {"acknowledged": True})}
        self.asked: list[tuple[str, str, str | None, Any]] = []

    @property
    def store(self) -> ElasticsearchStore:
        """Return the store at this server, as the local cloud's own."""
        entry = Elasticsearch.model_validate({"url": "local"})
        return ElasticsearchStore(entry.local(f"127.0.0.1:{self.port}", "", SecretStr("the-key")), ["product_vector"])

    def refusal(self) -> str:
        """Return why it makes no index."""
        with pytest.raises(StoreError) as refused:
            self.store.make_index(384)
        assert "the-key" not in str(refused.value)
        return str(refused.value)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            found.asked.append((self.command, self.path, self.headers["Authorization"], body))
            status, answer = found.answers[self.command]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        do_PUT = do_GET  # noqa: N815 - as the library calls it

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Server(http.server_port)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield found
    http.shutdown()
    http.server_close()


def test_an_index_is_made_for_the_models_vectors(server: Server) -> None:
    said = server.store.make_index(384)
    assert said == f"made index products at http://127.0.0.1:{server.port}, for vectors of 384 numbers"
    vector = {"type": "dense_vector", "dims": 384, "similarity": "cosine"}
    assert server.asked == [
        ("GET", "/products/_mapping", "ApiKey the-key", None),
        ("PUT", "/products", "ApiKey the-key", {"mappings": {"properties": {"vector": vector}}}),
    ]


def test_an_index_that_fits_is_left_alone(server: Server) -> None:
    server.answers["GET"] = 200, FOUND
    assert server.store.make_index(256).endswith("is there")
    assert len(server.asked) == 1


def test_an_index_for_other_vectors_is_refused(server: Server) -> None:
    server.answers["GET"] = 200, FOUND
    assert "takes vectors of 256 numbers, and the model's have 384: write another index in" in server.refusal()
    server.answers["GET"] = 200, {"products": {"mappings": {}}}
    assert "has no dense_vector field 'vector', and the model's have 384" in server.refusal()


def test_a_wrong_key_a_refusal_and_silence_are_one_sentence_each(server: Server) -> None:
    server.answers["PUT"] = 400, {"error": {"reason": "Invalid index name [x],\n must be lowercase."}}
    assert server.refusal().endswith("Invalid index name [x], must be lowercase")
    server.answers["PUT"] = 502, b"<html>"
    assert server.refusal().endswith("it gives no reason")
    for status in (401, 403):
        server.answers["GET"] = status, {}
        assert "refuses the API key: set the right one with `pulumi config set --secret --path" in server.refusal()
    server.port = free_port()
    assert "cannot be reached ([Errno 111] Connection refused): look at url in confluent-rag:sinks" in server.refusal()
