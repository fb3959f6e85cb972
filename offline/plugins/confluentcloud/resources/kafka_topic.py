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
    """A topic; fewer partitions take a new one."""

    token = "confluentcloud:index/kafkaTopic:KafkaTopic"  # noqa: S105 - a type token
    noun = "KafkaTopic"
    fields: ClassVar[Mapping[str, Field]] = {
        "kafkaCluster": reference(replace=True, keeps=True, pattern="^lkc-"),
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
        "config": Field("map", keeps=True),
        "httpEndpoint": Field(write_only=True),
        "restEndpoint": Field(pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return its name."""
        name = values.get("topicName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Ask for the cluster where the provider does not name it."""
        yield from super().check(inputs)
        yield from self.session.lacks_kafka(inputs)

    def diff(self, old: Values, old_inputs: Values, new: Values) -> Diff:
        """Fewer partitions take a new topic."""
        found = super().diff(old, old_inputs, new)
        wanted, before = new.get("partitionsCount"), old.get("partitionsCount")
        fewer = not is_unknown(wanted) and wanted is not None and before is not None and wanted < before
        found.changes = [
            Change(change.path, change.kind, replace=True) if fewer and change.path == "partitionsCount" else change
            for change in found.changes
        ]
        return found

    def make(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """POST it."""
        kafka = self.session.kafka(inputs)
        body = {
            "topic_name": inputs["topicName"],
            "partitions_count": inputs.get("partitionsCount", _DEFAULT_PARTITIONS),
            "configs": [{"name": key, "value": value} for key, value in inputs.get("config", {}).items()],
        }
        kafka.api.post(_path(kafka), body)
        return f"{kafka.id}/{inputs['topicName']}", {}

    def settle(self, call: Call, _resource_id: str, state: Values) -> None:
        """Wait until every broker that may be asked knows it."""
        kafka = self.session.kafka(state)
        path = _path(kafka, state["topicName"])
        call.wait(lambda: kafka.api.find(path), f"the topic {state['topicName']} is not there yet", _SECONDS)

    def look(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """GET it and those of its settings that are its own."""
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

    def alter(self, call: Call, _resource_id: str, old: Values, new: Values, diff: Diff) -> None:
        """Add partitions, alter settings, and see that they took."""
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

    def remove(self, call: Call, resource_id: str, state: Values) -> None:
        """DELETE it and wait until it is gone."""
        kafka = self.session.kafka(state)
        path = _path(kafka, resource_id.partition("/")[2])
        kafka.api.delete(path)
        call.wait(lambda: kafka.api.find(path) is None or None, f"the topic {resource_id} is still there", _SECONDS)

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take CLUSTER/TOPIC; the Kafka key is the provider's, or that of IMPORT_KAFKA_API_KEY and its like."""
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
