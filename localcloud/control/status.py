"""A summary of all resources and processes, for ``cloud status``; tests use it to prove that nothing is left over."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import psutil

from localcloud.control.core.errors import ControlError
from localcloud.control.core.resources import (
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
from localcloud.dataplane.interface import ProcessInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.control.cloud import Cloud
    from localcloud.dataplane.interface import ConnectorStatus

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


def status(cloud: Cloud, seconds: float = 0) -> dict[str, Any]:
    """Return the summary, after counting written records for ``seconds`` (0: without counting).

    ``resources``: everything that was made (so not the default environment); ``topics`` with the records that a
    consumer of committed ones would read; ``jobs``: statements that have not ended; ``phases``: how many statements and
    connectors are in each; ``processes`` with the memory they hold and the TCP ports they listen on, this one first;
    ``disk``: bytes by part of the state folder. If records were counted, what writes has ``records_per_second``.
    """
    rates = _rates(cloud, seconds) if seconds else {}
    clusters = cloud.store.all(KafkaCluster)
    connectors = cloud.store.all(Connector)
    statements = [statement for statement, _ in cloud.statements.with_progress()]
    states = {one.id: cloud.connectors.status(one) for one in connectors}
    return {
        "ready": cloud.is_ready,
        "detail": cloud.detail,
        "organization": cloud.organization_id,
        "resources": [
            _resource(one) for kind in _KINDS for one in cloud.store.all(kind) if not _is_default_environment(one)
        ],
        "clusters": [
            {"id": one.id, "name": one.name, "phase": one.phase, "bootstrap": one.bootstrap, "detail": one.detail}
            for one in clusters
        ],
        "topics": [topic for cluster in clusters for topic in _topics(cloud, cluster)],
        "connectors": [_connector(cloud, one, states[one.id]) | _rate(rates, one) for one in connectors],
        "jobs": [_job(one) | _rate(rates, one) for one in statements if not one.phase.is_terminal],
        "phases": {
            "statements": Counter(one.phase.value for one in statements),
            "connectors": Counter(one.state.value for one in states.values()),
        },
        "processes": _processes(cloud),
        "disk": [{"part": part, "bytes": size} for part, size in cloud.machine.disk().items()],
    }


def _job(statement: Statement) -> dict[str, Any]:
    return {
        "name": statement.name,
        "phase": statement.phase,
        "environment": statement.environment_id,
        "pool": statement.compute_pool_id,
    }


def _rate(rates: Mapping[str, float], resource: Resource) -> dict[str, float]:
    return {"records_per_second": rates[resource.id]} if resource.id in rates else {}


def _rates(cloud: Cloud, seconds: float) -> dict[str, float]:
    """Records written per second by id of statement or connector: the difference of two counts."""
    before, began = _written(cloud), time.monotonic()
    time.sleep(seconds)
    after, elapsed = _written(cloud), time.monotonic() - began
    # A writer restarted between the counts begins at zero, hence max(0, ...): no negative rates.
    return {one: round(max(0, after[one] - before[one]) / elapsed, 1) for one in after.keys() & before.keys()}


def _written(cloud: Cloud) -> dict[str, int]:
    counts = {one.id: cloud.connectors.status(one).records_produced for one in cloud.store.all(Connector)}
    for statement, progress in cloud.statements.with_progress():
        if progress is not None and progress.records_written is not None:
            counts[statement.id] = progress.records_written
    return counts


def _is_default_environment(resource: Resource) -> bool:
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
        counted = cloud.topics.records(cluster.id)
    except ControlError:  # the broker is being deleted
        return []
    return [
        {"name": name, "cluster": cluster.id, "partitions": len(records), "records": sum(records.values())}
        for name, records in sorted(counted.items())
    ]


def _connector(cloud: Cloud, connector: Connector, status: ConnectorStatus) -> dict[str, Any]:
    dead_letters = cloud.connectors.dead_letters(connector)
    return {
        "id": connector.id,
        "name": connector.name,
        "cluster": connector.cluster_id,
        "state": status.state,
        "records": status.records_produced,
        "trace": status.trace,
        **({} if dead_letters is None else {"dead_letters": dead_letters}),
    }


def _processes(cloud: Cloud) -> list[dict[str, Any]]:
    own = ProcessInfo(name="cloud", pid=os.getpid(), resident_bytes=psutil.Process().memory_info().rss)
    processes = (own, *cloud.plane.processes())
    ports = cloud.machine.ports(process.pid for process in processes)
    return [
        {
            "name": process.name,
            "pid": process.pid,
            "ports": ports[process.pid],
            "resident_bytes": process.resident_bytes,
        }
        for process in processes
    ]
