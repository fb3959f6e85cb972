"""KafkaAcl (Kafka REST v3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.resources.base import CloudResource
from offline.plugins.errors import PluginError
from offline.plugins.schema import Field, credentials, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values

_NAMES = {
    "resourceType": "resource_type",
    "resourceName": "resource_name",
    "patternType": "pattern_type",
    "principal": "principal",
    "host": "host",
    "operation": "operation",
    "permission": "permission",
}
"""Input -> its name in the API; all seven together are the ACL's identity."""

_TYPES = ("UNKNOWN", "ANY", "TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN")
_PATTERNS = ("UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED")
_OPERATIONS = (
    "UNKNOWN",
    "ANY",
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
)
_PERMISSIONS = ("UNKNOWN", "ANY", "DENY", "ALLOW")


class KafkaAcl(CloudResource):
    """An ACL; any change replaces it."""

    token = "confluentcloud:index/kafkaAcl:KafkaAcl"  # noqa: S105 - a type token
    label = "KafkaAcl"
    fields: ClassVar[Mapping[str, Field]] = {
        "kafkaCluster": reference(replace=True, server_default=True, pattern="^lkc-"),
        "resourceType": Field(required=True, replace=True, choices=_TYPES),
        "resourceName": Field(required=True, replace=True),
        "patternType": Field(required=True, replace=True, choices=_PATTERNS),
        "principal": Field(required=True, replace=True, pattern="^User:.+", hint="a principal such as User:sa-abc123"),
        "host": Field(required=True, replace=True),
        "operation": Field(required=True, replace=True, choices=_OPERATIONS),
        "permission": Field(required=True, replace=True, choices=_PERMISSIONS),
        "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the ACL's permission, operation and principal as a name."""
        parts = [values.get(name) for name in ("permission", "operation", "resourceName", "principal")]
        return " ".join(parts) if all(isinstance(part, str) for part in parts) else ""  # type: ignore[arg-type]

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the Kafka scope, unless the settings of the provider have it."""
        yield from super().check(inputs)
        yield from self.session.missing_kafka_inputs(inputs)

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        kafka = self.session.kafka(inputs)
        kafka.api.post(_path(kafka.id), _identity(inputs))
        return f"{kafka.id}/{'#'.join(inputs[name] for name in _NAMES)}", {}

    def fetch(self, _call: Call, _resource_id: str, state: Values) -> Values | None:
        """List matching ACLs. The API may return the principal as a number, so the state keeps it."""
        kafka = self.session.kafka(state)
        found = (kafka.api.find(_path(kafka.id), **_identity(state)) or {}).get("data") or []
        if not found:
            return None
        if len(found) > 1:
            raise PluginError(f"{len(found)} ACLs match it where there should be one")
        outputs: Values = {name: found[0].get(api) for name, api in _NAMES.items() if name != "principal"}
        return outputs if self.session.settings["kafkaId"] else outputs | {"kafkaCluster": {"id": kafka.id}}

    def delete(self, _call: Call, _resource_id: str, state: Values) -> None:
        """Delete the matching ACL: the API has no id for one."""
        kafka = self.session.kafka(state)
        kafka.api.delete(_path(kafka.id), **_identity(state))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse CLUSTER/TYPE#NAME#PATTERN#PRINCIPAL#HOST#OPERATION#PERMISSION."""
        cluster, _, rest = resource_id.partition("/")
        parts = rest.split("#")
        if len(parts) != len(_NAMES):
            raise PluginError("import an ACL by CLUSTER/TYPE#NAME#PATTERN#PRINCIPAL#HOST#OPERATION#PERMISSION")
        plane = self.session.imported_kafka()
        return resource_id, {"kafkaCluster": {"id": cluster}, **dict(zip(_NAMES, parts, strict=True)), **plane}


def _path(cluster: str) -> str:
    return f"/kafka/v3/clusters/{cluster}/acls"


def _identity(values: Values) -> Values:
    return {api: values[name] for name, api in _NAMES.items()}
