"""Parts that all replies of the control plane have: ``metadata``, references to environments and owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.ids import rfc3339

if TYPE_CHECKING:
    from localcloud.control.cloud import Cloud
    from localcloud.control.core.resources import Resource


def metadata(url: str, crn: str, resource: Resource) -> dict[str, str]:
    """Return ``metadata`` of one resource; ``url`` is where it can be read."""
    return {
        "self": url,
        "resource_name": crn,
        "created_at": rfc3339(resource.created_at),
        "updated_at": rfc3339(resource.updated_at),
    }


def environment_reference(cloud: Cloud, environment_id: str) -> dict[str, Any]:
    """Return the reference to an environment that other resources' ``spec`` has."""
    return {
        "api_version": "org/v2",
        "kind": "Environment",
        "id": environment_id,
        "related": f"{cloud.base_url}/org/v2/environments/{environment_id}",
        "resource_name": cloud.names.environment(environment_id),
    }


def owner_reference(cloud: Cloud, principal_id: str) -> dict[str, Any]:
    """Return the reference to a user or service account."""
    is_account = principal_id.startswith("sa-")
    collection = "service-accounts" if is_account else "users"
    return {
        "api_version": "iam/v2",
        "kind": "ServiceAccount" if is_account else "User",
        "id": principal_id,
        "related": f"{cloud.base_url}/iam/v2/{collection}/{principal_id}",
        "resource_name": cloud.names.owner(principal_id),
    }
