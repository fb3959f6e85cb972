"""KafkaTopic (Kafka REST v3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from offline.plugins.confluentcloud.resources.base import CloudResource
from offline.plugins.diffs import Change
from offline.plugins.errors import PluginError
from offline.plugins.schema import Field, credentials, reference
from offline.plugins.wire import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.confluentcloud.session import Cluster
    from offline.plugins.diffs import Diff
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values

_LONGEST_NAME = 249
_DEFAULT_PARTITIONS = 6
_SECONDS = 300.0
_SET = "DYNAMIC_TOPIC_CONFIG"


def _wrong_name(name: str) -> str | None:
    return None if name not in (".", "..") else f"'topicName' cannot be {name!r}"


class KafkaTopic(CloudResource):
    """A topic; a lower number of partitions replaces it."""

    token = "confluentcloud:index/kafkaTopic:KafkaTopic"  # noqa: S105 - a type token
    label = "KafkaTopic"
    fields: ClassVar[Mapping[str, Field]] = {
        "kafkaCluster": reference(replace=True, server_default=True, pattern="^lkc-"),
        "topicName": Field(
            required=True,
            replace=True,
            pattern=rf"^[A-Za-z0-9._-]{{1,{_LONGEST_NAME}}}$",
            hint=f"at most {_LONGEST_NAME} characters of a-z, A-Z, 0-9, '.', '_' and '-'",
            test=_wrong_name,
        ),
        "partitionsCount": Field(
            "integer",
            default=_DEFAULT_PARTITIONS,
            test=lambda n: None if n > 0 else "'partitionsCount' must be at least 1",
        ),
        "config": Field("map", server_default=True),
        "httpEndpoint": Field(write_only=True),
        "restEndpoint": Field(pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the name of the object."""
        name = values.get("topicName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the Kafka scope, unless the settings of the provider have it."""
        yield from super().check(inputs)
        yield from self.session.missing_kafka_inputs(inputs)

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Replace the topic for fewer partitions: Kafka can only add some."""
        found = super().diff(old, old_inputs, new)
        wanted, before = new.get("partitionsCount"), old.get("partitionsCount")
        fewer = not is_unknown(wanted) and wanted is not None and before is not None and wanted < before
        found.changes = [
            Change(change.path, change.kind, replace=True) if fewer and change.path == "partitionsCount" else change
            for change in found.changes
        ]
        return found

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        kafka = self.session.kafka(inputs)
        body = {
            "topic_name": inputs["topicName"],
            "partitions_count": inputs.get("partitionsCount", _DEFAULT_PARTITIONS),
            "configs": [{"name": key, "value": value} for key, value in inputs.get("config", {}).items()],
        }
        kafka.api.post(_path(kafka), body)
        return f"{kafka.id}/{inputs['topicName']}", {}

    def wait_until_ready(self, call: Call, _resource_id: str, state: Values) -> None:
        """Wait until the topic can be read: brokers learn of it one after another."""
        kafka = self.session.kafka(state)
        path = _path(kafka, state["topicName"])
        call.wait(lambda: kafka.api.find(path), f"the topic {state['topicName']} is not there yet", _SECONDS)

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the topic, and the settings that differ from the cluster's defaults."""
        kafka = self.session.kafka(state)
        path = _path(kafka, resource_id.partition("/")[2])
        found = kafka.api.find(path)
        if found is None:
            return None
        outputs: Values = {
            "topicName": found["topic_name"],
            "partitionsCount": found["partitions_count"],
            "config": _settings(kafka, path),
        }
        return outputs if self.session.settings["kafkaId"] else outputs | {"kafkaCluster": {"id": kafka.id}}

    def change(self, call: Call, _resource_id: str, old: Values, new: Values, diff: Diff) -> None:
        """Add partitions, change settings, and verify that both took effect."""
        kafka = self.session.kafka(new)
        path = _path(kafka, new["topicName"])
        if diff.touches("partitionsCount"):
            kafka.api.patch(path, {"partitions_count": new["partitionsCount"]})
        before, after = old.get("config", {}), new.get("config", {})
        altered = {key: value for key, value in after.items() if before.get(key) != value}
        if not diff.touches("config"):
            return
        entries = [{"name": key, "value": value} for key, value in altered.items()]
        entries += [{"name": key, "operation": "DELETE"} for key in before if key not in after]
        kafka.api.post(f"{path}/configs:alter", {"data": entries})

        def probe() -> bool | None:
            now = _settings(kafka, path)
            return all(now.get(key) == value for key, value in altered.items()) or None

        call.wait(probe, f"the topic's settings {', '.join(sorted(altered))} have not taken", _SECONDS)

    def delete(self, call: Call, resource_id: str, state: Values) -> None:
        """Delete the object, and wait until the API no longer returns it."""
        kafka = self.session.kafka(state)
        path = _path(kafka, resource_id.partition("/")[2])
        kafka.api.delete(path)
        call.wait(lambda: kafka.api.find(path) is None or None, f"the topic {resource_id} is still there", _SECONDS)

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse CLUSTER/TOPIC; the Kafka key comes from the provider or the variables IMPORT_KAFKA_..."""
        cluster, _, topic = resource_id.partition("/")
        if not topic:
            raise PluginError("import a topic by CLUSTER/TOPIC, such as lkc-abc123/orders")
        plane = self.session.imported_kafka()
        return resource_id, {"kafkaCluster": {"id": cluster}, "topicName": topic, **plane}


def _path(kafka: Cluster, topic: str = "") -> str:
    path = f"/kafka/v3/clusters/{kafka.id}/topics"
    return f"{path}/{quote(topic, safe='')}" if topic else path


def _settings(kafka: Cluster, path: str) -> dict[str, str]:
    found = kafka.api.get(f"{path}/configs").get("data") or []
    return {entry["name"]: entry["value"] for entry in found if entry.get("source") == _SET}
