"""Schema Registry clusters (``/srcm/v3``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from localcloud.api.access.bodies import JsonRoute, environment_of
from localcloud.api.access.callers import TheCloud, cloud_key
from localcloud.api.http.metadata import environment_reference, metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import NotFoundError
from localcloud.control.core.resources import SchemaRegistry

router = APIRouter(route_class=JsonRoute, prefix="/srcm/v3/clusters", dependencies=[Depends(cloud_key)])


def registry_json(cloud: Cloud, registry: SchemaRegistry) -> dict[str, Any]:
    """Return a Schema Registry cluster as the API shows it."""
    endpoint = f"{cloud.base_url}/schema-registry/{registry.id}"
    url = f"{cloud.base_url}/srcm/v3/clusters/{registry.id}"
    return {
        "api_version": "srcm/v3",
        "kind": "Cluster",
        "id": registry.id,
        "metadata": metadata(url, cloud.names.registry(registry), registry),
        "spec": {
            "display_name": registry.name,
            "package": cloud.environments.get(registry.environment_id).package,
            "cloud": registry.cloud,
            "region": registry.region,
            "environment": environment_reference(cloud, registry.environment_id),
            "http_endpoint": endpoint,
            "catalog_http_endpoint": endpoint,
            "private_http_endpoint": "",
            "private_networking_config": {},
        },
        "status": {"phase": "PROVISIONED"},
    }


@router.get("")
def list_registries(request: Request, cloud: TheCloud) -> Json:
    """The Schema Registry of an environment, once its first cluster is there."""
    registries = cloud.environments.registries(environment_of(request))
    page = paged(request, registries, lambda one: registry_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "srcm/v3", "kind": "ClusterList", **page})


@router.get("/{registry_id}")
def read_registry(registry_id: str, request: Request, cloud: TheCloud) -> Json:
    """One Schema Registry cluster."""
    environment_id = environment_of(request)
    registry = cloud.environments.registry(registry_id)
    if registry.environment_id != environment_id:
        raise NotFoundError(f"Schema Registry cluster {registry_id} does not exist in environment {environment_id}.")
    return Json(registry_json(cloud, registry))
