"""Qdrant's REST API, as far as `up`, `ask` and qdrant-client use it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from localcloud.dataplane.stores.qdrant_server.engine import (
    NO_FILTERS,
    Described,
    Engine,
    EngineError,
    MissingError,
    Point,
    PointId,
    TakenError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

VERSION = "1.16.0"
MOST = 10_000
# Qdrant's own defaults, which clients expect in a collection's description.
DEFAULT_INDEX: dict[str, Any] = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000}
DEFAULT_LOG = {"wal_capacity_mb": 32, "wal_segments_ahead": 0}
DEFAULT_OPTIMIZER: dict[str, Any] = {
    "deleted_threshold": 0.2,
    "vacuum_min_vector_number": 1000,
    "default_segment_number": 0,
    "flush_interval_sec": 5,
}


class VectorParams(BaseModel):
    """How long a collection's vectors are, and how they are compared."""

    size: int
    distance: str


class NewCollection(BaseModel):
    """A collection of vectors without a name."""

    vectors: VectorParams


class NewPoint(BaseModel):
    """A point."""

    id: PointId
    vector: list[float]
    payload: dict[str, Any] | None = None


class Points(BaseModel):
    """Points to write."""

    points: list[NewPoint]


class Ids(BaseModel):
    """Points to read."""

    ids: list[PointId]
    with_vector: bool = False


class Deleted(BaseModel):
    """Points to delete."""

    points: list[PointId]


class Page(BaseModel):
    """A page of all points. ``filter`` is refused."""

    limit: int = Field(10, ge=1, le=MOST)
    offset: PointId | None = None
    filter: Any = None


class Asked(BaseModel):
    """A search: a vector, or an object that has it as ``nearest``. ``filter`` is refused."""

    query: list[float] | dict[str, Any]
    limit: int = Field(10, ge=1, le=MOST)
    with_vector: bool = False
    with_payload: Any = None
    score_threshold: float | None = None
    filter: Any = None


class Counted(BaseModel):
    """A count of all points. ``filter`` is refused."""

    exact: bool = True
    filter: Any = None


def make_app(engine: Engine, key: str) -> FastAPI:
    """Return the application; ``key`` is asked for in each request but that of its health."""
    app = FastAPI(title="Qdrant", openapi_url=None)
    app.middleware("http")(_authenticated(key))
    app.add_exception_handler(EngineError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    _add_collections(app, engine)
    _add_points(app, engine)
    return app


def _authenticated(key: str) -> Callable[[Request, Callable[[Request], Awaitable[Any]]], Awaitable[Any]]:
    async def check(request: Request, proceed: Callable[[Request], Awaitable[Any]]) -> Any:
        given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.url.path != "/healthz" and not hmac.compare_digest(given.encode(), key.encode()):
            return JSONResponse({"status": {"error": "Invalid API key or JWT"}}, 401)
        return await proceed(request)

    return check


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    status = 404 if isinstance(error, MissingError) else 409 if isinstance(error, TakenError) else 400
    return JSONResponse({"status": {"error": str(error)}, "time": 0.0}, status)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    said = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
    return JSONResponse({"status": {"error": f"Format error in JSON body: {said}"}, "time": 0.0}, 400)


def _ok(result: Any) -> dict[str, Any]:
    return {"result": result, "status": "ok", "time": 0.0}


def _add_collections(app: FastAPI, engine: Engine) -> None:
    @app.get("/")
    def version() -> Any:
        return {"title": "qdrant - vector search engine", "version": VERSION}

    @app.get("/healthz")
    def health() -> Any:
        return "healthz check passed"

    @app.get("/collections")
    def names() -> Any:
        return _ok({"collections": [{"name": name} for name in engine.names()]})

    @app.get("/collections/{name}/exists")
    def exists(name: str) -> Any:
        return _ok({"exists": engine.has(name)})

    @app.get("/collections/{name}")
    def describe(name: str) -> Any:
        return _ok(_shown(engine.describe(name)))

    @app.put("/collections/{name}")
    def create(name: str, body: NewCollection) -> Any:
        engine.create(name, body.vectors.size, body.vectors.distance)
        return _ok(result=True)

    @app.delete("/collections/{name}")
    def drop(name: str) -> Any:
        return _ok(engine.drop(name))


def _add_points(app: FastAPI, engine: Engine) -> None:
    @app.put("/collections/{name}/points")
    def upsert(name: str, body: Points) -> Any:
        engine.upsert(name, [Point(one.id, one.vector, one.payload or {}) for one in body.points])
        return _ok({"operation_id": 0, "status": "completed"})

    @app.post("/collections/{name}/points/delete")
    def delete(name: str, body: Deleted) -> Any:
        engine.delete(name, body.points)
        return _ok({"operation_id": 0, "status": "completed"})

    @app.post("/collections/{name}/points")
    def read(name: str, body: Ids) -> Any:
        return _ok([_point(one) for one in engine.get(name, body.ids, vector=body.with_vector)])

    @app.post("/collections/{name}/points/count")
    def count(name: str, body: Counted) -> Any:
        _refuse_filter(body.filter)
        return _ok({"count": engine.describe(name).points})

    @app.post("/collections/{name}/points/scroll")
    def scroll(name: str, body: Page) -> Any:
        _refuse_filter(body.filter)
        points, following = engine.scroll(name, body.limit, body.offset)
        return _ok({"points": [_point(one) for one in points], "next_page_offset": following})

    @app.post("/collections/{name}/points/query")
    def query(name: str, body: Asked) -> Any:
        _refuse_filter(body.filter)
        vector = body.query.get("nearest") if isinstance(body.query, dict) else body.query
        if not isinstance(vector, list):
            raise HTTPException(400, "The query must be a vector, or nearest of one")
        found = engine.query(name, vector, body.limit, with_vector=body.with_vector)
        kept = [one for one in found if body.score_threshold is None or one.score >= body.score_threshold]
        return _ok({"points": [{**_point(one), "score": one.score, "version": 0} for one in kept]})


def _refuse_filter(given: Any) -> None:
    if given:
        raise EngineError(NO_FILTERS)


def _point(one: Point) -> dict[str, Any]:
    return {"id": one.id, "payload": one.payload, "vector": one.vector}


def _shown(described: Described) -> dict[str, Any]:
    return {
        "status": "green",
        "optimizer_status": "ok",
        "points_count": described.points,
        "indexed_vectors_count": 0,
        "segments_count": 1,
        "config": {
            "params": {"vectors": {"size": described.size, "distance": described.distance}, "shard_number": 1},
            "hnsw_config": DEFAULT_INDEX,
            "optimizer_config": DEFAULT_OPTIMIZER,
            "wal_config": DEFAULT_LOG,
        },
        "payload_schema": {},
    }
