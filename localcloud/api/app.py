"""The ASGI application: every router, and exception handlers that answer in each service's own error format."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from localcloud.api.access.bodies import told
from localcloud.api.console import router as console
from localcloud.api.console.guard import PATH as CONSOLE
from localcloud.api.http.fault_injection import FaultInjection
from localcloud.api.http.middleware import Gate
from localcloud.api.http.operations import Operations
from localcloud.api.http.replies import Json, error_body
from localcloud.api.http.tls_listener import TlsListener
from localcloud.api.routers import (
    api_keys,
    cmk,
    connect,
    connect_plugins,
    fcpm,
    iam,
    kafka,
    kafka_acls,
    kafka_records,
    local,
    openai,
    org,
    schema_registry,
    schema_registry_config,
    sql_connections,
    sql_statements,
    srcm,
    uploads,
)
from localcloud.control.core.errors import ControlError
from localcloud.masking import masked
from localcloud.ports import NoFreePortError

if TYPE_CHECKING:
    from localcloud.control.cloud import Cloud

ROUTERS = (
    local,
    org,
    api_keys,
    iam,
    cmk,
    srcm,
    fcpm,
    connect,
    connect_plugins,
    uploads,
    sql_statements,
    sql_connections,
    kafka_acls,
    kafka_records,
    kafka,
    schema_registry,
    schema_registry_config,
    openai,
)
_LONGEST_DETAIL = 4000
_log = logging.getLogger(__name__)


def create_app(cloud: Cloud, request_log: logging.Logger) -> FastAPI:
    """Return the ASGI application that serves ``cloud``."""
    app = FastAPI(
        title="Confluent local cloud",
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=Json,
        strict_content_type=False,  # the cloud reads a body without a Content-Type as JSON
    )
    app.state.cloud = cloud
    app.state.embeddings = openai.Queue()
    app.state.console = console.Console(cloud)
    app.state.tls = TlsListener(cloud.state / "tls", urlsplit(cloud.base_url).port or 0)
    if app.state.tls.was_asked_for:
        _open(app.state.tls)
    # The first route that fits takes a request, and what embeds a full topic sends thousands of them.
    in_order = sorted(ROUTERS, key=lambda module: module is not openai)
    for router in (*(module.router for module in in_order), *console.ROUTERS):
        app.include_router(router)
    app.add_exception_handler(ControlError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(Exception, _broken)
    app.state.operations = Operations(module.router for module in ROUTERS)
    app.add_middleware(FaultInjection, cloud=cloud, operations=app.state.operations)
    app.add_middleware(Gate, log=request_log)
    return app


def _open(tls: TlsListener) -> None:
    """Open the TLS listener of an earlier run: the API is there without it, too."""
    try:
        tls.open()
    except (OSError, NoFreePortError) as error:
        _log.error("https:// is not served: %s; `./pulumiw cloud tls` tries again.", error)


def _reply(request: Request, status: int, detail: str, **more: Any) -> Json:
    values = {"code": "bad_request", "error_code": status, "pointer": "", **more}
    request_id = request.scope.get("state", {}).get("request_id", "")
    if len(detail) > _LONGEST_DETAIL:  # it repeats what was sent
        detail = f"{detail[:_LONGEST_DETAIL]}... ({len(detail)} characters)"
    body = error_body(request.url.path, status=status, detail=masked(detail), request_id=request_id, **values)
    return Json(body, status)


async def _refused(request: Request, error: Exception) -> Json:
    assert isinstance(error, ControlError)  # noqa: S101 - what it is registered for
    more = {"code": error.code, "error_code": error.error_code, "pointer": error.pointer}
    reply = _reply(request, error.status, str(error), **more)
    if error.status is HTTPStatus.UNAUTHORIZED:
        reply.headers["WWW-Authenticate"] = _scheme(request.url.path)
    if error.status is HTTPStatus.TOO_MANY_REQUESTS:
        reply.headers["Retry-After"] = "1"
    return reply


def _scheme(path: str) -> str:
    """Return how a caller may authenticate; a browser asks for a password at the word Basic alone."""
    if path.startswith("/v1/"):
        return "Bearer"
    return "Session" if path.startswith(f"{CONSOLE}/") and path != f"{CONSOLE}/links" else "Basic"


async def _malformed(request: Request, error: Exception) -> Json:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    sentences, pointer = [], ""
    for problem in error.errors():
        place = [str(part) for part in problem["loc"] if part != "body"]
        pointer = pointer or "/" + "/".join(place)
        sentences.append(f"{'.'.join(place) or 'The body'}: {told(problem)}")
    return _reply(request, 400, f"{'; '.join(sentences)}.", pointer=pointer)


async def _unknown(request: Request, error: Exception) -> Json:
    """Answer a request without a route with 501, other HTTP errors with their own status."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if error.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        code = getattr(error, "code", "bad_request")
        reply = _reply(request, error.status_code, f"{error.detail}.", code=code, error_code=error.status_code)
        reply.headers.update(error.headers or {})
        return reply
    detail = f"The local cloud does not have {request.method} {request.url.path}."
    return _reply(request, 501, detail, code="not_implemented")


async def _broken(request: Request, error: Exception) -> Json:
    _log.error("%s %s", request.method, request.url.path, exc_info=error)
    reply = _reply(
        request,
        500,
        "The local cloud made a mistake: its log has the details under this request's id.",
        code="internal_server_error",
    )
    # Starlette answers this outside of all middleware, so the gate does not add it.
    reply.headers["X-Request-ID"] = request.scope.get("state", {}).get("request_id", "")
    return reply
