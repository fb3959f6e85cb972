"""Authorization: the one place where it is decided what a caller may do.

Two checks per request. First the key's scope (``allow_...``): the administrator's key and a Global key are valid for
every API, any other key only for the resource it was created for. Then the roles of the key's owner (:class:`Rights`).
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

# Confluent Cloud's own sentence: clients match on it to tell a key of the wrong scope from a missing resource.
_CLOUD = "invalid API key: make sure you're using a Cloud API Key and not a Cluster API Key."


def allow_cloud(caller: Caller) -> None:
    """Require a key for the control plane (organization, IAM, clusters, pools, connectors): :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.CLOUD):
        raise ForbiddenError(_CLOUD)


def allow_kafka(caller: Caller, cluster_id: str) -> None:
    """Require a key for Kafka REST of one cluster: :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.KAFKA, cluster_id):
        raise ForbiddenError(f"invalid API key: it was not made for Kafka cluster {cluster_id}.", error_code=40301)


def allow_registry(caller: Caller, registry_id: str) -> None:
    """Require a key for one Schema Registry: :class:`ForbiddenError`. Data plane components need none."""
    if not caller.is_of_data_plane and not _opens(caller, KeyScope.SCHEMA_REGISTRY, registry_id):
        raise ForbiddenError(f"invalid API key: it was not made for Schema Registry {registry_id}.", error_code=40301)


def allow_flink(caller: Caller, environment_id: str) -> None:
    """Require a key for Flink SQL in one environment: :class:`ForbiddenError`."""
    if not _opens(caller, KeyScope.FLINK) or (
        caller.key and caller.key.scope is KeyScope.FLINK and caller.key.environment_id != environment_id
    ):
        raise ForbiddenError(f"invalid API key: it was not made for Flink in environment {environment_id}.")


def allow_flink_region(caller: Caller, region_id: str) -> None:
    """Require a key for the compute pools of one Flink region (``aws.us-east-1``): :class:`ForbiddenError`."""
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
    """The roles of principals, and what these allow. The administrator is OrganizationAdmin."""

    def __init__(self, store: Store, names: Names, admin_id: str, faults: Faults) -> None:
        self._store, self._names, self._faults = store, names, faults
        self._admin = (f"User:{admin_id}", Grant("OrganizationAdmin", names.organization))

    def all_grants(self) -> list[tuple[str, Grant]]:
        """All grants in effect, as (``User:sa-...``, grant)."""
        bindings = [one for one in self._store.all(RoleBinding) if self._faults.is_in_effect(one.created_at)]
        return [self._admin, *((one.principal, Grant(one.role_name, one.crn_pattern)) for one in bindings)]

    def grants(self, principal_id: str) -> list[Grant]:
        """The grants of one principal."""
        principal = f"User:{principal_id}"
        return [grant for holder, grant in self.all_grants() if holder == principal]

    def may(self, caller: Caller, operation: Operation, crn: str) -> bool:
        """Whether the caller's roles allow ``operation`` on the resource ``crn``."""
        return caller.is_admin or caller.is_internal or allows(self.grants(caller.principal_id), operation, crn)

    def is_allowed(self, principal_id: str, operation: Operation, crn: str) -> bool:
        """Whether the roles of a principal, who need not be the caller, allow ``operation`` on the resource ``crn``."""
        return allows(self.grants(principal_id), operation, crn)

    def require(self, caller: Caller, operation: Operation, crn: str) -> None:
        """Raise :class:`ForbiddenError` with Confluent Cloud's message unless the caller may do ``operation``."""
        if not self.may(caller, operation, crn):
            raise ForbiddenError(FORBIDDEN)

    def require_subject(self, caller: Caller, operation: Operation, registry: SchemaRegistry, subject: str) -> None:
        """Same as :meth:`require`, for a subject of a Schema Registry (``""``: for the registry's global settings)."""
        place = self._names.registry(registry)
        crn = f"{place}/subject={subject}" if subject else place
        if not self.may(caller, operation, crn):
            where = f"Subject: {subject}" if subject else "this server"
            raise ForbiddenError(f"User is denied operation {operation} on {where}", error_code=40301)
