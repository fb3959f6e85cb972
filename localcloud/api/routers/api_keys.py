"""API keys (``/iam/v2/api-keys``)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from localcloud.api.access.authorization import may_have_key
from localcloud.api.access.bodies import Body, JsonRoute, Reference, given
from localcloud.api.access.callers import CloudCaller, TheCloud
from localcloud.api.http.metadata import metadata, owner_reference
from localcloud.api.http.replies import Json, paged
from localcloud.control.access.authentication import Caller
from localcloud.control.access.rights import FORBIDDEN
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import ForbiddenError
from localcloud.control.core.resources import ApiKey, KeyScope

router = APIRouter(route_class=JsonRoute, prefix="/iam/v2/api-keys")


class CreateSpec(Body):
    """A new key; without ``resource`` it is a key to the control plane."""

    display_name: str = ""
    description: str = ""
    owner: Reference | None = None
    resource: dict[str, Any] | None = None


class CreateBody(Body):
    """A new key."""

    spec: CreateSpec


class UpdateSpec(Body):
    """The fields of a key that can be changed."""

    display_name: str | None = None
    description: str | None = None


class UpdateBody(Body):
    """A change of a key."""

    spec: UpdateSpec


def key_json(cloud: Cloud, key: ApiKey, secret: str = "") -> dict[str, Any]:
    """Return a key as the API shows it; only the reply that creates it has its secret."""
    return {
        "api_version": "iam/v2",
        "kind": "ApiKey",
        "id": key.id,
        "metadata": metadata(f"{cloud.base_url}/iam/v2/api-keys/{key.id}", cloud.names.api_key(key), key),
        "spec": {
            "display_name": key.name,
            "description": key.description,
            "owner": owner_reference(cloud, key.owner_id),
            "resource": _resource(cloud, key),
            "secret": secret,
        },
    }


@router.post("")
def create_key(body: CreateBody, cloud: TheCloud, caller: CloudCaller) -> Json:
    """Create a key, the caller's own unless an owner is named; only this reply has its secret."""
    spec = body.spec
    owner_id = spec.owner.id if spec.owner else caller.principal_id
    scope, resource_id, environment_id = cloud.keys.resolve(spec.resource or {})
    planned = ApiKey(
        id="new",
        owner_id=owner_id,
        scope=scope,
        resource_id=resource_id,
        environment_id=environment_id,
        secret_sha256="",
    )
    _require(cloud, caller, planned)
    key, secret = cloud.keys.create(
        owner_id=owner_id,
        resource=spec.resource or {},
        name=spec.display_name,
        description=spec.description,
    )
    return Json(key_json(cloud, key, secret), 202)


@router.get("")
def list_keys(request: Request, cloud: TheCloud, caller: CloudCaller) -> Json:
    """Keys, the caller's own and those that it administers, filtered by ``spec.owner`` and ``spec.resource`` (ids)."""
    query = request.query_params
    keys = [
        key
        for key in cloud.keys.all()
        if query.get("spec.owner", key.owner_id) == key.owner_id
        and query.get("spec.resource", key.resource_id) == key.resource_id
        and may_have_key(cloud, caller, key)
    ]
    page = paged(request, keys, lambda one: key_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "iam/v2", "kind": "ApiKeyList", **page})


@router.get("/{key_id}")
def read_key(key_id: str, cloud: TheCloud, caller: CloudCaller) -> Json:
    """One key, without its secret."""
    _require(cloud, caller, cloud.keys.get(key_id))
    return Json(key_json(cloud, cloud.keys.get(key_id)))


@router.patch("/{key_id}")
def update_key(key_id: str, body: UpdateBody, cloud: TheCloud, caller: CloudCaller) -> Json:
    """Rename or describe a key."""
    _require(cloud, caller, cloud.keys.get(key_id))
    return Json(key_json(cloud, cloud.keys.update(key_id, given(body.spec, display_name="name"))))


@router.delete("/{key_id}")
def delete_key(key_id: str, cloud: TheCloud, caller: CloudCaller) -> Response:
    """Delete a key; it is refused from the next login on."""
    _require(cloud, caller, cloud.keys.get(key_id))
    cloud.keys.delete(key_id)
    return Response(status_code=204)


def _require(cloud: Cloud, caller: Caller, key: ApiKey) -> None:
    if not may_have_key(cloud, caller, key):
        raise ForbiddenError(FORBIDDEN)


def _resource(cloud: Cloud, key: ApiKey) -> dict[str, Any]:
    place = cloud.names.environment(key.environment_id)
    if key.scope is KeyScope.KAFKA:
        return {
            "api_version": "cmk/v2",
            "kind": "Cluster",
            "id": key.resource_id,
            "environment": key.environment_id,
            "related": f"{cloud.base_url}/cmk/v2/clusters/{key.resource_id}",
            "resource_name": f"{place}/cloud-cluster={key.resource_id}",
        }
    if key.scope is KeyScope.SCHEMA_REGISTRY:
        return {
            "api_version": "srcm/v3",
            "kind": "Cluster",
            "id": key.resource_id,
            "environment": key.environment_id,
            "related": f"{cloud.base_url}/srcm/v3/clusters/{key.resource_id}",
            "resource_name": f"{place}/schema-registry={key.resource_id}",
        }
    if key.scope is KeyScope.FLINK:
        return {
            "api_version": "fcpm/v2",
            "kind": "Region",
            "id": key.resource_id,
            "environment": key.environment_id,
            "related": f"{cloud.base_url}/fcpm/v2/regions?cloud={key.resource_id.partition('.')[0]}",
            "resource_name": cloud.names.flink_region(key.environment_id, key.resource_id),
        }
    version = "global/v1" if key.scope is KeyScope.GLOBAL else "iam/v2"
    name = key.resource_id
    return {"api_version": version, "kind": key.scope.value, "id": name, "related": name, "resource_name": name}
