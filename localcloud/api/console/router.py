"""The console: a page that shows what the local cloud does, at ``/console/``, and what that page reads and changes."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from localcloud.api.access.bodies import Body
from localcloud.api.access.callers import TheCloud, admin_key
from localcloud.api.console import tails
from localcloud.api.console.feed import Feed
from localcloud.api.console.guard import (
    PATH,
    AssetRoute,
    ConsoleRoute,
    OpenRoute,
    cookie_name,
    has_session,
    session_of,
)
from localcloud.api.console.sessions import TOKEN_SECONDS, Sessions
from localcloud.api.http.replies import Json
from localcloud.control.console.observer import Observer
from localcloud.control.console.runs import Run
from localcloud.control.console.search import Search
from localcloud.control.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import Receive, Scope, Send

    from localcloud.control.cloud import Cloud

_PAGE = Path(__file__).with_name("page")
_THREADS = 16
_HITS = 10
_NOT_OPEN = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Console</title></head><body><main>'
    "<h1>The console is not open in this browser</h1><p>{why} Run <code>./pulumiw console</code>: it prints a link that"
    " opens the console once.</p></main></body></html>"
)

entrance = APIRouter(route_class=OpenRoute, prefix=PATH)
assets = APIRouter(route_class=AssetRoute, prefix=PATH)
inside = APIRouter(route_class=ConsoleRoute, prefix=PATH)
ROUTERS = (entrance, assets, inside)


class Console:
    """What the console's routes share: sessions, and the feed for all pages."""

    def __init__(self, cloud: Cloud) -> None:
        self.sessions = Sessions()
        self.threads = CapacityLimiter(_THREADS)
        self.feed = Feed(Observer(cloud).look, lambda: cloud.plane.is_closing, self.threads)


class SqlBody(Body):
    """A statement, and where its tables are."""

    sql: str
    environment: str
    cluster: str


@entrance.post("/links", dependencies=[Depends(admin_key)])
async def make_link(request: Request, cloud: TheCloud) -> Json:
    """A link that opens the console in a browser, once; for the local cloud's administrator."""
    token = request.app.state.console.sessions.issue()
    return Json({"url": f"{cloud.base_url}{PATH}/login?token={quote(token)}", "seconds": TOKEN_SECONDS})


@entrance.get("/login")
async def log_in(request: Request, token: str = "") -> Response:
    """Open a session for a token, and lead to the page."""
    # A browser may fetch a link before it is followed, which must not use the token up.
    is_prefetch = "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    session = None if is_prefetch else request.app.state.console.sessions.open(token)
    if session is None and not has_session(request):
        return HTMLResponse(_NOT_OPEN.format(why="This link has been used, or is older than ten minutes."), 401)
    if session is None:
        return RedirectResponse(f"{PATH}/", 303)
    reply = RedirectResponse(f"{PATH}/#key={session.key}", 303)  # what is after # is sent to no server
    reply.set_cookie(cookie_name(request), session.cookie, path=PATH, httponly=True, samesite="strict")
    return reply


@entrance.get("")
async def without_slash() -> Response:
    """Lead to the page."""
    return RedirectResponse(f"{PATH}/", 303)


@entrance.get("/")
async def page(request: Request) -> Response:
    """The page, for a browser with a session."""
    if not has_session(request):
        return HTMLResponse(_NOT_OPEN.format(why=""), 401)
    return _file("index.html")


@assets.get("/assets/{name}")
async def asset(name: str) -> Response:
    """A file of the page."""
    return _file(name)


@inside.post("/api/logout")
async def log_out(request: Request) -> Response:
    """End the session."""
    request.app.state.console.sessions.close(session_of(request))
    return Response(status_code=204)


@inside.get("/api/events")
async def events(request: Request) -> Response:
    """The cloud's sections, each again whenever it has changed (server-sent events)."""
    return _Stream(request, request.app.state.console.feed.events())


@inside.get("/api/clusters/{cluster_id}/topics/{topic}/records")
async def topic_records(cluster_id: str, topic: str, request: Request, cloud: TheCloud) -> Response:
    """The newest records of a topic, decoded, then those that come (server-sent events)."""
    await run_in_threadpool(cloud.topics.get, cluster_id, topic)
    return _Stream(request, tails.records(cloud, cluster_id, topic, request.app.state.console.threads))


@inside.get("/api/clusters/{cluster_id}/topics/{topic}/schemas")
def topic_schemas(cluster_id: str, topic: str, cloud: TheCloud) -> Json:
    """The latest schemas of a topic's key and value, and its settings."""
    cluster, found = cloud.clusters.get(cluster_id), []
    info = cloud.topics.get(cluster_id, topic)
    for registry in cloud.environments.registries(cluster.environment_id):
        for version in cloud.schemas.all(registry.id, f"{topic}-", latest_only=True):
            if version.subject in {f"{topic}-key", f"{topic}-value"}:
                kinds = ("subject", "version", "id", "schema_type", "schema")
                found.append({kind: getattr(version, kind) for kind in kinds})
    return Json({"schemas": found, "partitions": info.partitions, "configs": dict(info.configs)})


@inside.get("/api/logs/{name}")
async def log(name: str, request: Request, cloud: TheCloud) -> Response:
    """The last lines of a log, then those that come (server-sent events)."""
    tails.require_log(cloud, name)
    return _Stream(request, tails.log_lines(cloud, name))


@inside.post("/api/environments/{environment_id}/statements/{name}/stop")
def stop_statement(environment_id: str, name: str, cloud: TheCloud) -> Json:
    """Stop a statement; its offsets are kept, and it can be resumed."""
    stopped = cloud.statements.set_stopped(environment_id, name, is_stopped=True)
    return Json({"phase": stopped.phase})


@inside.post("/api/environments/{environment_id}/statements/{name}/resume")
def resume_statement(environment_id: str, name: str, cloud: TheCloud) -> Json:
    """Resume a statement that was stopped, from its offsets."""
    return Json({"phase": cloud.statements.set_stopped(environment_id, name, is_stopped=False).phase})


@inside.post("/api/sql")
async def run_sql(body: SqlBody, request: Request, cloud: TheCloud) -> Response:
    """Run a statement: its rows as they come (server-sent events). It is deleted when the connection ends."""
    run = await run_in_threadpool(Run, cloud, body.environment, body.cluster, body.sql)
    return _Stream(request, tails.rows(run, lambda: cloud.plane.is_closing, request.app.state.console.threads))


@inside.get("/api/search/tables")
def search_tables(cloud: TheCloud) -> Json:
    """The tables that can be searched by meaning, and the model that each one's vectors are from."""
    tables = [
        {"id": one.id, "name": one.name, "environment": one.environment, "model": one.model}
        for one in Search(cloud).tables()
    ]
    return Json({"tables": tables})


@inside.get("/api/search")
def search(cloud: TheCloud, q: str, table: str = "", count: Annotated[int, Query(ge=1, le=50)] = _HITS) -> Json:
    """The products of a table that are nearest to a question in meaning, and a map of what is near them."""
    return Json(Search(cloud).find(q, table, count))


class _Stream(StreamingResponse):
    """Server-sent events until their source or the session ends; the source is closed with the connection."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, source: AsyncGenerator[bytes]) -> None:
        super().__init__(_while_open(request, source))
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._source.aclose()


async def _while_open(request: Request, source: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async for data in source:
        if not has_session(request):  # it has been left; else this keeps it open
            return
        yield data


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for path in _PAGE.rglob("*") if path.is_file()}


def _file(name: str) -> Response:
    path = _files().get(name)
    if path is None:
        raise NotFoundError(f"The console has no file {name}.")
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(name)[0] or "text/plain"
    return Response(path.read_bytes(), media_type=kind)
