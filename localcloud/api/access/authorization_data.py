"""The right that each call of Kafka REST, Schema Registry and Flink SQL needs, by route; others are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.api.access.authorization import O, may_run_as
from localcloud.control.access.kafka_rules import CLUSTER, permits
from localcloud.control.access.rbac import is_below, kind_of
from localcloud.control.access.rights import FORBIDDEN
from localcloud.control.core.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.api.access.authorization import Call
    from localcloud.control.access.authentication import Caller
    from localcloud.control.access.rbac import Operation
    from localcloud.control.cloud import Cloud
    from localcloud.control.core.resources import SchemaRegistry

_TOPICS = "/kafka/v3/clusters/{cluster_id}/topics"
_ACLS = "/kafka/v3/clusters/{cluster_id}/acls"
# Operations on the topic that path or body names; "" where the handler shows what may be described.
KAFKA: Mapping[tuple[str, str], str] = {
    ("GET", "/kafka/v3/clusters/{cluster_id}"): "",
    ("GET", _TOPICS): "",
    ("POST", _TOPICS): "CREATE",
    ("GET", f"{_TOPICS}/{{name}}"): "DESCRIBE",
    ("PATCH", f"{_TOPICS}/{{name}}"): "ALTER",
    ("DELETE", f"{_TOPICS}/{{name}}"): "DELETE",
    ("GET", f"{_TOPICS}/{{name}}/configs"): "DESCRIBE_CONFIGS",
    ("POST", f"{_TOPICS}/{{name}}/configs:alter"): "ALTER_CONFIGS",
    ("GET", f"{_TOPICS}/{{name}}/configs/{{config}}"): "DESCRIBE_CONFIGS",
    ("PUT", f"{_TOPICS}/{{name}}/configs/{{config}}"): "ALTER_CONFIGS",
    ("DELETE", f"{_TOPICS}/{{name}}/configs/{{config}}"): "ALTER_CONFIGS",
    ("GET", f"{_TOPICS}/{{name}}/partitions"): "DESCRIBE",
    ("POST", f"{_TOPICS}/{{name}}/records"): "WRITE",
}
# Operations on the cluster.
KAFKA_CLUSTER: Mapping[tuple[str, str], str] = {
    ("GET", _ACLS): "DESCRIBE",
    ("POST", _ACLS): "ALTER",
    ("DELETE", _ACLS): "ALTER",
}

_SUBJECTS = "/schema-registry/{registry_id}/subjects"
_IDS = "/schema-registry/{registry_id}/schemas/ids/{schema_id}"
# Operations on the subject that the path names, or without one on the registry's own settings; ``None`` where the
# handler shows what may be read.
REGISTRY: Mapping[tuple[str, str], Operation | None] = {
    ("GET", _SUBJECTS): None,
    ("POST", f"{_SUBJECTS}/{{subject}}"): O.READ,
    ("DELETE", f"{_SUBJECTS}/{{subject}}"): O.DELETE,
    ("GET", f"{_SUBJECTS}/{{subject}}/versions"): O.READ,
    ("POST", f"{_SUBJECTS}/{{subject}}/versions"): O.WRITE,
    ("GET", f"{_SUBJECTS}/{{subject}}/versions/{{version}}"): O.READ,
    ("GET", f"{_SUBJECTS}/{{subject}}/versions/{{version}}/schema"): O.READ,
    ("DELETE", f"{_SUBJECTS}/{{subject}}/versions/{{version}}"): O.DELETE,
    ("POST", "/schema-registry/{registry_id}/compatibility/subjects/{subject}/versions"): O.READ,
    ("POST", "/schema-registry/{registry_id}/compatibility/subjects/{subject}/versions/{version}"): O.READ,
    ("GET", "/schema-registry/{registry_id}/schemas"): None,
    ("GET", "/schema-registry/{registry_id}/schemas/types"): None,
    ("GET", _IDS): None,
    ("GET", f"{_IDS}/schema"): None,
    ("GET", f"{_IDS}/subjects"): None,
    ("GET", f"{_IDS}/versions"): None,
    ("GET", "/schema-registry/{registry_id}/associations/resources/{namespace}/{name}"): None,
    **{
        (method, f"/schema-registry/{{registry_id}}/{settings}{place}"): operation
        for settings in ("config", "mode")
        for place in ("", "/{subject}")
        for method, operation in (
            ("GET", O.READ_COMPATIBILITY),
            ("PUT", O.WRITE_COMPATIBILITY),
            ("DELETE", O.WRITE_COMPATIBILITY),
        )
    },
}


def check_kafka(method: str, route: str, call: Call) -> None:
    """:class:`ForbiddenError` unless the caller may make this call of Kafka REST."""
    cluster_id = call.path["cluster_id"]
    if (method, route) in KAFKA_CLUSTER:
        if not may_kafka(call.cloud, call.caller, cluster_id)(KAFKA_CLUSTER[method, route], "CLUSTER", CLUSTER):
            raise ForbiddenError("Cluster authorization failed.", error_code=40301)
        return
    operation = KAFKA.get((method, route))
    topic = call.path.get("name") or call.at("topic_name")
    if operation is None or (
        operation and not may_kafka(call.cloud, call.caller, cluster_id)(operation, "TOPIC", topic)
    ):
        raise ForbiddenError(f"Not authorized to access topics: [{topic}]", error_code=40301)


def may_kafka(cloud: Cloud, caller: Caller, cluster_id: str) -> Callable[[str, str, str], bool]:
    """Return a predicate: whether the caller may do ``(operation, resource type, name)`` on that cluster."""
    if caller.is_admin:
        return lambda _operation, _type, _name: True
    rules, principal = cloud.broker_rights.of(cloud.clusters.get(cluster_id)), f"User:{caller.principal_id}"
    return lambda operation, type_, name: permits(rules, principal, operation, type_, name)


def check_registry(method: str, route: str, call: Call) -> None:
    """:class:`ForbiddenError` unless the caller may make this call of a Schema Registry."""
    if call.caller.is_admin or call.caller.is_internal:
        return
    if (method, route) not in REGISTRY:
        raise ForbiddenError(FORBIDDEN, error_code=40301)
    operation = REGISTRY[method, route]
    if operation is not None:
        registry = call.cloud.environments.registry(call.path["registry_id"])
        call.cloud.rights.require_subject(call.caller, operation, registry, call.path.get("subject", ""))


def may_read(cloud: Cloud, caller: Caller, registry_id: str) -> Callable[[str], bool]:
    """Return a predicate: whether the caller may read a subject of that registry."""
    registry: SchemaRegistry = cloud.environments.registry(registry_id)
    place = cloud.names.registry(registry)
    return lambda subject: cloud.rights.may(caller, O.READ, f"{place}/subject={subject}")


def check_flink(method: str, route: str, call: Call) -> None:
    """:class:`ForbiddenError` unless the caller may make this call of Flink SQL.

    Reading, stopping and deleting a statement needs a role in its compute pool; to run one needs more, see
    :func:`check_run`.
    """
    cloud, caller = call.cloud, call.caller
    if caller.is_admin:
        return
    if "/connections" in route and method != "GET":
        cloud.rights.require(caller, O.MANAGE_CONNECTIONS, call.environment)
        return
    if not _runs_somewhere(call):
        raise ForbiddenError(FORBIDDEN)
    stored = cloud.lookups.statement(call.path["environment_id"], call.path.get("name", ""))
    if "/statements" in route and stored:
        cloud.rights.require(caller, O.RUN, pool_crn(cloud, stored.compute_pool_id, call.environment))


def check_run(cloud: Cloud, caller: Caller, environment_id: str, pool_id: str, principal: str) -> None:
    """:class:`ForbiddenError` unless the caller may run a statement in that pool (``""``: any) as that principal.

    Both need a role in the pool, and the caller must be that principal or its Assigner.
    """
    if caller.is_admin:
        return
    place = pool_crn(cloud, pool_id, cloud.names.environment(environment_id))
    cloud.rights.require(caller, O.RUN, place)
    may_run_as(cloud, caller, principal)
    if cloud.lookups.has_principal(principal) and not cloud.rights.is_allowed(principal, O.RUN, place):
        raise ForbiddenError(FORBIDDEN)


def check_connections(cloud: Cloud, caller: Caller, environment_id: str, principal: str) -> None:
    """:class:`ForbiddenError` unless a statement of that principal may change the environment's connections."""
    if caller.is_admin and principal == caller.principal_id:
        return
    if not cloud.rights.is_allowed(principal, O.MANAGE_CONNECTIONS, cloud.names.environment(environment_id)):
        raise ForbiddenError(FORBIDDEN)


def pool_crn(cloud: Cloud, pool_id: str, otherwise: str) -> str:
    """Return the CRN of a compute pool, or ``otherwise`` if there is no pool of that id."""
    pool = cloud.lookups.pool(pool_id)
    return cloud.names.pool(pool) if pool else otherwise


def _runs_somewhere(call: Call) -> bool:
    """Whether the caller may run statements in any pool of the environment: if so, it may see 404 instead of 403."""
    rights, caller = call.cloud.rights, call.caller
    return rights.may(caller, O.RUN, call.environment) or any(
        is_below(grant.pattern, call.environment) and rights.may(caller, O.RUN, grant.pattern)
        for grant in rights.grants(caller.principal_id)
        if kind_of(grant.pattern) == "compute-pool"
    )
