"""Kafka REST: access control lists (``/kafka/v3/.../acls``)."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import TheCloud, kafka_key
from localcloud.api.http.replies import Json
from localcloud.control.cloud import Cloud
from localcloud.control.core.resources import Acl
from localcloud.control.kafka.acls import FIELDS

router = APIRouter(
    route_class=JsonRoute, prefix="/kafka/v3/clusters/{cluster_id}/acls", dependencies=[Depends(kafka_key)]
)


class AclBody(Body):
    """A new entry."""

    resource_type: str
    resource_name: str
    pattern_type: str
    principal: str
    host: str
    operation: str
    permission: str


@router.post("")
def create_acl(cluster_id: str, body: AclBody, cloud: TheCloud) -> Response:
    """Add an entry."""
    cloud.acls.create(cluster_id, body.model_dump())
    return Response(status_code=201)


@router.get("")
def list_acls(cluster_id: str, request: Request, cloud: TheCloud) -> Json:
    """The entries that match the query."""
    here = f"{cloud.base_url}/kafka/v3/clusters/{cluster_id}/acls"
    data = [_acl(cloud, acl) for acl in cloud.acls.matching(cluster_id, request.query_params)]
    return Json({"kind": "KafkaAclList", "metadata": {"self": here, "next": None}, "data": data})


@router.delete("")
def delete_acls(cluster_id: str, request: Request, cloud: TheCloud) -> Json:
    """Remove the entries that match the query."""
    return Json({"data": [_acl(cloud, acl) for acl in cloud.acls.delete(cluster_id, request.query_params)]})


def _acl(cloud: Cloud, acl: Acl) -> dict[str, Any]:
    fields = {field: getattr(acl, field) for field in FIELDS}
    here = f"{cloud.base_url}/kafka/v3/clusters/{acl.cluster_id}/acls?{urlencode(fields)}"
    return {"kind": "KafkaAcl", "metadata": {"self": here}, "cluster_id": acl.cluster_id, **fields}
