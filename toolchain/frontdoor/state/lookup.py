"""Finds on the cloud what an operation was about, by the name that the program gave it.

One function per resource type, all of the same shape: a resource's inputs in, the objects that match out. The calls are
those of Confluent Cloud's public REST API, so that both clouds are served alike. What is found is not for that reason
the stack's own: ``proof.py`` judges that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.frontdoor.state.endpoints import Planes
    from toolchain.frontdoor.state.interrupted import Resource

_PREFIX = "confluentcloud:index/"


@dataclass(frozen=True)
class Found:
    """An object on the cloud.

    ``identity``: its id, or its name where that is fixed. ``delete``: the path of its DELETE. ``created_at``: what the
    cloud says, empty where its API says nothing. ``name``: its display name. ``parent``: id of the environment it lies
    in, or of the service account that owns it, has it or runs it. ``children``: a list that is empty unless the object
    is in use. ``cluster``: of a connector.
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


def _environment(resource: Resource, planes: Planes) -> list[Found]:
    wanted = resource.text("displayName")
    path = "/org/v2/environments"
    return [
        Found(
            identity=item["id"],
            delete=f"{path}/{item['id']}",
            created_at=_created(item),
            name=wanted,
            children=f"/cmk/v2/clusters?environment={item['id']}",
        )
        for item in planes.cloud.items(path)
        if item.get("display_name") == wanted
    ]


def _service_account(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/service-accounts"
    wanted = resource.text("displayName")
    return [
        Found(identity=item["id"], delete=f"{path}/{item['id']}", created_at=_created(item), name=wanted)
        for item in planes.cloud.items(path)
        if item.get("display_name") == wanted
    ]


def _in_environment(path: str) -> Callable[[Resource, Planes], list[Found]]:
    def find(resource: Resource, planes: Planes) -> list[Found]:
        environment = resource.text("environment", "id")
        query = f"?environment={environment}"
        wanted = resource.text("displayName")
        return [
            Found(
                identity=item["id"],
                delete=f"{path}/{item['id']}{query}",
                created_at=_created(item),
                name=wanted,
                parent=environment,
            )
            for item in planes.cloud.items(path + query)
            if (item.get("spec") or {}).get("display_name") == wanted
        ]

    return find


def _role_binding(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/role-bindings"
    principal = resource.text("principal")
    wanted = {
        "principal": principal,
        "role_name": resource.text("roleName"),
        "crn_pattern": resource.text("crnPattern"),
    }
    query = f"?crn_pattern={quote(wanted['crn_pattern'], safe='')}&principal={quote(principal, safe='')}"
    return [
        Found(
            identity=item["id"],
            delete=f"{path}/{item['id']}",
            created_at=_created(item),
            parent=principal.removeprefix("User:"),
        )
        for item in planes.cloud.items(path + query)
        if wanted.items() <= item.items()
    ]


def _api_key(resource: Resource, planes: Planes) -> list[Found]:
    path = "/iam/v2/api-keys"
    name, owner = resource.text("displayName"), resource.text("owner", "id")
    if not name:
        return []  # a key without a name cannot be told from others: its secret is lost, and it opens nothing new
    found = []
    for item in planes.cloud.items(f"{path}?spec.owner={owner}"):
        spec = item.get("spec") or {}
        if spec.get("display_name") == name and (spec.get("owner") or {}).get("id") == owner:
            found.append(
                Found(
                    identity=item["id"],
                    delete=f"{path}/{item['id']}",
                    created_at=_created(item),
                    name=name,
                    parent=owner,
                )
            )
    return found


def _connector(resource: Resource, planes: Planes) -> list[Found]:
    environment, cluster = resource.text("environment", "id"), resource.text("kafkaCluster", "id")
    path = f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors"
    name = resource.text("configNonsensitive", "name")
    reply = planes.cloud.get(f"{path}?expand=id,info")
    shown = reply.get(name) if isinstance(reply, dict) else None
    if not isinstance(shown, dict):
        return []
    config = (shown.get("info") or {}).get("config") or {}
    return [
        Found(
            identity=str((shown.get("id") or {}).get("id", name)),
            delete=f"{path}/{quote(name, safe='')}",
            name=name,
            parent=str(config.get("kafka.service.account.id", "")),
            cluster=cluster,
        )
    ]


def _named(collection: str, name_input: str) -> Callable[[Resource, Planes], list[Found]]:
    """Statements and connections: their name is their id within an environment."""

    def find(resource: Resource, planes: Planes) -> list[Found]:
        name = resource.text(name_input)
        path = f"{planes.sql_path}/{collection}/{quote(name, safe='')}"
        item = planes.flink.get(path) if name else None
        if item is None:
            return []
        return [Found(identity=name, delete=path, created_at=_created(item), name=name, parent=planes.environment)]

    return find


def _topic(resource: Resource, planes: Planes) -> list[Found]:
    name = resource.text("topicName")
    path = f"/kafka/v3/clusters/{resource.text('kafkaCluster', 'id')}/topics/{quote(name, safe='')}"
    return [Found(identity=name, delete=path, name=name)] if planes.kafka.get(path) is not None else []


_ACL_INPUTS = {
    "resource_type": "resourceType",
    "resource_name": "resourceName",
    "pattern_type": "patternType",
    "principal": "principal",
    "host": "host",
    "operation": "operation",
    "permission": "permission",
}


def _acl(resource: Resource, planes: Planes) -> list[Found]:
    query = urlencode({name: resource.text(given) for name, given in _ACL_INPUTS.items()})
    path = f"/kafka/v3/clusters/{resource.text('kafkaCluster', 'id')}/acls?{query}"
    listed = (planes.kafka.get(path) or {}).get("data")
    return [Found(identity=resource.id, delete=path)] if listed else []


def _of_subject(path: str) -> Callable[[Resource, Planes], list[Found]]:
    def find(resource: Resource, planes: Planes) -> list[Found]:
        there = path.format(quote(resource.text("subjectName"), safe=""))
        return [Found(identity=resource.id, delete=there)] if planes.kafka.get(there) is not None else []

    return find


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
        ("kafkaAcl:KafkaAcl", "ACL", _acl, "kafka"),
        ("schema:Schema", "schema", _of_subject("/subjects/{}/versions/latest"), "kafka"),
        ("subjectConfig:SubjectConfig", "subject configuration", _of_subject("/config/{}"), "kafka"),
    )
}

# A second creation of these meets no conflict and makes no second object, so there is nothing to look up after a first.
# A statement is made again by the program's own hook, which drops the table or model that the first one made: with the
# statement gone, nothing would tell that table from somebody else's.
NEVER_LOOKED_UP = frozenset(
    f"{_PREFIX}{token}"
    for token in ("flinkStatement:FlinkStatement", "kafkaAcl:KafkaAcl", "schema:Schema", "subjectConfig:SubjectConfig")
)

# Names that the cloud gives twice: a request that was carried out and sent again makes another one, unseen.
MAY_HAVE_TWINS = frozenset(
    f"{_PREFIX}{token}" for token in ("kafkaCluster:KafkaCluster", "flinkComputePool:FlinkComputePool", "apiKey:ApiKey")
)
