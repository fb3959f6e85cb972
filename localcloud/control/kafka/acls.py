"""Access control lists of Kafka clusters: stored, listed, and pushed to the brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.errors import InvalidError
from localcloud.control.core.resources import Acl
from localcloud.ids import new_uid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.control.access.broker_rights import BrokerRights
    from localcloud.control.core.store import Store
    from localcloud.control.kafka.clusters import Clusters

FIELDS = ("resource_type", "resource_name", "pattern_type", "principal", "host", "operation", "permission")
_ANY = frozenset({"", "ANY", "MATCH"})
_ALLOWED = {
    "resource_type": ("TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN"),
    "pattern_type": ("LITERAL", "PREFIXED"),
    "operation": (
        "ALL",
        "READ",
        "WRITE",
        "CREATE",
        "DELETE",
        "ALTER",
        "DESCRIBE",
        "CLUSTER_ACTION",
        "DESCRIBE_CONFIGS",
        "ALTER_CONFIGS",
        "IDEMPOTENT_WRITE",
    ),
    "permission": ("ALLOW", "DENY"),
}


class Acls:
    """ACLs of all clusters."""

    def __init__(self, store: Store, clusters: Clusters, broker_rights: BrokerRights) -> None:
        self._store = store
        self._clusters = clusters
        self._broker_rights = broker_rights

    def create(self, cluster_id: str, entry: Mapping[str, str]) -> None:
        """Add an ACL with all of :data:`FIELDS`. Idempotent: an equal one is not added twice."""
        cluster = self._clusters.get(cluster_id)
        for field in FIELDS:
            value = entry.get(field, "")
            allowed = _ALLOWED.get(field)
            if not value or (allowed and value not in allowed):
                choices = f"one of {', '.join(allowed)}" if allowed else "not empty"
                raise InvalidError(f"{field} must be {choices}, not {value!r}.", error_code=40002)
        with self._store.transaction():
            if not self.matching(cluster_id, entry):
                place = {"id": new_uid(), "environment_id": cluster.environment_id, "cluster_id": cluster_id}
                self._store.add(Acl.model_validate({**entry, **place}))
        self._broker_rights.changed()

    def matching(self, cluster_id: str, wanted: Mapping[str, str]) -> list[Acl]:
        """ACLs that match a filter; a missing or empty field, ``ANY`` and ``MATCH`` match every value."""
        self._clusters.get(cluster_id)
        asked = {field: wanted[field] for field in FIELDS if wanted.get(field, "") not in _ANY}
        return [
            acl
            for acl in self._store.all(Acl)
            if acl.cluster_id == cluster_id and all(getattr(acl, field) == asked[field] for field in asked)
        ]

    def delete(self, cluster_id: str, wanted: Mapping[str, str]) -> list[Acl]:
        """Delete the ACLs that match a filter, and return them."""
        matching = self.matching(cluster_id, wanted)
        self._store.remove(*matching)
        self._broker_rights.changed()
        return matching
