"""Flink connections (``/sql/v1/.../connections``)."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import FlinkCaller, TheCloud
from localcloud.api.http.replies import Json, paged
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError
from localcloud.control.core.resources import Connection
from localcloud.ids import rfc3339
from localcloud.masking import REDACTED

router = APIRouter(
    route_class=JsonRoute, prefix="/sql/v1/organizations/{organization_id}/environments/{environment_id}/connections"
)

PLAINTEXT = "PlaintextProvider"


class AuthData(Body):
    """The secrets of a connection; ``data`` is a JSON object, as text."""

    kind: str = PLAINTEXT
    data: str = ""


class Spec(Body):
    """Type, endpoint and secrets of a connection."""

    connection_type: str = ""
    endpoint: str = ""
    auth_data: AuthData | None = None


class ConnectionBody(Body):
    """The body of POST and PUT of a connection."""

    name: str = ""
    spec: Spec


def connection_json(cloud: Cloud, connection: Connection) -> dict[str, Any]:
    """Return a connection as the API shows it, without its secrets."""
    place = f"organizations/{cloud.organization_id}/environments/{connection.environment_id}"
    return {
        "api_version": "sql/v1",
        "kind": "Connection",
        "name": connection.name,
        "metadata": {
            "self": f"{cloud.base_url}/sql/v1/{place}/connections/{connection.name}",
            "created_at": rfc3339(connection.created_at),
            "updated_at": rfc3339(connection.updated_at),
        },
        "spec": {
            "connection_type": connection.type,
            "endpoint": connection.endpoint,
            "auth_data": {"kind": PLAINTEXT, "data": REDACTED},
        },
        "status": {"phase": "READY", "detail": ""},
    }


@router.post("")
def create(environment_id: str, body: ConnectionBody, cloud: TheCloud, _: FlinkCaller) -> Json:
    """Create a connection."""
    spec = body.spec
    connection = cloud.connections.create(
        environment_id, body.name, spec.connection_type, spec.endpoint, _secrets(spec.auth_data)
    )
    return Json(connection_json(cloud, connection), 201)


@router.get("")
def list_connections(environment_id: str, request: Request, cloud: TheCloud, _: FlinkCaller) -> Json:
    """The connections of an environment, filtered by ``spec.connection_type``."""
    wanted = request.query_params.get("spec.connection_type", "")
    connections = [one for one in cloud.connections.all(environment_id) if wanted in ("", one.type)]
    page = paged(
        request, connections, lambda one: connection_json(cloud, one), base_url=cloud.base_url, always_next=True
    )
    return Json({"api_version": "sql/v1", "kind": "ConnectionList", **page})


@router.get("/{name}")
def read(environment_id: str, name: str, cloud: TheCloud, _: FlinkCaller) -> Json:
    """One connection."""
    return Json(connection_json(cloud, cloud.connections.get(environment_id, name)))


@router.put("/{name}")
def update(environment_id: str, name: str, body: ConnectionBody, cloud: TheCloud, _: FlinkCaller) -> Json:
    """Replace the secrets of a connection."""
    spec = body.spec
    connection = cloud.connections.replace_secrets(
        environment_id, name, spec.connection_type, spec.endpoint, _secrets(spec.auth_data)
    )
    return Json(connection_json(cloud, connection))


@router.delete("/{name}")
def delete(environment_id: str, name: str, cloud: TheCloud, _: FlinkCaller) -> Response:
    """Delete a connection."""
    cloud.connections.delete(environment_id, name)
    return Response(status_code=204)


def _secrets(auth: AuthData | None) -> dict[str, str]:
    if auth is None or not auth.data:
        return {}
    if auth.kind != PLAINTEXT:
        raise InvalidError(f"auth_data.kind {auth.kind!r} is unknown: use {PLAINTEXT}.", pointer="/spec/auth_data/kind")
    if auth.data == REDACTED:
        raise InvalidError(
            f"auth_data.data is {REDACTED}, as connections are shown: send the secrets themselves.",
            pointer="/spec/auth_data/data",
        )
    try:
        data = json.loads(auth.data)
    except ValueError:
        data = None
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise InvalidError(
            'auth_data.data must be a JSON object of texts, such as {"API_KEY": "..."}, itself written as text.',
            pointer="/spec/auth_data/data",
        )
    return data
