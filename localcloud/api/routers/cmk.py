"""Kafka clusters (``/cmk/v2``)."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from localcloud.api.access.bodies import Body, JsonRoute, Reference, environment_of, given
from localcloud.api.access.callers import CloudCaller, TheCloud, cloud_key
from localcloud.api.http.metadata import environment_reference, metadata
from localcloud.api.http.replies import Json, paged
from localcloud.control.access.rbac import Operation
from localcloud.control.cloud import Cloud
from localcloud.control.core.resources import KafkaCluster

router = APIRouter(route_class=JsonRoute, prefix="/cmk/v2/clusters", dependencies=[Depends(cloud_key)])

# Listeners are on the loopback interface, without TLS.
BOOTSTRAP_SCHEME = "SASL_PLAINTEXT"


class CreateSpec(Body):
    """A new cluster."""

    display_name: str
    availability: str = "SINGLE_ZONE"
    cloud: str
    region: str
    config: dict[str, Any] = Field(default_factory=lambda: {"kind": "Basic"})
    environment: Reference
    deletion_protection: bool = False


class CreateBody(Body):
    """A new cluster."""

    spec: CreateSpec


class UpdateSpec(Body):
    """The fields of a cluster that can be changed."""

    display_name: str | None = None
    config: dict[str, Any] | None = None
    deletion_protection: bool | None = None
    environment: Reference


class UpdateBody(Body):
    """A change of a cluster."""

    spec: UpdateSpec


def cluster_json(cloud: Cloud, cluster: KafkaCluster) -> dict[str, Any]:
    """Return a cluster as the API shows it; it has endpoints once its broker has started."""
    spec: dict[str, Any] = {
        "display_name": cluster.name,
        "availability": cluster.availability,
        "cloud": cluster.cloud,
        "region": cluster.region,
        "config": cluster.config,
        "deletion_protection": cluster.deletion_protection,
        "environment": environment_reference(cloud, cluster.environment_id),
    }
    if cluster.bootstrap:
        spec |= {
            "http_endpoint": cloud.base_url,
            "api_endpoint": cloud.base_url,
            "kafka_bootstrap_endpoint": f"{BOOTSTRAP_SCHEME}://{cluster.bootstrap}",
        }
    status = {"phase": cluster.phase.value, "cku": cluster.config.get("cku", 0)}
    if cluster.detail:
        status["detail"] = cluster.detail
    return {
        "api_version": "cmk/v2",
        "kind": "Cluster",
        "id": cluster.id,
        "metadata": metadata(f"{cloud.base_url}/cmk/v2/clusters/{cluster.id}", cloud.names.cluster(cluster), cluster),
        "spec": spec,
        "status": status,
    }


@router.post("")
def create_cluster(body: CreateBody, cloud: TheCloud) -> Json:
    """Create a cluster; its broker starts in the background."""
    spec = body.spec
    cluster = cloud.clusters.create(
        spec.environment.id,
        name=spec.display_name,
        availability=spec.availability,
        cloud=spec.cloud,
        region=spec.region,
        config=spec.config,
        deletion_protection=spec.deletion_protection,
    )
    return Json(cluster_json(cloud, cluster), 202)


@router.get("")
def list_clusters(request: Request, cloud: TheCloud, caller: CloudCaller) -> Json:
    """The clusters of an environment that the caller may see."""
    clusters = [
        one
        for one in cloud.clusters.all(environment_of(request))
        if cloud.rights.may(caller, Operation.VIEW, cloud.names.cluster(one))
    ]
    page = paged(request, clusters, lambda one: cluster_json(cloud, one), base_url=cloud.base_url)
    return Json({"api_version": "cmk/v2", "kind": "ClusterList", **page})


@router.get("/{cluster_id}")
def read_cluster(cluster_id: str, request: Request, cloud: TheCloud) -> Json:
    """One cluster."""
    return Json(cluster_json(cloud, cloud.clusters.get(cluster_id, environment_of(request))))


@router.patch("/{cluster_id}")
def update_cluster(cluster_id: str, body: UpdateBody, cloud: TheCloud) -> Json:
    """Rename, upgrade, protect a cluster."""
    values = given(body.spec, display_name="name", environment="")
    return Json(cluster_json(cloud, cloud.clusters.update(cluster_id, body.spec.environment.id, values)))


@router.delete("/{cluster_id}")
def delete_cluster(cluster_id: str, request: Request, cloud: TheCloud) -> Response:
    """Delete a cluster; it can be read until its broker is gone."""
    cloud.clusters.delete(cluster_id, environment_of(request))
    return Response(status_code=204)
