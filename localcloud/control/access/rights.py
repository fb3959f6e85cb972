"""What a caller may do. The services ask here, and nowhere else.

First which door a key opens: the administrator's key and a Global key open all of them, any other the one it was made
for. Then what its owner may do behind it: :class:`Rights`, by role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.access.rbac import Grant, Operation, allows
from localcloud.control.core.errors import ForbiddenError
from localcloud.control.core.resources import KeyScope, RoleBinding, SchemaRegistry

if TYPE_CHECKING:
    from localcloud.control.access.authentication import Caller
    from localcloud.control.core.crn import Names
    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults

FORBIDDEN = "Forbidden Access"

# Clients tell "invalid API key" from "no such resource" by these words.
_CLOUD = "invalid API key: make sure you're using a Cloud API Key and not a Cluster API Key."


def allow_cloud(caller: Caller) -> None:
    """The control plane (organization, IAM, clusters, pools, connectors), else :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.CLOUD):
        raise ForbiddenError(_CLOUD)


def allow_kafka(caller: Caller, cluster_id: str) -> None:
    """Kafka REST of one cluster, else :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.KAFKA, cluster_id):
        raise ForbiddenError(f"invalid API key: it was not made for Kafka cluster {cluster_id}.", error_code=40301)


def allow_registry(caller: Caller, registry_id: str) -> None:
    """One Schema Registry, else :class:`ForbiddenError`. The data plane's own parts may use it too."""
    if not caller.is_of_data_plane and not _opens(caller, KeyScope.SCHEMA_REGISTRY, registry_id):
        raise ForbiddenError(f"invalid API key: it was not made for Schema Registry {registry_id}.", error_code=40301)


def allow_flink(caller: Caller, environment_id: str) -> None:
    """Flink SQL in one environment, else :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.FLINK) or (
        caller.key and caller.key.scope is KeyScope.FLINK and caller.key.environment_id != environment_id
    ):
        raise ForbiddenError(f"invalid API key: it was not made for Flink in environment {environment_id}.")


def allow_flink_region(caller: Caller, region_id: str) -> None:
    """Compute pools of one Flink region (``aws.us-east-1``), else :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.FLINK, region_id):
        raise ForbiddenError(f"invalid API key: it was not made for Flink region {region_id}.")


def _opens(caller: Caller, scope: KeyScope, resource_id: str = "") -> bool:
    if caller.is_admin:
        return True
    key = caller.key
    if key is None:
        return False
    if key.scope is KeyScope.GLOBAL:
        return True
    return key.scope is scope and resource_id in ("", key.resource_id)


class Rights:
    """What the owner of a key may do, by role. The administrator is OrganizationAdmin."""

    def __init__(self, store: Store, names: Names, admin_id: str, faults: Faults) -> None:
        self._store, self._names, self._faults = store, names, faults
        self._admin = (f"User:{admin_id}", Grant("OrganizationAdmin", names.organization))

    def all_grants(self) -> list[tuple[str, Grant]]:
        """Everybody's roles (``User:sa-...``, role and pattern) that are in effect."""
        bindings = [one for one in self._store.all(RoleBinding) if self._faults.is_in_effect(one.created_at)]
        return [self._admin, *((one.principal, Grant(one.role_name, one.crn_pattern)) for one in bindings)]

    def grants(self, principal_id: str) -> list[Grant]:
        """One principal's roles."""
        principal = f"User:{principal_id}"
        return [grant for holder, grant in self.all_grants() if holder == principal]

    def may(self, caller: Caller, operation: Operation, crn: str) -> bool:
        """Whether the caller may do that."""
        return caller.is_admin or caller.is_internal or allows(self.grants(caller.principal_id), operation, crn)

    def is_allowed(self, principal_id: str, operation: Operation, crn: str) -> bool:
        """Whether a principal may do that, whoever asks."""
        return allows(self.grants(principal_id), operation, crn)

    def require(self, caller: Caller, operation: Operation, crn: str) -> None:
        """:class:`ForbiddenError` in the cloud's words unless the caller may do that."""
        if not self.may(caller, operation, crn):
            raise ForbiddenError(FORBIDDEN)

    def require_subject(self, caller: Caller, operation: Operation, registry: SchemaRegistry, subject: str) -> None:
        """Same for a subject of a Schema Registry, or with an empty ``subject`` for its global settings."""
        place = self._names.registry(registry)
        crn = f"{place}/subject={subject}" if subject else place
        if not self.may(caller, operation, crn):
            where = f"Subject: {subject}" if subject else "this server"
            raise ForbiddenError(f"User is denied operation {operation} on {where}", error_code=40301)
