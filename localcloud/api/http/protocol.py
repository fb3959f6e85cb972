"""HTTP/1.1 with a limit on request line and headers, and a way for faults to drop a connection."""

from __future__ import annotations

import logging
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from localcloud.api.http.fault_injection import DROP
from localcloud.api.http.replies import error_body

if TYPE_CHECKING:
    import asyncio

LARGEST_HEAD = 48 << 10
_log = logging.getLogger(__name__)
_SENTENCES = {
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"Request line and headers are larger than {LARGEST_HEAD >> 10} KiB"
    " together: send what is long in the body.",
    HTTPStatus.BAD_REQUEST: "This is no HTTP/1.1 request: send a request line, headers and an empty line.",
}


class _LargeHeadError(Exception):
    """Ends the parsing of a request whose head is over the limit."""


class Protocol(HttpToolsProtocol):
    """Refuses a head that is too large with 431.

    uvicorn sets no such limit for this parser: a client that never ends its headers would fill the memory. Slow clients
    get no limit of their own, because all of them are programs of this machine.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Start counting the bytes of a request's head."""
        super().connection_made(transport)
        self._in_head, self._unfinished_bytes, self._refusal = False, 0, HTTPStatus.BAD_REQUEST

    def data_received(self, data: bytes) -> None:
        """Parse, and count the bytes of an unfinished head: the parser reports a header only once it has ended."""
        self._unfinished_bytes += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._unfinished_bytes > LARGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Create the request's scope, with an extension to drop the connection: ASGI has no such message."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP: self.transport.abort}  # type: ignore[dict-item]  # any callable, in fact
        self._in_head, self._unfinished_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Start the request, unless its head is too large."""
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _LargeHeadError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be parsed, or whose head is too large, and close the connection."""
        del msg
        self._refuse(self._refusal)

    def _refuse(self, status: HTTPStatus) -> None:
        request_id = uuid.uuid4().hex
        error = error_body(
            (getattr(self, "url", None) or b"").partition(b"?")[0].decode("ascii", errors="replace"),
            status=status,
            code=status.name.lower(),
            error_code=status,
            detail=_SENTENCES[status],
            pointer="",
            request_id=request_id,
        )
        body: Any = orjson.dumps(error)
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            "x-request-id": request_id,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        _log.warning("A request was answered %d: %s [request %s]", status, _SENTENCES[status], request_id)
        self._in_head = False
        self.transport.write(STATUS_LINE[status] + lines.encode() + b"\r\n" + body)
        self.transport.close()
