"""Role bindings and ACLs as one list of Kafka's own ACLs, and Kafka's evaluation of such a list. Pure functions.

The broker and Kafka REST evaluate the same list, so they cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.access.rbac import ROLES, Grant, Operation, kind_of, reaches
from localcloud.dataplane.interface import AclRule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from localcloud.control.core.resources import Acl

CLUSTER = "kafka-cluster"  # Kafka's name for the one resource of the type CLUSTER
_TYPES = {"topic": "TOPIC", "group": "GROUP", "transactional-id": "TRANSACTIONAL_ID"}
_NAMES = {
    Operation.READ: "READ",
    Operation.WRITE: "WRITE",
    Operation.DESCRIBE: "DESCRIBE",
    Operation.CREATE: "CREATE",
    Operation.DELETE: "DELETE",
    Operation.ALTER: "ALTER",
    Operation.DESCRIBE_CONFIGS: "DESCRIBE_CONFIGS",
    Operation.ALTER_CONFIGS: "ALTER_CONFIGS",
}
# Implications of Kafka's own authorizer: READ, WRITE, DELETE or ALTER on a topic implies DESCRIBE.
_IMPLIED_BY = {
    "DESCRIBE": {"DESCRIBE", "READ", "WRITE", "DELETE", "ALTER"},
    "DESCRIBE_CONFIGS": {"DESCRIBE_CONFIGS", "ALTER_CONFIGS"},
}


def rules(grants: Iterable[tuple[str, Grant]], acls: Iterable[Acl], kafka_crn: str) -> frozenset[AclRule]:
    """Return the ACLs of the cluster ``kafka_crn``: derived from grants (by ``User:sa-1``), and set through the API."""
    derived = {rule for principal, grant in grants for rule in _of_grant(principal, grant, kafka_crn)}
    set_by_hand = {
        AclRule(
            principal=acl.principal,
            resource_type=acl.resource_type,
            resource_name=acl.resource_name,
            pattern_type=acl.pattern_type,
            host=acl.host,
            operation=acl.operation,
            permission=acl.permission,
        )
        for acl in acls
        if acl.resource_type != "DELEGATION_TOKEN"  # Confluent Cloud accepts such ACLs; the brokers have no tokens
    }
    return frozenset(derived | set_by_hand)


def permits(rules: Collection[AclRule], principal: str, operation: str, resource_type: str, name: str) -> bool:
    """Whether a principal may do ``operation``: no rule denies it, and one allows it (Kafka: DENY wins)."""
    concerned = [
        rule
        for rule in rules
        if rule.principal in (principal, "User:*") and rule.resource_type == resource_type and _matches(rule, name)
    ]
    if any(rule.permission == "DENY" and rule.operation in ("ALL", operation) for rule in concerned):
        return False
    enough = {"ALL", *_IMPLIED_BY.get(operation, {operation})}
    return any(rule.permission == "ALLOW" and rule.operation in enough for rule in concerned)


def _matches(rule: AclRule, name: str) -> bool:
    if rule.pattern_type == "PREFIXED":
        return name.startswith(rule.resource_name)
    return rule.resource_name in (name, "*")


def _of_grant(principal: str, grant: Grant, kafka_crn: str) -> Iterator[AclRule]:
    role = ROLES.get(grant.role)
    if role is None:
        return
    if role.is_scope and reaches(grant, kafka_crn):
        everywhere = {kind: (role.operations(kind), "*") for kind in _TYPES}
        if Operation.ALTER in role.operations("kafka"):
            yield AclRule(principal=principal, resource_type="CLUSTER", resource_name=CLUSTER, operation="ALL")
    elif grant.pattern.startswith(f"{kafka_crn}/"):
        kind, name = kind_of(grant.pattern), grant.pattern.rpartition("/")[2].partition("=")[2]
        everywhere = {kind: (role.operations(kind), name)}
    else:
        return
    for kind, (operations, name) in everywhere.items():
        if kind not in _TYPES or not operations & _NAMES.keys():
            continue
        is_prefix = name.endswith("*") and name != "*"
        # A role with every operation becomes one ALL rule: brokers get short lists.
        allowed = ["ALL"] if operations >= _NAMES.keys() else [_NAMES[one] for one in operations & _NAMES.keys()]
        for operation in allowed:
            yield AclRule(
                principal=principal,
                resource_type=_TYPES[kind],
                resource_name=name[:-1] if is_prefix else name,
                pattern_type="PREFIXED" if is_prefix else "LITERAL",
                operation=operation,
            )
        # Confluent's DeveloperWrite lets producers be idempotent, which needed this right until Kafka 2.8 (KIP-679).
        if kind == "topic" and Operation.WRITE in operations and "ALL" not in allowed:
            yield AclRule(
                principal=principal, resource_type="CLUSTER", resource_name=CLUSTER, operation="IDEMPOTENT_WRITE"
            )
