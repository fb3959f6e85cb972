"""Fault injection: answers requests with an error status, delays them, drops the connection, or loses the reply."""

from __future__ import annotations

import asyncio
import base64
import binascii
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from localcloud.api.http.replies import Json, error_body
from localcloud.control.faults.rules import EffectKind

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from localcloud.api.http.operations import Operations
    from localcloud.control.cloud import Cloud
    from localcloud.control.faults.rules import Effect

DROP = "localcloud.drop"
"""ASGI extension: a function that ends the connection at once, also in the middle of a reply."""

_CODES = {HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded", HTTPStatus.SERVICE_UNAVAILABLE: "service_unavailable"}
_WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class FaultInjection:
    """ASGI middleware. Requests of the data plane itself are spared: in the cloud they do not use the public API."""

    def __init__(self, app: ASGIApp, cloud: Cloud, operations: Operations) -> None:
        self._app, self._cloud, self._operations = app, cloud, operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        for effect in self._effects(scope):
            scope["state"]["fault"] = effect.text
            if effect.kind is EffectKind.DELAY:
                await asyncio.sleep(effect.seconds)
            else:
                await self._apply(effect, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _effects(self, scope: Scope) -> list[Effect]:
        faults = self._cloud.faults
        if scope["type"] != "http" or not faults.has_http_faults:
            return []
        operation = self._operations.of(scope["method"], scope["path"])
        if operation is None or self._is_internal(scope):
            return []
        return faults.effects(operation.name, lambda pattern: operation.is_on(pattern, scope["path"]))

    def _is_internal(self, scope: Scope) -> bool:
        kind, _, given = dict(scope["headers"]).get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"basic":
            return False
        try:
            password = base64.b64decode(given).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return False
        return self._cloud.authenticator.is_internal(password)

    async def _apply(self, effect: Effect, scope: Scope, receive: Receive, send: Send) -> None:
        if effect.kind is EffectKind.STATUS:
            await _refusal(effect, scope)(scope, receive, send)
        elif effect.kind is EffectKind.GARBAGE:
            await Response("<html>This is not what was asked for.", media_type="text/html")(scope, receive, send)
        elif effect.kind is EffectKind.HANG:
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            if effect.kind is EffectKind.LOST_REPLY:
                await self._app(scope, receive, _nobody)
            await _drop(scope, receive)


async def _nobody(_: Message) -> None:
    pass


async def _drop(scope: Scope, receive: Receive) -> None:
    """End the connection and wait for the disconnect message: uvicorn answers 500 for an app that returns earlier."""
    scope["extensions"][DROP]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(effect: Effect, scope: Scope) -> Json:
    status = HTTPStatus(effect.status or HTTPStatus.INTERNAL_SERVER_ERROR)
    body: Any = error_body(
        scope["path"],
        status=status,
        code=_CODES.get(status, "injected_fault"),
        error_code=status,
        detail=f"{status.phrase}, on purpose (`./pulumiw cloud faults`).",
        pointer="",
        request_id=scope["state"].get("request_id", ""),
    )
    headers = {"Retry-After": f"{effect.seconds:.0f}"} if status in _WAIT else None
    return Json(body, status, headers)
