"""The REST API: indexes at ``/indexes``, the vectors of one at ``/data/NAME``, which is the ``host`` of the index."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from localcloud.dataplane.stores.pinecone.bodies import (
    MOST_LISTED,
    MOST_VECTORS,
    ConfigureBody,
    CreateBody,
    DeleteBody,
    QueryBody,
    StatsBody,
    UpdateBody,
    UpsertBody,
    sentence_of,
)
from localcloud.dataplane.stores.pinecone.errors import RefusedError, body_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from localcloud.dataplane.stores.pinecone.index import Definition
    from localcloud.dataplane.stores.pinecone.service import Service

DATA = "/data/"
_VERSION = "x-pinecone-api-version"
_OLDEST_VERSION = "2024-07"


class Json(Response):
    """A JSON reply."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the reply's bytes."""
        return orjson.dumps(content)


def create_app(service: Service, key: str, base_url: str) -> FastAPI:
    """Return the ASGI application; ``key``: the only one that it lets in, ``base_url``: where it answers."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, default_response_class=Json)
    expected = key.encode()

    @app.middleware("http")
    async def log_in(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        if not secrets.compare_digest(request.headers.get("api-key", "").encode(), expected):
            return _refusal(request, RefusedError("Invalid API Key", HTTPStatus.UNAUTHORIZED))
        return await proceed(request)

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> Response:
        return _refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return _refusal(request, RefusedError(sentence_of(error.errors())))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        sentence = f"The Pinecone of this machine does not serve {request.method} {request.url.path}."
        return _refusal(request, RefusedError(sentence, HTTPStatus(error.status_code)))

    _add_indexes(app, service, base_url)
    _add_vectors(app, service)
    return app


def _refusal(request: Request, error: RefusedError) -> Response:
    is_about_data = request.url.path.startswith(DATA)
    return Json(body_of(error, is_about_data=is_about_data), status_code=error.status)


def _add_indexes(app: FastAPI, service: Service, base_url: str) -> None:
    def shown(definition: Definition, request: Request) -> dict[str, Any]:
        version = request.headers.get(_VERSION, _OLDEST_VERSION)
        return definition.as_json(f"{base_url}{DATA}{definition.name}", version)

    @app.get("/indexes")
    def list_indexes(request: Request) -> Any:
        return {"indexes": [shown(one, request) for one in service.definitions()]}

    @app.post("/indexes", status_code=HTTPStatus.CREATED)
    def create_index(request: Request, body: CreateBody) -> Any:
        return shown(service.create(body), request)

    @app.get("/indexes/{name}")
    def describe_index(request: Request, name: str) -> Any:
        return shown(service.definition(name), request)

    @app.patch("/indexes/{name}")
    def configure_index(request: Request, name: str, body: ConfigureBody) -> Any:
        return shown(service.configure(name, body), request)

    @app.delete("/indexes/{name}", status_code=HTTPStatus.ACCEPTED)
    def delete_index(name: str) -> None:
        service.drop(name)


def _add_vectors(app: FastAPI, service: Service) -> None:
    at = f"{DATA}{{name}}"

    @app.post(f"{at}/vectors/upsert")
    def upsert(name: str, body: UpsertBody) -> Response:
        return Json(service.upsert(name, body))

    @app.post(f"{at}/query")
    def query(name: str, body: QueryBody) -> Response:
        return Json(service.query(name, body))

    @app.get(f"{at}/vectors/fetch")
    def fetch(name: str, ids: Annotated[list[str], Query(max_length=MOST_VECTORS)], namespace: str = "") -> Response:
        return Json(service.fetch(name, ids, namespace))

    @app.get(f"{at}/vectors/list")
    def list_vectors(
        name: str,
        prefix: str = "",
        limit: Annotated[int, Query(ge=1)] = MOST_LISTED,
        after: Annotated[str, Query(alias="paginationToken")] = "",
        namespace: str = "",
    ) -> Response:
        return Json(service.listed(name, prefix, limit, after, namespace))

    @app.post(f"{at}/vectors/update")
    def update(name: str, body: UpdateBody) -> Response:
        return Json(service.update(name, body))

    @app.post(f"{at}/vectors/delete")
    def delete(name: str, body: DeleteBody) -> Response:
        return Json(service.delete(name, body))

    @app.post(f"{at}/describe_index_stats")
    def describe_index_stats(name: str, body: StatsBody) -> Response:
        return Json(service.stats(name, body))

    @app.get(f"{at}/describe_index_stats")
    def get_index_stats(name: str) -> Response:
        return Json(service.stats(name, StatsBody()))
