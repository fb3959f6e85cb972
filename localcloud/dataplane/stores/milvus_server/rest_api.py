"""Milvus's REST API (v2), as far as its Kafka connector, `up`, `ask` and `verify` use it.

An answer is ``{"code": 0, "data": ...}``; what is refused is another code and a ``message``, with HTTP's status 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pymilvus import MilvusException

from localcloud.dataplane.stores.milvus_server.bodies import (  # noqa: TC001 - FastAPI reads the annotations
    Body,
    Deleted,
    Got,
    NewCollection,
    Queried,
    Rows,
    Searched,
)
from localcloud.dataplane.stores.milvus_server.schemas import described, index_params_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from localcloud.dataplane.stores.milvus_server.clients import Clients
    from localcloud.dataplane.stores.milvus_server.login import Login

# Milvus's own codes.
_NEEDS_LOGIN, _MALFORMED, _MISSING, _NO_SUCH_CALL = 1800, 1801, 1802, 404
_UNEXPECTED = 65535
_LOADED = "LoadStateLoaded"


def make_app(clients: Clients, login: Login) -> FastAPI:
    """Return the application; each request has to have the token of ``login``."""
    app = FastAPI(title="Milvus", openapi_url=None)
    app.middleware("http")(_authenticated(login))
    app.add_exception_handler(MilvusException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(404, _unknown)
    _add_collections(app, clients)
    _add_entities(app, clients)
    return app


def _authenticated(login: Login) -> Callable[[Request, Callable[[Request], Awaitable[Any]]], Awaitable[Any]]:
    async def check(request: Request, proceed: Callable[[Request], Awaitable[Any]]) -> Any:
        if not login.lets_in(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return JSONResponse({"code": _NEEDS_LOGIN, "message": "user hasn't authenticated"}, 401)
        return await proceed(request)

    return check


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    code = getattr(error, "code", 0) or _UNEXPECTED
    return JSONResponse({"code": code, "message": getattr(error, "message", "") or str(error)})


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    said = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
    if all(one["type"] == "missing" for one in error.errors()):
        return JSONResponse({"code": _MISSING, "message": f"missing required parameters, error: {said}"})
    return JSONResponse({"code": _MALFORMED, "message": f"can only accept json format request, error: {said}"})


async def _unknown(request: Request, _error: Exception) -> JSONResponse:
    said = f"{request.url.path} is not part of the local cloud's Milvus: use pymilvus for it"
    return JSONResponse({"code": _NO_SUCH_CALL, "message": said}, 404)


def _ok(data: Any) -> dict[str, Any]:
    return {"code": 0, "cost": 0, "data": data}


def _add_collections(app: FastAPI, clients: Clients) -> None:
    prefix = "/v2/vectordb/collections"

    @app.post(f"{prefix}/list")
    def names(body: Body) -> Any:
        return _ok(clients.of(body.database).list_collections())

    @app.post(f"{prefix}/has")
    def has(body: Body) -> Any:
        return _ok({"has": clients.of(body.database).has_collection(body.collection)})

    @app.post(f"{prefix}/create")
    def create(body: NewCollection) -> Any:
        client, indexes = clients.of(body.database), index_params_of(body)
        client.create_collection(body.collection, schema=schema_of(body), index_params=indexes)
        return _ok({})

    @app.post(f"{prefix}/describe")
    def describe(body: Body) -> Any:
        client = clients.of(body.database)
        indexes = [client.describe_index(body.collection, name) for name in client.list_indexes(body.collection)]
        found = described(client.describe_collection(body.collection), indexes)
        return _ok({**found, "load": _load_state(clients, body)})

    @app.post(f"{prefix}/get_load_state")
    def load_state(body: Body) -> Any:
        state = _load_state(clients, body)
        return _ok({"loadState": state, "loadProgress": 100 if state == _LOADED else 0, "message": ""})

    @app.post(f"{prefix}/get_stats")
    def stats(body: Body) -> Any:
        return _ok({"rowCount": clients.of(body.database).get_collection_stats(body.collection)["row_count"]})

    @app.post(f"{prefix}/load")
    def load(body: Body) -> Any:
        clients.of(body.database).load_collection(body.collection)
        return _ok({})

    @app.post(f"{prefix}/release")
    def release(body: Body) -> Any:
        clients.of(body.database).release_collection(body.collection)
        return _ok({})

    @app.post(f"{prefix}/drop")
    def drop(body: Body) -> Any:
        clients.of(body.database).drop_collection(body.collection)
        return _ok({})


def _add_entities(app: FastAPI, clients: Clients) -> None:
    prefix = "/v2/vectordb/entities"

    @app.post(f"{prefix}/insert")
    def insert(body: Rows) -> Any:
        done = clients.of(body.database).insert(body.collection, body.rows)
        return _ok({"insertCount": done["insert_count"], "insertIds": list(done["ids"])})

    @app.post(f"{prefix}/upsert")
    def upsert(body: Rows) -> Any:
        done = clients.of(body.database).upsert(body.collection, body.rows)
        return _ok({"upsertCount": done["upsert_count"], "upsertIds": list(done["ids"])})

    @app.post(f"{prefix}/get")
    def get(body: Got) -> Any:
        found = clients.of(body.database).get(body.collection, body.ids, output_fields=body.output_fields)
        return _ok([dict(row) for row in found])

    @app.post(f"{prefix}/query")
    def query(body: Queried) -> Any:
        client = clients.of(body.database)
        # A count has no limit.
        limits = {} if body.is_count else {"limit": body.limit, "offset": body.offset}
        found = client.query(body.collection, body.filter, output_fields=body.output_fields, **limits)
        return _ok([dict(row) for row in found])

    @app.post(f"{prefix}/search")
    def search(body: Searched) -> Any:
        hits = clients.of(body.database).search(
            body.collection,
            body.data,
            filter=body.filter,
            limit=body.limit,
            output_fields=body.output_fields,
            search_params=body.search_params,
            anns_field=body.anns_field,
        )
        return _ok([_hit(dict(hit)) for found in hits for hit in found])

    @app.post(f"{prefix}/delete")
    def delete(body: Deleted) -> Any:
        clients.of(body.database).delete(body.collection, filter=body.filter)
        return _ok({})


def _load_state(clients: Clients, body: Body) -> str:
    state = clients.of(body.database).get_load_state(body.collection)["state"]
    return f"LoadState{state.name}"


def _hit(found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields beside the distance: the REST API has them on one level."""
    return {**{key: value for key, value in found.items() if key != "entity"}, **dict(found["entity"])}
