"""What a caller may do. The services ask here, and nowhere else.

Now: which door a key opens. The administrator's key and a Global key open all of them, any other the one it was made
for. Role bindings and ACLs are kept, and will be asked here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.errors import ForbiddenError
from localcloud.control.resources import KeyScope

if TYPE_CHECKING:
    from localcloud.control.authentication import Caller

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
    if not caller.is_internal and not _opens(caller, KeyScope.SCHEMA_REGISTRY, registry_id):
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
