"""Confluent's predefined roles: the operations of each, and the resources that a CRN pattern covers. Pure functions.

Source: Confluent Cloud's role reference (predefined RBAC roles), reduced to the local cloud's resources. Operations
on Kafka and the Schema Registry have their official names; the names of the others are ours. A role on a scope
(organization, environment, cluster) covers everything below it. A role on a resource covers only the resources that
its pattern names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Operation(StrEnum):
    """An operation on a resource, for which a role can be needed."""

    VIEW = "View"
    MANAGE = "Manage"  # create, change, delete
    MANAGE_KEYS = "ManageKeys"  # API keys that open it, whoever owns them
    GRANT = "Grant"  # role bindings on it
    ASSIGN = "Assign"  # let something run as that service account
    RUN = "Run"  # Flink statements in a compute pool
    CONNECT = "Connect"  # connectors of a cluster
    MANAGE_CONNECTIONS = "ManageConnections"  # Flink connections of an environment

    READ = "Read"
    WRITE = "Write"
    DESCRIBE = "Describe"
    CREATE = "Create"
    DELETE = "Delete"
    ALTER = "Alter"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    ALTER_CONFIGS = "AlterConfigs"
    IDEMPOTENT_WRITE = "IdempotentWrite"
    READ_COMPATIBILITY = "ReadCompatibility"
    WRITE_COMPATIBILITY = "WriteCompatibility"


class Grant(NamedTuple):
    """A role on the resources that a CRN pattern covers."""

    role: str
    pattern: str


O = Operation  # noqa: E741 - the table below is read by columns
EVERYTHING = frozenset(Operation)
_NOTHING: frozenset[Operation] = frozenset()
_TOPIC = frozenset({O.CREATE, O.DELETE, O.ALTER, O.DESCRIBE, O.DESCRIBE_CONFIGS, O.ALTER_CONFIGS})


@dataclass(frozen=True, kw_only=True)
class Role:
    """``on``: kind of resource (last key of its CRN) -> operations; ``below``: on all of a scope's other kinds."""

    is_scope: bool = False
    below: frozenset[Operation] = _NOTHING
    on: Mapping[str, frozenset[Operation]] = field(default_factory=dict)

    def operations(self, kind: str) -> frozenset[Operation]:
        """Return the operations that the role allows on a resource of that kind (``topic``)."""
        return self.on.get(kind, self.below)


def _scope(below: Iterable[Operation] = (O.VIEW,), **on: Iterable[Operation]) -> Role:
    kinds = {kind.replace("_", "-"): frozenset(operations) for kind, operations in on.items()}
    return Role(is_scope=True, below=frozenset(below), on=kinds)


def _resource(**on: Iterable[Operation]) -> Role:
    return Role(on={kind.replace("_", "-"): frozenset(operations) for kind, operations in on.items()})


_FLINK = {O.VIEW, O.RUN}
ROLES: Mapping[str, Role] = {
    "OrganizationAdmin": _scope(EVERYTHING),
    # Without ASSIGN: it runs statements and connectors as itself, and as another principal only with the role Assigner.
    "EnvironmentAdmin": _scope(EVERYTHING - {O.ASSIGN}),
    "CloudClusterAdmin": _scope(EVERYTHING - {O.ASSIGN, O.RUN, O.MANAGE_CONNECTIONS}),
    "FlinkAdmin": _scope(
        compute_pool={*_FLINK, O.MANAGE, O.MANAGE_KEYS, O.GRANT},
        flink_region={*_FLINK, O.MANAGE_KEYS},
        environment={*_FLINK, O.MANAGE_CONNECTIONS},
    ),
    "FlinkDeveloper": _scope(compute_pool=_FLINK, flink_region=_FLINK, environment=_FLINK),
    "Assigner": _scope((), service_account={O.VIEW, O.ASSIGN}),
    "AccountAdmin": _scope((), organization={O.VIEW}, service_account={O.VIEW, O.MANAGE}, user={O.VIEW}),
    "ResourceKeyAdmin": _scope({O.VIEW, O.MANAGE_KEYS}),
    "ConnectManager": _scope(connector={O.VIEW, O.CONNECT}, kafka={O.VIEW, O.CONNECT}),
    "DataSteward": _scope(
        subject={O.READ, O.WRITE, O.DELETE, O.READ_COMPATIBILITY, O.WRITE_COMPATIBILITY},
        schema_registry={O.VIEW, O.READ_COMPATIBILITY, O.WRITE_COMPATIBILITY},
    ),
    "DataDiscovery": _scope(subject={O.READ, O.READ_COMPATIBILITY}, schema_registry={O.VIEW, O.READ_COMPATIBILITY}),
    "Operator": _scope(topic={O.DESCRIBE, O.DESCRIBE_CONFIGS}, group={O.DESCRIBE}),
    "MetricsViewer": _scope(),
    "BillingAdmin": _scope((), organization={O.VIEW}),
    "NetworkAdmin": _scope(),
    "KsqlAdmin": _scope(),
    "DeveloperRead": _resource(
        topic={O.READ, O.DESCRIBE},
        group={O.READ, O.DESCRIBE},
        transactional_id={O.DESCRIBE},
        subject={O.READ, O.READ_COMPATIBILITY},
    ),
    "DeveloperWrite": _resource(
        topic={O.WRITE, O.DESCRIBE},
        transactional_id={O.WRITE, O.DESCRIBE},
        subject={O.WRITE},
    ),
    "DeveloperManage": _resource(
        topic=_TOPIC,
        group={O.DESCRIBE, O.DELETE},
        transactional_id={O.DESCRIBE},
        subject={O.DELETE, O.READ_COMPATIBILITY, O.WRITE_COMPATIBILITY},
    ),
    "ResourceOwner": _resource(
        topic=_TOPIC | {O.READ, O.WRITE, O.GRANT},
        group={O.READ, O.DESCRIBE, O.DELETE, O.GRANT},
        transactional_id={O.WRITE, O.DESCRIBE, O.GRANT},
        subject={O.READ, O.WRITE, O.DELETE, O.READ_COMPATIBILITY, O.WRITE_COMPATIBILITY, O.GRANT},
    ),
}


def kind_of(crn: str) -> str:
    """Return the kind of resource that a CRN names: the key of its last segment, such as ``topic``."""
    return crn.rpartition("/")[2].partition("=")[0]


def is_below(crn: str, scope: str) -> bool:
    """Whether a resource is the scope itself or inside it."""
    return crn == scope or crn.startswith(f"{scope}/")


def names(pattern: str, crn: str) -> bool:
    """Whether a pattern names a resource: literally, or by the beginning of its last segment (``subject=orders-*``)."""
    if pattern == crn:
        return True
    if not pattern.endswith("*"):
        return False
    place, _, _ = crn.rpartition("/")
    return pattern.rpartition("/")[0] == place and crn.startswith(pattern[:-1])


def reaches(grant: Grant, crn: str) -> bool:
    """Whether a grant holds for a resource."""
    role = ROLES.get(grant.role)
    if role is None:
        return False
    return names(grant.pattern, crn) or (role.is_scope and is_below(crn, grant.pattern))


def allows(grants: Iterable[Grant], operation: Operation, crn: str) -> bool:
    """Whether one of these grants lets its holder do that.

    Who has any role in a scope can see the scope: without that nobody could find a topic's cluster or environment.
    """
    return any(
        (reaches(grant, crn) and operation in ROLES[grant.role].operations(kind_of(crn)))
        or (operation is Operation.VIEW and is_below(grant.pattern, crn))
        for grant in grants
    )
