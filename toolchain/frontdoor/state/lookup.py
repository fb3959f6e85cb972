"""Looks up the cloud's objects that an operation may have created, by natural key (usually the name in the program).

One function per resource type, all with one signature: a resource's inputs in, the matching objects out. The calls use
Confluent Cloud's public REST API, so they work on both clouds. A match is not yet the stack's own object:
``ownership.py`` decides that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.frontdoor.state.endpoints import Endpoints
    from toolchain.frontdoor.state.interrupted import Resource

_PREFIX = "confluentcloud:index/"


@dataclass(frozen=True)
class CloudObject:
    """An object on the cloud.

    ``identity``: its id, or its name where that is fixed. ``delete``: the path of its DELETE. ``created_at``: RFC 3339,
    empty where the API does not say. ``name``: its display name. ``parent``: id of its environment, or of the service
    account that owns it or runs it. ``children``: path of a list that is empty unless the object is in use.
    ``cluster``: id of a connector's cluster, else empty.
    """

    identity: str
    delete: str
    created_at: str = ""
    name: str = ""
    parent: str = ""
    children: str = ""
    cluster: str = ""


def _created(item: dict[str, Any]) -> str:
    return str((item.get("metadata") or {}).get("created_at") or "")


def _in_organization(path: str, children: str = "") -> Callable[[Resource, Endpoints], list[CloudObject]]:
    """Return the lookup of what is listed at ``path``; ``children``: the path, but for its id, of what is in it."""

    def find(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
        wanted = resource.text("displayName")
        return [
            CloudObject(
                identity=item["id"],
                delete=f"{path}/{item['id']}",
                created_at=_created(item),
                name=wanted,
                children=f"{children}{item['id']}" if children else "",
            )
            for item in endpoints.cloud.items(path)
            if item.get("display_name") == wanted
        ]

    return find


_environment = _in_organization("/org/v2/environments", children="/cmk/v2/clusters?environment=")
_service_account = _in_organization("/iam/v2/service-accounts")
_custom_plugin = _in_organization("/connect/v1/custom-connector-plugins")


def _in_environment(path: str) -> Callable[[Resource, Endpoints], list[CloudObject]]:
    def find(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
        environment = resource.text("environment", "id")
        query = f"?environment={environment}"
        wanted = resource.text("displayName")
        return [
            CloudObject(
                identity=item["id"],
                delete=f"{path}/{item['id']}{query}",
                created_at=_created(item),
                name=wanted,
                parent=environment,
            )
            for item in endpoints.cloud.items(path + query)
            if (item.get("spec") or {}).get("display_name") == wanted
        ]

    return find


def _role_binding(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
    path = "/iam/v2/role-bindings"
    principal = resource.text("principal")
    wanted = {
        "principal": principal,
        "role_name": resource.text("roleName"),
        "crn_pattern": resource.text("crnPattern"),
    }
    query = f"?crn_pattern={quote(wanted['crn_pattern'], safe='')}&principal={quote(principal, safe='')}"
    return [
        CloudObject(
            identity=item["id"],
            delete=f"{path}/{item['id']}",
            created_at=_created(item),
            parent=principal.removeprefix("User:"),
        )
        for item in endpoints.cloud.items(path + query)
        if wanted.items() <= item.items()
    ]


def _api_key(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
    path = "/iam/v2/api-keys"
    name, owner = resource.text("displayName"), resource.text("owner", "id")
    if not name:
        # A nameless key cannot be told from others. It does no harm: its secret was in the lost response.
        return []
    found = []
    for item in endpoints.cloud.items(f"{path}?spec.owner={owner}"):
        spec = item.get("spec") or {}
        if spec.get("display_name") == name and (spec.get("owner") or {}).get("id") == owner:
            found.append(
                CloudObject(
                    identity=item["id"],
                    delete=f"{path}/{item['id']}",
                    created_at=_created(item),
                    name=name,
                    parent=owner,
                )
            )
    return found


def _connector(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
    environment, cluster = resource.text("environment", "id"), resource.text("kafkaCluster", "id")
    path = f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors"
    name = resource.text("configNonsensitive", "name")
    reply = endpoints.cloud.get(f"{path}?expand=id,info")
    shown = reply.get(name) if isinstance(reply, dict) else None
    if not isinstance(shown, dict):
        return []
    config = (shown.get("info") or {}).get("config") or {}
    return [
        CloudObject(
            identity=str((shown.get("id") or {}).get("id", name)),
            delete=f"{path}/{quote(name, safe='')}",
            name=name,
            parent=str(config.get("kafka.service.account.id", "")),
            cluster=cluster,
        )
    ]


def _named(collection: str, name_input: str) -> Callable[[Resource, Endpoints], list[CloudObject]]:
    """Return the lookup of statements or connections, whose name is their id within an environment."""

    def find(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
        name = resource.text(name_input)
        path = f"{endpoints.sql_path}/{collection}/{quote(name, safe='')}"
        item = endpoints.flink.get(path) if name else None
        if item is None:
            return []
        return [
            CloudObject(identity=name, delete=path, created_at=_created(item), name=name, parent=endpoints.environment)
        ]

    return find


def _topic(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
    name = resource.text("topicName")
    path = f"/kafka/v3/clusters/{resource.text('kafkaCluster', 'id')}/topics/{quote(name, safe='')}"
    return [CloudObject(identity=name, delete=path, name=name)] if endpoints.kafka.get(path) is not None else []


_ACL_INPUTS = {
    "resource_type": "resourceType",
    "resource_name": "resourceName",
    "pattern_type": "patternType",
    "principal": "principal",
    "host": "host",
    "operation": "operation",
    "permission": "permission",
}


def _acl(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
    query = urlencode({name: resource.text(given) for name, given in _ACL_INPUTS.items()})
    path = f"/kafka/v3/clusters/{resource.text('kafkaCluster', 'id')}/acls?{query}"
    listed = (endpoints.kafka.get(path) or {}).get("data")
    return [CloudObject(identity=resource.id, delete=path)] if listed else []


def _of_subject(path: str) -> Callable[[Resource, Endpoints], list[CloudObject]]:
    def find(resource: Resource, endpoints: Endpoints) -> list[CloudObject]:
        there = path.format(quote(resource.text("subjectName"), safe=""))
        return [CloudObject(identity=resource.id, delete=there)] if endpoints.kafka.get(there) is not None else []

    return find


# Resource type -> (label for the user, lookup, name of the endpoint that deletes it).
KINDS: dict[str, tuple[str, Callable[[Resource, Endpoints], list[CloudObject]], str]] = {
    f"{_PREFIX}{token}": (label, find, endpoint)
    for token, label, find, endpoint in (
        ("environment:Environment", "environment", _environment, "cloud"),
        ("serviceAccount:ServiceAccount", "service account", _service_account, "cloud"),
        ("kafkaCluster:KafkaCluster", "Kafka cluster", _in_environment("/cmk/v2/clusters"), "cloud"),
        ("flinkComputePool:FlinkComputePool", "compute pool", _in_environment("/fcpm/v2/compute-pools"), "cloud"),
        ("roleBinding:RoleBinding", "role binding", _role_binding, "cloud"),
        ("apiKey:ApiKey", "API key", _api_key, "cloud"),
        ("connector:Connector", "connector", _connector, "cloud"),
        ("customConnectorPlugin:CustomConnectorPlugin", "custom connector plugin", _custom_plugin, "cloud"),
        ("flinkConnection:FlinkConnection", "connection", _named("connections", "displayName"), "flink"),
        ("flinkStatement:FlinkStatement", "statement", _named("statements", "statementName"), "flink"),
        ("kafkaTopic:KafkaTopic", "topic", _topic, "kafka"),
        ("kafkaAcl:KafkaAcl", "ACL", _acl, "kafka"),
        ("schema:Schema", "schema", _of_subject("/subjects/{}/versions/latest"), "kafka"),
        ("subjectConfig:SubjectConfig", "subject configuration", _of_subject("/config/{}"), "kafka"),
    )
}

# A retried creation of these neither conflicts nor makes a second object, so a lost response leaves no orphan.
# A statement is retried by the program's own hook, which drops the table or model of the first attempt. If recovery
# deleted the statement, nothing would prove that its table is the stack's.
NEVER_LOOKED_UP = frozenset(
    f"{_PREFIX}{token}"
    for token in ("flinkStatement:FlinkStatement", "kafkaAcl:KafkaAcl", "schema:Schema", "subjectConfig:SubjectConfig")
)

# The cloud allows several objects of one name: if a request is carried out, its response lost, and the provider
# retries, a duplicate stays that no resource knows.
MAY_BE_DUPLICATED = frozenset(
    f"{_PREFIX}{token}"
    for token in (
        "kafkaCluster:KafkaCluster",
        "flinkComputePool:FlinkComputePool",
        "apiKey:ApiKey",
        "customConnectorPlugin:CustomConnectorPlugin",
    )
)
