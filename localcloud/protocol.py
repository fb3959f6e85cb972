"""HTTP/1.1 with limits on what comes before a body and how long one may take; faults can drop its connections."""

from __future__ import annotations

import logging
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from localcloud.api.fault_injection import DROP
from localcloud.api.replies import error_body

if TYPE_CHECKING:
    import asyncio

LONGEST_TARGET = 16 << 10
MOST_HEADERS = 100
LARGEST_HEADERS = 32 << 10
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0
_log = logging.getLogger(__name__)
_SENTENCES = {
    HTTPStatus.REQUEST_URI_TOO_LONG: f"The request target is longer than {LONGEST_TARGET >> 10} KiB: send what is long"
    " in the body.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"The headers are more than {MOST_HEADERS}, or larger than"
    f" {LARGEST_HEADERS >> 10} KiB together: send fewer or shorter ones.",
    HTTPStatus.REQUEST_TIMEOUT: f"The request did not arrive in time: send its headers within {HEAD_SECONDS:.0f} s, and"
    f" then its body within {BODY_SECONDS:.0f} s.",
    HTTPStatus.BAD_REQUEST: "This is no HTTP/1.1 request: send a request line, headers and an empty line.",
}


class _RefusedHeadError(Exception):
    """Ends the parsing of a request that is over a limit."""


class Protocol(HttpToolsProtocol):
    """Refuses a request line or headers that are too long (414, 431) or too slow (408), and a body that is too slow.

    uvicorn sets no such limits for this parser; a client that never ends its request would be kept for ever.
    """

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._is_in_head = self._is_in_body = False
        self._head_bytes = self._header_bytes = 0
        self._refusal = HTTPStatus.BAD_REQUEST
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Give the first request its time."""
        super().connection_made(transport)
        self._give_time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; a header that does not end is refused before the parser tells of it."""
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > LONGEST_TARGET + LARGEST_HEADERS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        if self._deadline is None and self._is_idle and not self.transport.is_closing():
            self._give_time()  # empty lines before a request, which the parser passes over in silence

    def on_message_begin(self) -> None:
        """Begin a request's scope, with a word for what faults need and ASGI has none for."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP: self.transport.abort}  # type: ignore[dict-item]  # any callable, in fact
        self._is_in_head, self._head_bytes, self._header_bytes = True, 0, 0
        self._give_time()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request target."""
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._refusal = HTTPStatus.REQUEST_URI_TOO_LONG
            raise _RefusedHeadError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        if len(self.headers) > MOST_HEADERS or self._header_bytes > LARGEST_HEADERS:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _RefusedHeadError

    def on_headers_complete(self) -> None:
        """Start the request, and give its body its time."""
        self._is_in_head, self._is_in_body = False, True
        self._give_time()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Take the end of a request: the reply may take what time it needs."""
        self._is_in_body = False
        self._stop_clock()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what could not be parsed, or was over a limit, and close."""
        del msg
        self._refuse(self._refusal)

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self, status: HTTPStatus) -> None:
        state: dict[str, Any] = self.scope["state"] if self._is_in_body else {}  # of a request that has begun
        state["refused"] = status
        request_id = state.get("request_id") or uuid.uuid4().hex
        path = (getattr(self, "url", None) or b"").partition(b"?")[0].decode("ascii", errors="replace")
        error = error_body(
            path,
            status=status,
            code=status.name.lower(),
            error_code=status,
            detail=_SENTENCES[status],
            pointer="",
            request_id=request_id,
        )
        body = orjson.dumps(error)
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            "x-request-id": request_id,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        _log.warning("A request was answered %d: %s [request %s]", status, _SENTENCES[status], request_id)
        self._is_in_head = self._is_in_body = False
        self._stop_clock()
        self.transport.write(STATUS_LINE[status] + lines.encode() + b"\r\n" + body)
        self.transport.close()

    def _give_time(self) -> None:
        self._stop_clock()
        seconds = BODY_SECONDS if self._is_in_body else HEAD_SECONDS
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self._is_in_body and self.flow.read_paused:
            self._give_time()  # it is the server that keeps the client waiting
        elif self._is_in_body and not self.cycle.response_started:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._is_in_head and not self._is_idle:
            self._give_time()  # the reply to an earlier request is on its way, and comes first
        elif self._is_in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()
