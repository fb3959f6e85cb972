"""Flink SQL statements and their results (``/sql/v1/.../statements``)."""

import functools
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Request, Response

from localcloud.api.access.authorization_data import check_connections, check_run, pool_crn
from localcloud.api.access.bodies import Body as Model
from localcloud.api.access.bodies import JsonRoute
from localcloud.api.access.callers import FlinkCaller, TheCloud
from localcloud.api.http.replies import Json, paged
from localcloud.control.access import rights
from localcloud.control.access.authentication import Caller
from localcloud.control.access.rbac import Operation
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError
from localcloud.control.core.regions import region_id
from localcloud.control.core.resources import Statement
from localcloud.control.flink.connection_sql import is_change
from localcloud.ids import rfc3339, short_rfc3339

router = APIRouter(
    route_class=JsonRoute, prefix="/sql/v1/organizations/{organization_id}/environments/{environment_id}/statements"
)


_DIGITS = 18  # of a page number: more may not fit into the 64 bits that Flink's side has for it


class Spec(Model):
    """The SQL of a statement, and where and as whom it runs."""

    statement: str | None = None
    properties: dict[str, Any] | None = None
    compute_pool_id: str | None = None
    principal: str | None = None
    stopped: bool | None = None


class Metadata(Model):
    """The part of ``metadata`` that a user can set: labels."""

    labels: dict[str, str] | None = None


class StatementBody(Model):
    """The body of POST and PUT of a statement."""

    name: str = ""
    spec: Spec
    metadata: Metadata | None = None


class Patch(Model):
    """One operation of a JSON patch (RFC 6902)."""

    op: str
    path: str
    value: Any = None


def statement_json(cloud: Cloud, statement: Statement) -> dict[str, Any]:
    """Return a statement as the API shows it; ``spec.statement`` and ``spec.properties`` are exactly as sent."""
    status: dict[str, Any] = {"phase": statement.phase.value, "detail": statement.detail}
    if statement.traits is not None:
        status["traits"] = statement.traits
    if statement.scaling_state and statement.scaled_at and not statement.phase.is_terminal:
        status["scaling_status"] = {
            "scaling_state": statement.scaling_state.value,
            "last_updated": rfc3339(statement.scaled_at),
        }
    if statement.offsets_at is not None:
        status["latest_offsets"] = statement.latest_offsets
        status["latest_offsets_timestamp"] = short_rfc3339(statement.offsets_at)
    return {
        "api_version": "sql/v1",
        "kind": "Statement",
        "name": statement.name,
        "organization_id": cloud.organization_id,
        "environment_id": statement.environment_id,
        "metadata": {
            "self": _url(cloud, statement),
            "uid": statement.id,
            "resource_version": str(statement.version),
            "created_at": rfc3339(statement.created_at),
            "updated_at": rfc3339(statement.updated_at),
            "labels": statement.labels,
        },
        "spec": {
            "statement": statement.statement,
            "properties": statement.properties,
            "compute_pool_id": statement.compute_pool_id,
            "principal": statement.principal,
            "stopped": statement.is_stopped,
            "authorized_principals": [],
        },
        "status": status,
    }


@router.post("")
def create(environment_id: str, body: StatementBody, cloud: TheCloud, caller: FlinkCaller) -> Json:
    """Create and run a statement, as the owner of the key unless another principal is named."""
    spec = body.spec
    _check_region(cloud, caller, spec.compute_pool_id)
    principal = spec.principal or caller.principal_id
    pool_id = cloud.statements.pool(environment_id, spec.compute_pool_id or "").id
    check_run(cloud, caller, environment_id, pool_id, principal)
    if is_change(spec.statement or ""):
        check_connections(cloud, caller, environment_id, principal)
    statement = cloud.statements.create(
        environment_id,
        name=body.name,
        statement=spec.statement or "",
        properties=spec.properties or {},
        compute_pool_id=pool_id,
        principal=principal,
        labels=(body.metadata.labels if body.metadata else None) or {},
    )
    return Json(statement_json(cloud, statement), 201)


@router.get("")
def list_statements(environment_id: str, request: Request, cloud: TheCloud, caller: FlinkCaller) -> Json:
    """The statements of an environment.

    Filters: ``spec.compute_pool_id``, ``label_selector`` (``key=value`` or ``key``, joined by commas),
    ``statement_name_search_query`` (part of the name).
    """
    query = request.query_params
    pool, part = query.get("spec.compute_pool_id", ""), query.get("statement_name_search_query", "")
    place = cloud.names.environment(environment_id)
    may_run = functools.cache(lambda pool: cloud.rights.may(caller, Operation.RUN, pool_crn(cloud, pool, place)))
    statements = [
        statement
        for statement in cloud.statements.all(environment_id)
        if pool in ("", statement.compute_pool_id)
        and part in statement.name
        and _is_selected(statement.labels, query.get("label_selector", ""))
        and may_run(statement.compute_pool_id)
    ]
    page = paged(request, statements, lambda one: statement_json(cloud, one), base_url=cloud.base_url, always_next=True)
    return Json({"api_version": "sql/v1", "kind": "StatementList", **page})


@router.get("/{name}")
def read(environment_id: str, name: str, cloud: TheCloud, _: FlinkCaller) -> Json:
    """One statement, as it is now."""
    return Json(statement_json(cloud, cloud.statements.get(environment_id, name)))


@router.put("/{name}")
def update(environment_id: str, name: str, body: StatementBody, cloud: TheCloud, caller: FlinkCaller) -> Json:
    """Stop a statement, or resume it, also in another pool or as another principal."""
    spec = body.spec
    _check_move(cloud, caller, environment_id, spec)
    cloud.statements.check_unchanged(environment_id, name, spec.statement, spec.properties)
    statement = cloud.statements.set_stopped(
        environment_id,
        name,
        is_stopped=bool(spec.stopped),
        compute_pool_id=spec.compute_pool_id or "",
        principal=spec.principal or "",
    )
    return Json(statement_json(cloud, statement), 202)


@router.patch("/{name}")
def patch(
    environment_id: str, name: str, patches: Annotated[list[Patch], Body()], cloud: TheCloud, caller: FlinkCaller
) -> Json:
    """Stop or resume a statement by JSON patch."""
    fields = {"/spec/stopped": "stopped", "/spec/compute_pool_id": "compute_pool_id", "/spec/principal": "principal"}
    values: dict[str, Any] = {}
    for operation in patches:
        if operation.op not in ("replace", "add") or operation.path not in fields:
            raise InvalidError(
                f"{operation.op} {operation.path} is not possible: only {', '.join(fields)} can be replaced."
            )
        values[fields[operation.path]] = operation.value
    spec = Spec.model_validate(values)
    stored = cloud.statements.get(environment_id, name)
    _check_move(cloud, caller, environment_id, spec)
    statement = cloud.statements.set_stopped(
        environment_id,
        name,
        is_stopped=stored.is_stopped if spec.stopped is None else spec.stopped,
        compute_pool_id=spec.compute_pool_id or "",
        principal=spec.principal or "",
    )
    return Json(statement_json(cloud, statement))


@router.delete("/{name}")
def delete(environment_id: str, name: str, cloud: TheCloud, _: FlinkCaller) -> Response:
    """Cancel and delete a statement; its name can be used again when this answers."""
    cloud.statements.delete(environment_id, name)
    return Response(status_code=202)


@router.get("/{name}/results")
def results(environment_id: str, name: str, request: Request, cloud: TheCloud, _: FlinkCaller) -> Json:
    """One page of rows; ``metadata.next`` is empty after the last one."""
    given = request.query_params.get("page_token", "") or "0"
    if not given.isdecimal() or len(given) > _DIGITS:
        raise InvalidError(f"page_token {given!r} is not one that a reply had in metadata.next.")
    page = cloud.statements.results(environment_id, name, int(given))
    here = f"{cloud.base_url}{quote(request.url.path)}"
    following = "" if page.next_token is None else f"{here}?page_token={page.next_token}"
    return Json(
        {
            "api_version": "sql/v1",
            "kind": "StatementResult",
            "metadata": {"self": here, "next": following},
            "results": {"data": list(page.rows)},
        }
    )


@router.get("/{name}/exceptions")
def exceptions(environment_id: str, name: str, request: Request, cloud: TheCloud, _: FlinkCaller) -> Json:
    """What has gone wrong in a statement, the latest first; ten faults that it was restarted after, at most."""
    found = [
        {
            "kind": "StatementException",
            "name": f"STATEMENT_{fault.phase.value}",
            "message": fault.message,
            "timestamp": rfc3339(fault.at),
        }
        for fault in cloud.statements.faults(environment_id, name)
    ]
    here = f"{cloud.base_url}{quote(request.url.path)}"
    return Json({"api_version": "sql/v1", "kind": "StatementExceptionList", "metadata": {"self": here}, "data": found})


def _url(cloud: Cloud, statement: Statement) -> str:
    place = f"organizations/{cloud.organization_id}/environments/{statement.environment_id}"
    return f"{cloud.base_url}/sql/v1/{place}/statements/{statement.name}"


def _check_region(cloud: Cloud, caller: Caller, pool_id: str | None) -> None:
    if pool_id:
        pool = cloud.pools.get(pool_id)
        rights.allow_flink_region(caller, region_id(pool.cloud, pool.region))


def _check_move(cloud: Cloud, caller: Caller, environment_id: str, spec: Spec) -> None:
    _check_region(cloud, caller, spec.compute_pool_id)
    if spec.compute_pool_id or spec.principal:
        check_run(cloud, caller, environment_id, spec.compute_pool_id or "", spec.principal or "")


def _is_selected(labels: dict[str, str], selector: str) -> bool:
    for term in filter(None, selector.split(",")):
        key, has_value, value = term.replace("==", "=").partition("=")
        if key not in labels or (has_value and labels[key] != value):
            return False
    return True
