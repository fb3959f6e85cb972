"""Elasticsearch's HTTP API, answering as a test tells it to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "the-key"


class ElasticsearchStub:
    """``answers``: status and body of each method; ``asked``: method, path, login and body of each request."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {"GET": (404, {}), "PUT": (200, {"acknowledged": True})}
        self.asked: list[tuple[str, str, str | None, Any]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.host = f"127.0.0.1:{self._http.server_port}"
        self.url = f"http://{self.host}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                stub.asked.append((self.command, self.path, self.headers["Authorization"], body))
                status, answer = stub.answers[self.command]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

            do_PUT = do_POST = do_GET  # noqa: N815 - as the library calls them

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
