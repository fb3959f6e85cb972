"""Paths of the control plane's REST API for the objects of a state, and the ids of the objects that contain them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolchain.frontdoor.state.interrupted import Resource

_PREFIX = "confluentcloud:index/"
ENVIRONMENT = f"{_PREFIX}environment:Environment"
SERVICE_ACCOUNT = f"{_PREFIX}serviceAccount:ServiceAccount"
CLUSTER = f"{_PREFIX}kafkaCluster:KafkaCluster"
POOL = f"{_PREFIX}flinkComputePool:FlinkComputePool"
API_KEY = f"{_PREFIX}apiKey:ApiKey"
ROLE_BINDING = f"{_PREFIX}roleBinding:RoleBinding"
CONNECTOR = f"{_PREFIX}connector:Connector"
IN_FLINK = frozenset({f"{_PREFIX}flinkStatement:FlinkStatement", f"{_PREFIX}flinkConnection:FlinkConnection"})

ENVIRONMENTS = "/org/v2/environments"
# Types of objects that contain others, outermost first -> label for the user.
PARENTS: Mapping[str, str] = {
    ENVIRONMENT: "environment",
    SERVICE_ACCOUNT: "service account",
    CLUSTER: "Kafka cluster",
    POOL: "compute pool",
    API_KEY: "API key",
}


def _in_environment(path: str) -> Callable[[Resource], str]:
    return lambda one: f"{path}/{one.id}?environment={one.text('environment', 'id')}"


def _connector(one: Resource) -> str:
    environment, cluster = one.text("environment", "id"), one.text("kafkaCluster", "id")
    name = quote(one.text("configNonsensitive", "name"), safe="")
    return f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors/{name}"


_ADDRESSES: Mapping[str, Callable[[Resource], str]] = {
    ENVIRONMENT: lambda one: f"{ENVIRONMENTS}/{one.id}",
    SERVICE_ACCOUNT: lambda one: f"/iam/v2/service-accounts/{one.id}",
    CLUSTER: _in_environment("/cmk/v2/clusters"),
    POOL: _in_environment("/fcpm/v2/compute-pools"),
    API_KEY: lambda one: f"/iam/v2/api-keys/{one.id}",
    ROLE_BINDING: lambda one: f"/iam/v2/role-bindings/{one.id}",
    CONNECTOR: _connector,
}


def address_of(resource: Resource) -> str | None:
    """Return the path of an object's own GET; ``None`` for one that only Flink's or Kafka's endpoint shows."""
    address = _ADDRESSES.get(resource.type)
    return address(resource) if address else None


def collection_of(parent: Resource) -> str:
    """Return the path of the list that contains a parent while it exists."""
    path, _, query = (address_of(parent) or "").partition("?")
    if parent.type == API_KEY:
        query = f"spec.owner={parent.text('owner', 'id')}"
    return path.rsplit("/", 1)[0] + (f"?{query}" if query else "")


def containers_of(resource: Resource, provider: Mapping[str, object]) -> frozenset[str]:
    """Return the ids of the objects that an object is in, belongs to or grants rights on.

    Deleting any of them deletes the object, too. ``provider``: the inputs of the object's provider, which name the
    environment of statements and connections.
    """
    found = {
        resource.text("environment", "id"),
        resource.text("kafkaCluster", "id"),
        resource.text("owner", "id"),
        resource.text("managedResource", "id"),
        resource.text("managedResource", "environment", "id"),
        resource.text("principal").removeprefix("User:"),
        *(part.partition("=")[2] for part in resource.text("crnPattern").split("/")),
    }
    if resource.type in IN_FLINK:
        found.add(str(provider.get("environmentId") or ""))
    return frozenset(found - {""})
