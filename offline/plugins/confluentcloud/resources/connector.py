"""Connector (``/connect/v1``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, failed
from offline.plugins.confluentcloud.session import id_in
from offline.plugins.errors import PluginError
from offline.plugins.resource import DETAIL, PHASE
from offline.plugins.schema import Failure, Field, reference
from offline.plugins.wire import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

_CREATE_SECONDS = 86400.0
_PLUGIN_ID = "confluent.custom.plugin.id"
_SETTLED = ("RUNNING", "PAUSED")
_COMING = ("PROVISIONING", "DEGRADED")
_IGNORED = {
    "cloud.environment",
    "cloud.provider",
    "connector.crn",
    "kafka.endpoint",
    "kafka.max.partition.validation.disable",
    "kafka.region",
    "kafka.dedicated",
    "schema.registry.url",
    "valid.kafka.api.key",
    "confluent.custom.plugin.type",
    "confluent.resource.connector.tier",
}
"""Keys that Connect itself adds to a configuration; they are no change by the user."""


class Connector(CloudResource):
    """A connector."""

    token = "confluentcloud:index/connector:Connector"  # noqa: S105 - a type token
    label = "Connector"
    fields: ClassVar[Mapping[str, Field]] = {
        "environment": reference(required=True, replace=True, pattern="^env-"),
        "kafkaCluster": reference(required=True, replace=True, pattern="^lkc-"),
        "configNonsensitive": Field("map", required=True),
        "configSensitive": Field("map", server_default=True, secret=True, write_only=True),
        "status": Field(server_default=True, choices=_SETTLED),
        "offsets": Field("list", write_only=True),
    }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the ``name`` of its configuration."""
        config = values.get("configNonsensitive")
        name = config.get("name") if isinstance(config, dict) else ""
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the properties that every connector needs."""
        yield from super().check(inputs)
        config = inputs.get("configNonsensitive")
        if isinstance(config, dict):
            for key in ("name", "connector.class"):
                if not config.get(key):
                    yield Failure(f'configNonsensitive["{key}"]', f"{key!r} is missing in 'configNonsensitive'")
            if _is_custom(config) and not config.get(_PLUGIN_ID):
                place = f'configNonsensitive["{_PLUGIN_ID}"]'
                yield Failure(place, f"{_PLUGIN_ID!r} is missing: a custom connector needs it")
        if inputs.get("offsets"):
            yield Failure("offsets", "the bundled provider knows no 'offsets'")

    def refuse_impossible(self, old: Values, new: Values, diff: Diff) -> None:
        """Refuse a new name, and a status that the API cannot set."""
        if self.name_of(old) != self.name_of(new) and new["configNonsensitive"].get("name") is not UNKNOWN:
            raise PluginError(
                "a connector cannot be renamed: replace it with "
                "replace_on_changes=['configNonsensitive.name'] and delete_before_replace=True"
            )
        moves = {("RUNNING", "PAUSED"), ("PAUSED", "RUNNING")}
        if diff.touches("status") and (old.get("status"), new.get("status")) not in moves:
            raise PluginError(f"a connector that is {old.get('status')} cannot be made {new.get('status')}")

    def create_object(self, call: Call, inputs: Values) -> tuple[str, Values]:
        """Have the configuration validated, POST it, and look up the id, which only the list has.

        Without its id the state could not hold the connector, so one that the list does not show is deleted again.
        """
        config, name, path = _config(inputs), self.name_of(inputs), _path(inputs)
        if not _is_custom(config):  # only the connector itself knows what is valid, as for the official provider
            self._validate(inputs, config)
        self.session.cloud.post(path, {"name": name, "config": config})
        try:
            found = self._list(inputs).get(name)
        except PluginError:
            self.delete(call, "", inputs)
            raise
        if found is None:
            self.delete(call, "", inputs)
            raise PluginError("the list of connectors does not show it, though it has just been made")
        return found["id"]["id"], {}

    def _validate(self, inputs: Values, config: Mapping[str, str]) -> None:
        scope = _path(inputs).removesuffix("/connectors")
        plugin = quote(config["connector.class"], safe="")
        reply = self.session.cloud.put(f"{scope}/connector-plugins/{plugin}/config/validate", dict(config)) or {}
        wrong = [
            f"{value.get('name')}: {', '.join(value['errors'])}"
            for value in (entry.get("value") or {} for entry in reply.get("configs") or [])
            if value.get("errors")
        ]
        if wrong:
            raise PluginError("; ".join(wrong))

    def wait_until_ready(self, call: Call, _resource_id: str, state: Values) -> None:
        """Wait until the connector runs or is paused."""
        self._wait(call, state, _SETTLED)

    def _wait(self, call: Call, state: Values, wanted: tuple[str, ...]) -> None:
        name, path = self.name_of(state), _path(state)

        def probe() -> bool | None:
            status = self.session.cloud.get(f"{path}/{quote(name, safe='')}/status")["connector"]
            if status["state"] in wanted:
                return True
            if status["state"] in (*_COMING, *_SETTLED):
                return None
            raise failed(f"the connector {name}", status["state"], status.get("trace") or "")

        call.wait(probe, f"the connector {name} is not {wanted[0]} yet", _CREATE_SECONDS)

    def fetch(self, _call: Call, _resource_id: str, state: Values) -> Values | None:
        """Find the connector in the list, which alone has its id."""
        found = self._list(state).get(self.name_of(state))
        if found is None:
            return None
        status = (found.get("status") or {}).get("connector") or {}
        sensitive = state.get("configSensitive") or {}
        outputs: Values = {
            "configNonsensitive": {
                key: value
                for key, value in found["info"]["config"].items()
                if _is_own(key, value) and key not in sensitive
            },
            "configSensitive": sensitive,
            "status": status.get("state"),
        }
        if status.get("state") == "FAILED":
            outputs |= {PHASE: "FAILED", DETAIL: status.get("trace") or ""}
        return outputs

    def _list(self, state: Values) -> Mapping[str, Any]:
        return self.session.cloud.find(_path(state), gone=GONE, expand="info,status,id") or {}

    def change(self, call: Call, _resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PUT the status, and the whole configuration with its secrets: the API has no partial update."""
        own = f"{_path(new)}/{quote(self.name_of(new), safe='')}"
        if diff.touches("status"):
            self.session.cloud.put(f"{own}/{'pause' if new['status'] == 'PAUSED' else 'resume'}")
            self._wait(call, new, (new["status"],))
        if diff.touches("configNonsensitive", "configSensitive"):
            self.session.cloud.put(f"{own}/config", _config(new))

    def delete(self, _call: Call, _resource_id: str, state: Values) -> None:
        """Delete the object; one that is deleted already is no error."""
        reply = self.session.cloud.delete(f"{_path(state)}/{quote(self.name_of(state), safe='')}")
        if isinstance(reply, dict) and reply.get("error"):
            raise PluginError(str(reply["error"]))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse ENVIRONMENT/CLUSTER/NAME; the id is looked up later."""
        parts = resource_id.split("/", 2)
        if len(parts) != 3:  # noqa: PLR2004 - the three just named
            raise PluginError("import a connector by ENVIRONMENT/CLUSTER/NAME")
        state = {
            "environment": {"id": parts[0]},
            "kafkaCluster": {"id": parts[1]},
            "configNonsensitive": {"name": parts[2]},
        }
        found = self._list(state).get(parts[2])
        return (found["id"]["id"] if found else resource_id), state


def _is_custom(config: Mapping[str, Any]) -> bool:
    return config.get("confluent.connector.type") == "CUSTOM"


def _path(values: Values) -> str:
    return (
        f"/connect/v1/environments/{id_in(values, 'environment')}/clusters/{id_in(values, 'kafkaCluster')}/connectors"
    )


def _config(values: Values) -> dict[str, str]:
    return {**values["configNonsensitive"], **(values.get("configSensitive") or {})}


def _is_own(key: str, value: str) -> bool:
    masked = re.search(r"\*{2,}", value)
    return not masked and key not in _IGNORED and not key.startswith("config.internal.")
