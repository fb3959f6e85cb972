"""A REST API on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit


class StubApi:
    """Replies by method and path (without its query): a body, or ``(status, body)``. What is not listed is 404."""

    def __init__(self, replies: dict[str, Any]) -> None:
        self.replies = replies
        self.asked: list[str] = []
        self.bodies: list[Any] = []  # of the requests that have one
        self.keys: set[str] = set()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if length:
                    stub.bodies.append(json.loads(self.rfile.read(length)))
                stub.asked.append(f"{self.command} {self.path}")
                stub.keys.add(self.headers.get("Authorization") or "")
                path = urlsplit(self.path).path
                full, short = f"{self.command} {self.path}", f"{self.command} {path}"
                reply = stub.replies.get(full, stub.replies.get(short, (404, {"errors": [{"detail": "not found"}]})))
                if callable(reply):
                    reply = reply()
                status, body = reply if isinstance(reply, tuple) else (200, reply)
                data = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the base class looks for these names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def deleted(self) -> list[str]:
        """What it was asked to delete."""
        return [line.removeprefix("DELETE ") for line in self.asked if line.startswith("DELETE ")]
