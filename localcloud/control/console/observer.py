"""What a person sees of the whole cloud at one moment, in sections that change at different paces."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from localcloud import logs
from localcloud.control.connect.sinks import topics_of
from localcloud.control.console.history import last_run
from localcloud.control.console.pipeline import pipeline
from localcloud.control.console.sql_names import names_in
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
    RoleBinding,
    SchemaRegistry,
    ServiceAccount,
    Statement,
    User,
)
from localcloud.ids import rfc3339
from localcloud.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.control.cloud import Cloud
    from localcloud.dataplane.interface import StatementStatus

Section = list[dict[str, Any]]
_WINDOW_SECONDS = 5.0
"""Over which a rate is taken: a source that writes every second or two has one, too."""
_OF_A_RUN = (Environment, KafkaCluster, SchemaRegistry, ComputePool, ServiceAccount, RoleBinding, ApiKey)
_QUERY = re.compile(r"(console|pulumiw|cli)-")


class Observer:
    """Looks at a cloud again and again. Of one thread at a time."""

    def __init__(self, cloud: Cloud, clock: Callable[[], float] = time.monotonic) -> None:
        self._cloud, self._clock = cloud, clock
        self._counts: deque[tuple[float, dict[str, int]]] = deque()
        self._resources: dict[str, Any] = {}
        self._changes = -1

    def look(self) -> dict[str, Any]:
        """Return the sections: rates are records a second, ``None`` until they are known."""
        cloud, counts = self._cloud, {}
        topics, statements, connectors = _topics(cloud), _statements(cloud), _connectors(cloud)
        for one in (*topics, *statements, *connectors):
            if one["written"] is not None:
                counts[one["id"]] = one["written"]
        rates = self._rates(counts)
        for one in (*topics, *statements, *connectors):
            one["rate"] = rates.get(one["id"])
        resources = self._changed_resources()
        graph = pipeline(connectors, statements, topics, resources["connections"])
        _take_rates(topics, graph["nodes"])
        return {
            "cloud": {
                "ready": cloud.is_ready,
                "detail": cloud.detail,
                "endpoint": cloud.base_url,
                "organization": cloud.organization_id,
                "version": VERSION,
            },
            "pipeline": graph,
            "topics": topics,
            "statements": statements,
            "connectors": connectors,
            "models": _models(statements),
            "logs": sorted(path.stem for path in logs.folder(cloud.state).glob("*.log")),
            **resources,
        }

    def _rates(self, counts: Mapping[str, int]) -> dict[str, float]:
        now = self._clock()
        self._counts.append((now, dict(counts)))
        while len(self._counts) > 2 and now - self._counts[1][0] >= _WINDOW_SECONDS:  # noqa: PLR2004 - of two points
            self._counts.popleft()
        began, before = self._counts[0]
        if now <= began:
            return {}
        # A counter that began at zero again, after a restart, has no negative rate.
        return {
            name: round(max(0, count - before[name]) / (now - began), 1)
            for name, count in counts.items()
            if name in before
        }

    def _changed_resources(self) -> dict[str, Any]:
        """Return the sections of stored resources alone, as they were made when those last changed."""
        changes = self._cloud.store.changes
        if changes != self._changes:
            self._resources, self._changes = _resources(self._cloud), changes
        return self._resources


def _resources(cloud: Cloud) -> dict[str, Any]:
    store = cloud.store
    clusters, pools = store.all(KafkaCluster), store.all(ComputePool)
    made = [
        one for kind in _OF_A_RUN for one in store.all(kind) if not (isinstance(one, Environment) and one.is_default)
    ]
    made += store.all(Connection) + store.all(Connector)
    made += [one for one in store.all(Statement) if not _QUERY.match(one.name)]
    return {
        "environments": [
            {
                "id": one.id,
                "name": one.name,
                "clusters": [
                    {"id": cluster.id, "name": cluster.name, "phase": cluster.phase, "detail": cluster.detail}
                    for cluster in clusters
                    if cluster.environment_id == one.id
                ],
                "pools": [
                    {"id": pool.id, "name": pool.name, "max_cfu": pool.max_cfu}
                    for pool in pools
                    if pool.environment_id == one.id
                ],
            }
            for one in store.all(Environment)
        ],
        "connections": [
            {
                "id": one.id,
                "name": one.name,
                "environment": one.environment_id,
                "type": one.type,
                "endpoint": one.endpoint,
                "comment": one.comment,
            }
            for one in store.all(Connection)
        ],
        "access": _access(cloud),
        "history": last_run(made),
    }


def _access(cloud: Cloud) -> dict[str, Section]:
    store = cloud.store
    principals = [
        {"id": one.id, "name": one.name, "kind": one.kind, "description": getattr(one, "description", "")}
        for one in (*store.all(User), *store.all(ServiceAccount))
    ]
    organization = cloud.names.organization
    return {
        "principals": principals,
        "bindings": [
            {
                "id": one.id,
                "principal": one.principal.removeprefix("User:"),
                "role": one.role_name,
                "on": one.crn_pattern.removeprefix(organization).strip("/").split("/"),
            }
            for one in store.all(RoleBinding)
        ],
        "acls": [
            {
                "id": one.id,
                "principal": one.principal.removeprefix("User:"),
                "permission": one.permission,
                "operation": one.operation,
                "on": f"{one.resource_type.lower()} {one.resource_name}{'*' * (one.pattern_type == 'PREFIXED')}",
            }
            for one in store.all(Acl)
        ],
        "keys": [
            {
                "id": one.id,
                "name": one.name,
                "owner": one.owner_id,
                "scope": one.scope,
                "resource": one.resource_id,
                "created": rfc3339(one.created_at),
            }
            for one in store.all(ApiKey)
        ],
    }


def _take_rates(topics: Section, nodes: Section) -> None:
    """Give topics the rates that they have in the pipeline, which count no markers of transactions."""
    rates = {(one["cluster"], one["name"]): one["rate"] for one in nodes if one["kind"] == "topic" and one["cluster"]}
    for topic in topics:
        topic["rate"] = rates.get((topic["cluster"], topic["name"]), topic["rate"])


def _topics(cloud: Cloud) -> Section:
    found = []
    for cluster in cloud.store.all(KafkaCluster):
        if cluster.phase is not Phase.PROVISIONED or not cloud.plane.is_open:
            continue
        try:
            topics = cloud.topics.end_offsets(cluster.id)
        except ControlError:  # its broker is being deleted or started
            continue
        found += [
            {
                "id": f"{cluster.id}/{name}",
                "name": name,
                "cluster": cluster.id,
                "environment": cluster.environment_id,
                "partitions": len(ends),
                "written": sum(ends.values()),
            }
            for name, ends in sorted(topics.items())
        ]
    return found


def _statements(cloud: Cloud) -> Section:
    return [_statement(*one) for one in cloud.statements.with_progress()]


def _statement(statement: Statement, progress: StatementStatus | None) -> dict[str, Any]:
    return {
        "id": statement.id,
        "name": statement.name,
        "environment": statement.environment_id,
        "pool": statement.compute_pool_id,
        "principal": statement.principal,
        "phase": statement.phase,
        "cause": statement.detail,
        "text": statement.statement,
        "kind": (statement.traits or {}).get("sql_kind", ""),
        "scaling": statement.scaling_state,
        "faults": len(statement.faults),
        "created": rfc3339(statement.created_at),
        "written": progress and progress.records_written,
        "lag": progress and progress.records_pending,
    }


def _connectors(cloud: Cloud) -> Section:
    return [_connector(cloud, one) for one in cloud.store.all(Connector)]


def _connector(cloud: Cloud, connector: Connector) -> dict[str, Any]:
    status, role = cloud.connectors.status(connector), cloud.connectors.role(connector)
    config = connector.config
    return {
        "id": connector.id,
        "name": connector.name,
        "environment": connector.environment_id,
        "cluster": connector.cluster_id,
        "class": config.get("connector.class", ""),
        "role": role,
        "phase": status.state,
        "cause": status.trace,
        "tasks": [{"id": number, "phase": state} for number, state in enumerate(status.tasks)],
        "topics": topics_of(config) if role == "sink" else [config.get("kafka.topic", "")],
        "stores": cloud.connectors.stores(connector),
        "config": cloud.connectors.masked(config),
        "written": status.records_produced,
        "lag": cloud.connectors.lag(connector) if role == "sink" else None,
        "dead_letters": cloud.connectors.dead_letters(connector) if role == "sink" else None,
        "created": rfc3339(connector.created_at),
    }


def _models(statements: Section) -> Section:
    found = []
    for statement in statements:
        names = names_in(statement["text"])
        if names.made == "MODEL" and statement["phase"] == "COMPLETED":
            provider = names.options.get("provider", "")
            found.append(
                {
                    "name": names.name,
                    "environment": statement["environment"],
                    "provider": provider,
                    "connection": names.options.get(f"{provider.lower()}.connection", ""),
                    "version": names.options.get(f"{provider.lower()}.model_version", ""),
                    "task": names.options.get("task", ""),
                    "statement": statement["name"],
                }
            )
    return found
