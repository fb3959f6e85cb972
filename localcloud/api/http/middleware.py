"""Checks around every request (loopback host name, size of the body), and its line in the log."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from localcloud import logs
from localcloud.api.http.replies import Json, error_body

if TYPE_CHECKING:
    import logging

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 << 20
LARGEST_BODIES = 256 << 20
"""Bytes of the bodies of all requests in progress."""
UPLOADS = "/local/v1/uploads/"
LARGEST_ARCHIVE = 200 << 20
"""Bytes of a body below :data:`UPLOADS`, which is written to the disk as it comes."""
_TOO_MANY = "Too many large requests are under way: send this one again in a second."
_FULL = 429
_DIGITS = 12
_CODES = {403: "forbidden_access", 413: "payload_too_large", 415: "unsupported_media_type", 429: "too_many_requests"}
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


class BodyError(HTTPException):
    """A body over a limit. An :class:`HTTPException`: FastAPI answers 400 for any other that reading a body raises."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence.rstrip("."), {"Retry-After": "1"} if status == _FULL else None)
        self.code = _CODES[status]


class Gate:
    """ASGI middleware.

    Only loopback host names are served: a web page could otherwise send requests to this machine under a name of its
    own (DNS rebinding). The log has method, path, status, milliseconds, request id and the injected fault; never a
    header, a query or a body. The request id is in the reply's ``X-Request-ID`` and on each line of the cloud's log
    that the request causes.
    """

    def __init__(self, app: ASGIApp, log: logging.Logger) -> None:
        self._app = app
        self._log = log
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        request_id = uuid.uuid4().hex
        logs.request_id.set(request_id)
        scope.setdefault("state", {})["request_id"] = request_id

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._let_in(scope, receive, sending)
        finally:
            line = {
                "time": time.time(),
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round((time.perf_counter() - began) * 1000, 2),
                "request": request_id,
            }
            if fault := scope["state"].get("fault"):
                line["fault"] = fault
            self._log.info("%s", json.dumps(line))

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name.lower() not in _HOSTS:
            reply = _refusal(
                scope, 403, f"The local cloud does not answer to {host!r}: call it 127.0.0.1 or localhost."
            )
            await reply(scope, receive, send)
            return
        length = headers.get(b"content-length", b"0")
        is_upload = scope["path"].startswith(UPLOADS)
        largest = LARGEST_ARCHIVE if is_upload else LARGEST_BODY
        too_large = f"The body is larger than {largest >> 20} MiB."
        if not length.isdigit() or len(length) > _DIGITS or int(length) > largest:
            await _refusal(scope, 413, too_large)(scope, receive, send)
            return
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            detail = "A compressed body is not read here: send it as it is, without the header Content-Encoding."
            await _refusal(scope, 415, detail)(scope, receive, send)
            return
        arrived = 0

        async def receiving() -> Message:
            nonlocal arrived
            message = await receive()
            size = len(message.get("body", b""))
            arrived += size
            if not is_upload:
                self._held += size
            if arrived > largest:
                raise BodyError(413, too_large)
            if self._held > LARGEST_BODIES:
                raise BodyError(_FULL, _TOO_MANY)
            return message

        try:
            await self._app(scope, receiving, send)
        except ClientDisconnect:
            pass  # the client is gone: there is no connection to answer on
        finally:
            if not is_upload:
                self._held -= arrived


def _refusal(scope: Scope, status: int, detail: str) -> Json:
    body: Any = error_body(
        scope["path"],
        status=status,
        code=_CODES[status],
        error_code=status,
        detail=detail,
        pointer="",
        request_id=scope["state"]["request_id"],
    )
    return Json(body, status)
