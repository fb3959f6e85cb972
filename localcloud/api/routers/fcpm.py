"""Flink compute pools and regions (``/fcpm/v2``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from localcloud.api.access.bodies import Body, JsonRoute, Reference, environment_of, given
from localcloud.api.access.callers import CloudCaller, TheCloud, cloud_key
from localcloud.api.http.metadata import environment_reference, metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.access.rbac import Operation
from localcloud.control.cloud import Cloud
from localcloud.control.core.regions import REGIONS, region_id
from localcloud.control.core.resources import ComputePool

router = APIRouter(route_class=JsonRoute, prefix="/fcpm/v2", dependencies=[Depends(cloud_key)])


class CreateSpec(Body):
    """A new pool."""

    display_name: str
    cloud: str
    region: str
    max_cfu: int = 5
    default_pool: bool = False
    enable_ai: bool = False
    environment: Reference


class CreateBody(Body):
    """A new pool."""

    spec: CreateSpec


class UpdateSpec(Body):
    """The fields of a pool that can be changed."""

    display_name: str | None = None
    max_cfu: int | None = None
    default_pool: bool | None = None
    environment: Reference


class UpdateBody(Body):
    """A change of a pool."""

    spec: UpdateSpec


def pool_json(cloud: Cloud, pool: ComputePool) -> dict[str, Any]:
    """Return a compute pool as the API shows it."""
    return {
        "api_version": "fcpm/v2",
        "kind": "ComputePool",
        "id": pool.id,
        "metadata": metadata(f"{cloud.base_url}/fcpm/v2/compute-pools/{pool.id}", cloud.names.pool(pool), pool),
        "spec": {
            "display_name": pool.name,
            "cloud": pool.cloud,
            "region": pool.region,
            "max_cfu": pool.max_cfu,
            "default_pool": pool.default_pool,
            "enable_ai": pool.enable_ai,
            "config": {"kind": "Standard"},
            "environment": environment_reference(cloud, pool.environment_id),
            "http_endpoint": (
                f"{cloud.base_url}/sql/v1/organizations/{cloud.organization_id}/environments/{pool.environment_id}"
            ),
        },
        "status": {"phase": cloud.pools.phase(pool).value, "current_cfu": cloud.pools.current_cfu(pool)},
    }


@router.post("/compute-pools")
def create_pool(body: CreateBody, cloud: TheCloud) -> Json:
    """Create a compute pool."""
    values = {
        "name": body.spec.display_name,
        **body.spec.model_dump(include={"cloud", "region", "max_cfu", "default_pool", "enable_ai"}),
    }
    return Json(pool_json(cloud, cloud.pools.create(body.spec.environment.id, **values)), 202)


@router.get("/compute-pools")
def list_pools(request: Request, cloud: TheCloud, caller: CloudCaller) -> Json:
    """The compute pools of an environment that the caller may see, of one ``spec.region`` if that is given."""
    region = request.query_params.get("spec.region", "")
    pools = [
        pool
        for pool in cloud.pools.all(environment_of(request))
        if region in ("", pool.region) and cloud.rights.may(caller, Operation.VIEW, cloud.names.pool(pool))
    ]
    page = paged(request, pools, lambda one: pool_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "fcpm/v2", "kind": "ComputePoolList", **page})


@router.get("/compute-pools/{pool_id}")
def read_pool(pool_id: str, request: Request, cloud: TheCloud) -> Json:
    """One compute pool."""
    return Json(pool_json(cloud, cloud.pools.get(pool_id, environment_of(request))))


@router.patch("/compute-pools/{pool_id}")
def update_pool(pool_id: str, body: UpdateBody, cloud: TheCloud) -> Json:
    """Rename or enlarge a compute pool."""
    values = given(body.spec, display_name="name", environment="")
    return Json(pool_json(cloud, cloud.pools.update(pool_id, body.spec.environment.id, values)))


@router.delete("/compute-pools/{pool_id}")
def delete_pool(pool_id: str, request: Request, cloud: TheCloud) -> Response:
    """Delete a compute pool; the statements that run in it are stopped."""
    cloud.pools.delete(pool_id, environment_of(request))
    return Response(status_code=204)


@router.get("/regions")
def list_regions(request: Request, cloud: TheCloud) -> Json:
    """Flink regions, filtered by ``cloud`` and ``region_name``; all of them have this server as endpoint."""
    wanted_cloud = request.query_params.get("cloud", "").upper()
    wanted_name = request.query_params.get("region_name", "")
    regions = [
        _region(cloud, provider, name)
        for provider, names in REGIONS.items()
        for name in names
        if wanted_cloud in ("", provider) and wanted_name in ("", name)
    ]
    page = paged(request, regions, dict, base_url=cloud.base_url, key=lambda one: str(one["id"]), always_next=True)
    return Json({"api_version": "fcpm/v2", "kind": "RegionList", **page})


def _region(cloud: Cloud, provider: str, name: str) -> dict[str, Any]:
    return {
        "api_version": "fcpm/v2",
        "kind": "Region",
        "id": region_id(provider, name),
        "metadata": {"self": ""},
        "cloud": provider,
        "display_name": f"{provider} {name}, on this machine",
        "region_name": name,
        "http_endpoint": cloud.base_url,
        "private_http_endpoint": "",
    }
