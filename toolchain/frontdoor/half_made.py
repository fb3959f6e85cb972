"""Finds on the cloud what an interrupted operation was about, by the name that the program gave it.

One function per resource type, all of the same shape: a resource's inputs in, the objects that match out. The calls are
those of Confluent Cloud's public REST API, so that both clouds are served alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.frontdoor.interrupted import Resource
    from toolchain.frontdoor.planes import Planes

_PREFIX = "confluentcloud:index/"


@dataclass(frozen=True)
class Found:
    """An object on the cloud. ``created_at`` is given where the name alone does not tell whose it is."""

    identity: str
    delete: str
    created_at: str | None = None
    children: str | None = None


def _listed(item: dict[str, Any], path: str, *, query: str = "", children: str | None = None) -> Found:
    created = str((item.get("metadata") or {}).get("created_at", ""))
    return Found(item["id"], f"{path}/{item['id']}{query}", created, children)


def _environment(resource: Resource, planes: Planes) -> list[Found]:
    wanted = resource.text("displayName")
    path = "/org/v2/environments"
    return [
        _listed(item, path, children=f"/cmk/v2/clusters?environment={item['id']}")
        for item in planes.cloud.items(path)
        if item.get("display_name") == wanted
    ]


def _service_account(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/service-accounts"
    wanted = resource.text("displayName")
    return [_listed(item, path) for item in planes.cloud.items(path) if item.get("display_name") == wanted]


def _in_environment(path: str) -> Callable[[Resource, Planes], list[Found]]:
    def find(resource: Resource, planes: Planes) -> list[Found]:
        query = f"?environment={resource.text('environment', 'id')}"
        wanted = resource.text("displayName")
        listed = planes.cloud.items(path + query)
        return [
            _listed(item, path, query=query)
            for item in listed
            if (item.get("spec") or {}).get("display_name") == wanted
        ]

    return find


def _role_binding(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/role-bindings"
    wanted = {
        "principal": resource.text("principal"),
        "role_name": resource.text("roleName"),
        "crn_pattern": resource.text("crnPattern"),
    }
    query = f"?crn_pattern={quote(wanted['crn_pattern'], safe='')}&principal={quote(wanted['principal'], safe='')}"
    matching = [item for item in planes.cloud.items(path + query) if wanted.items() <= item.items()]
    return [Found(item["id"], f"{path}/{item['id']}") for item in matching]


def _api_key(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/api-keys"
    name, owner = resource.text("displayName"), resource.text("owner", "id")
    if not name:
        return []  # a key without a name cannot be told from others: its secret is lost, and it opens nothing new
    found = []
    for item in planes.cloud.items(f"{path}?spec.owner={owner}"):
        spec = item.get("spec") or {}
        if spec.get("display_name") == name and (spec.get("owner") or {}).get("id") == owner:
            found.append(_listed(item, path))
    return found


def _connector(resource: Resource, planes: Planes) -> list[Found]:
    environment, cluster = resource.text("environment", "id"), resource.text("kafkaCluster", "id")
    path = f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors"
    name = resource.text("configNonsensitive", "name")
    reply = planes.cloud.get(f"{path}?expand=id")
    expanded = reply if isinstance(reply, dict) else {}
    if name not in expanded:
        return []
    return [Found(str(expanded[name].get("id", {}).get("id", name)), f"{path}/{quote(name, safe='')}")]


def _named(collection: str, name_input: str) -> Callable[[Resource, Planes], list[Found]]:
    """Statements and connections: their name is their id within an environment."""

    def find(resource: Resource, planes: Planes) -> list[Found]:
        name = resource.text(name_input)
        path = f"{planes.sql_path}/{collection}/{quote(name, safe='')}"
        return [Found(name, path)] if name and planes.flink.get(path) is not None else []

    return find


def _topic(resource: Resource, planes: Planes) -> list[Found]:
    name = resource.text("topicName")
    path = f"/kafka/v3/clusters/{resource.text('kafkaCluster', 'id')}/topics/{quote(name, safe='')}"
    return [Found(name, path)] if planes.kafka.get(path) is not None else []


def _made_again(_: Resource, __: Planes) -> list[Found]:
    """Return nothing: making it again is the same as having made it."""
    return []


# Resource type -> what a person calls it, how it is found, which plane deletes it.
KINDS: dict[str, tuple[str, Callable[[Resource, Planes], list[Found]], str]] = {
    f"{_PREFIX}{token}": (label, find, plane)
    for token, label, find, plane in (
        ("environment:Environment", "environment", _environment, "cloud"),
        ("serviceAccount:ServiceAccount", "service account", _service_account, "cloud"),
        ("kafkaCluster:KafkaCluster", "Kafka cluster", _in_environment("/cmk/v2/clusters"), "cloud"),
        ("flinkComputePool:FlinkComputePool", "compute pool", _in_environment("/fcpm/v2/compute-pools"), "cloud"),
        ("roleBinding:RoleBinding", "role binding", _role_binding, "cloud"),
        ("apiKey:ApiKey", "API key", _api_key, "cloud"),
        ("connector:Connector", "connector", _connector, "cloud"),
        ("flinkConnection:FlinkConnection", "connection", _named("connections", "displayName"), "flink"),
        ("flinkStatement:FlinkStatement", "statement", _named("statements", "statementName"), "flink"),
        ("kafkaTopic:KafkaTopic", "topic", _topic, "kafka"),
        ("kafkaAcl:KafkaAcl", "ACL", _made_again, "kafka"),
        ("schema:Schema", "schema", _made_again, "kafka"),
        ("subjectConfig:SubjectConfig", "subject configuration", _made_again, "kafka"),
    )
}

# The program's own hook removes a half-made statement before it makes it again, and drops the table or model it made:
# with the statement gone, nothing would tell that table from somebody else's.
CLEARED_BY_THE_PROGRAM = frozenset({f"{_PREFIX}flinkStatement:FlinkStatement"})

# Names that the cloud gives twice: a request that was carried out and sent again makes another one, unseen.
MAY_HAVE_TWINS = frozenset(
    f"{_PREFIX}{token}" for token in ("kafkaCluster:KafkaCluster", "flinkComputePool:FlinkComputePool", "apiKey:ApiKey")
)
