"""A summary of everything there is, by which one sees that nothing is left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import psutil

from localcloud.control.errors import ControlError
from localcloud.control.resources import (
    Acl,
    ApiKey,
    ComputePool,
    Connection,
    Connector,
    Environment,
    KafkaCluster,
    Phase,
    Resource,
    RoleBinding,
    SchemaRegistry,
    ServiceAccount,
    Statement,
)

if TYPE_CHECKING:
    from localcloud.control.cloud import Cloud

_KINDS: tuple[type[Resource], ...] = (
    Environment,
    KafkaCluster,
    SchemaRegistry,
    ComputePool,
    ServiceAccount,
    RoleBinding,
    ApiKey,
    Acl,
    Connector,
    Connection,
    Statement,
)


def status(cloud: Cloud) -> dict[str, Any]:
    """Return what there is.

    ``resources``: everything that was made (so not the default environment); ``topics`` with the records written to
    them (offsets, so a transaction's end counts too); ``jobs``: statements that have not ended; ``processes`` with the
    memory they hold, this one first.
    """
    clusters = cloud.store.all(KafkaCluster)
    connectors = cloud.store.all(Connector)
    statements = [
        statement for environment in cloud.store.all(Environment) for statement in cloud.statements.all(environment.id)
    ]
    return {
        "ready": cloud.is_ready,
        "detail": cloud.detail,
        "organization": cloud.organization_id,
        "resources": [_resource(one) for kind in _KINDS for one in cloud.store.all(kind) if not _is_given(one)],
        "clusters": [
            {"id": one.id, "name": one.name, "phase": one.phase, "bootstrap": one.bootstrap, "detail": one.detail}
            for one in clusters
        ],
        "topics": [topic for cluster in clusters for topic in _topics(cloud, cluster)],
        "connectors": [_connector(cloud, one) for one in connectors],
        "jobs": [
            {"name": one.name, "phase": one.phase, "environment": one.environment_id, "pool": one.compute_pool_id}
            for one in statements
            if not one.phase.is_terminal
        ],
        "processes": _processes(cloud),
    }


def _is_given(resource: Resource) -> bool:
    return isinstance(resource, Environment) and resource.is_default


def _resource(resource: Resource) -> dict[str, str]:
    name = f"{resource.principal} {resource.role_name}" if isinstance(resource, RoleBinding) else resource.name
    shown = {"kind": resource.kind, "id": resource.id, "name": name, "environment": resource.environment_id}
    if isinstance(resource, Statement):
        shown["phase"] = resource.phase
    return shown


def _topics(cloud: Cloud, cluster: KafkaCluster) -> list[dict[str, Any]]:
    if cluster.phase is not Phase.PROVISIONED or not cloud.plane.is_open:
        return []
    try:
        return [
            {
                "name": topic.name,
                "cluster": cluster.id,
                "partitions": topic.partitions,
                "records": cloud.topics.records(cluster.id, topic.name),
            }
            for topic in cloud.topics.all(cluster.id)
        ]
    except ControlError:  # its broker is going, or a topic went while it was asked
        return []


def _connector(cloud: Cloud, connector: Connector) -> dict[str, Any]:
    status = cloud.connectors.status(connector)
    return {
        "id": connector.id,
        "name": connector.name,
        "cluster": connector.cluster_id,
        "state": status.state,
        "records": status.records_produced,
        "trace": status.trace,
    }


def _processes(cloud: Cloud) -> list[dict[str, Any]]:
    own = {"name": "cloud", "pid": os.getpid(), "resident_bytes": psutil.Process().memory_info().rss}
    return [
        own,
        *(
            {"name": process.name, "pid": process.pid, "resident_bytes": process.resident_bytes}
            for process in cloud.plane.processes()
        ),
    ]
