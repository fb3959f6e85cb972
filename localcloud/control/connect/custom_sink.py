"""A connector of a custom plugin: Confluent's keys are checked, all others are the connector's own.

Confluent Cloud hands these on without a look, so a custom connector may have any setting of Kafka Connect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localcloud.control.connect.custom_plugins import PLUGIN_ID
from localcloud.control.connect.settings import BOOLEAN, Setting, errors_of, invalid, merged, missing
from localcloud.control.connect.sinks import IDENTITY, MAX_TASKS, login, login_errors, topic_errors
from localcloud.dataplane.interface import WorkerConnector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localcloud.control.core.resources import CustomPlugin

TYPE, CUSTOM = "confluent.connector.type", "CUSTOM"
_ENDPOINTS = "confluent.custom.connection.endpoints"
_REGISTRY = "confluent.custom.schema.registry.auto"
_DEAD_LETTERS = "errors.deadletterqueue.topic.name"
_ENDPOINT = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}(?::(?:TCP|UDP))?", re.ASCII)
_FROM_REGISTRY = re.compile(r"io\.confluent\.connect\.(?:json\.JsonSchema|avro\.Avro|protobuf\.Protobuf)Converter")
_SERVED = re.compile(r"io\.confluent\.connect\.(?:json\.JsonSchema|avro\.Avro)Converter")
# Clients of Kafka: address and login are the cloud's, what else a connector may set is what cannot lead elsewhere.
_CLIENT = re.compile(r"(consumer|producer|admin)\.override\.(.+)")
_OF_CLIENTS = frozenset(
    {"auto.offset.reset", "isolation.level", "max.poll.records", "max.poll.interval.ms", "fetch.min.bytes"}
)
_OWN_KEYS: Sequence[Setting] = (
    *IDENTITY,
    Setting(name=TYPE, default=CUSTOM, choices=(CUSTOM,)),
    Setting(name=PLUGIN_ID, is_required=True),
    Setting(name="tasks.max", default="1", bounds=(1, MAX_TASKS)),
    Setting(name=_REGISTRY, default="false", choices=(*BOOLEAN, "TRUE", "FALSE")),
    Setting(name=_ENDPOINTS),
)
_NOT_HANDED_ON = re.compile(r"confluent\.(?:custom|connector)\..*|kafka\.(?:auth\.mode|service\.account\.id|api\..*)")


class CustomSink:
    """The sink of a plugin; ``plugin`` is ``None`` if the configuration names none that is there."""

    kind = "sink"

    def __init__(self, plugin: CustomPlugin | None) -> None:
        self._plugin = plugin

    @property
    def name(self) -> str:
        """``connector.class``."""
        return self._plugin.connector_class if self._plugin else ""

    def sensitive_keys(self) -> set[str]:
        """Settings to be masked in replies: the login, and what the plugin says."""
        own = {setting.name for setting in _OWN_KEYS if setting.is_secret}
        return own | set(self._plugin.sensitive_config_properties if self._plugin else ())

    def knows(self, key: str) -> bool:
        """Whether it is known if that is a secret: of others their name decides."""
        return key in self.sensitive_keys() or any(setting.name == key for setting in _OWN_KEYS)

    def errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return setting -> what is wrong with it; what the connector itself refuses, its state says."""
        wrong = merged(
            errors_of(_OWN_KEYS, config), topic_errors(config), login_errors(config), self._plugin_errors(config)
        )
        if "$" in config.get(_DEAD_LETTERS, ""):
            wrong[_DEAD_LETTERS] = [
                f"{invalid(_DEAD_LETTERS, config[_DEAD_LETTERS])}: a custom connector names its topic in full."
            ]
        for key in config:
            client = _CLIENT.fullmatch(key)
            if client and client[2] not in _OF_CLIENTS:
                wrong[key] = [f"The setting {key} is the cloud's own, so remove it."]
        wrong_endpoints = [one for one in _endpoints(config) if not _ENDPOINT.fullmatch(one)]
        if wrong_endpoints:
            wrong[_ENDPOINTS] = [
                f"{invalid(_ENDPOINTS, wrong_endpoints[0])}: write host:port:TCP, several with ; between them."
            ]
        return wrong | _converter_errors(config)

    def store_hosts(self, config: Mapping[str, str]) -> Sequence[str]:
        """Each ``host:port`` that it may connect to."""
        return [":".join(one.split(":")[:2]) for one in _endpoints(config)]

    def worker_connector(self, connector_id: str, config: Mapping[str, str]) -> WorkerConnector:  # noqa: ARG002 - its topics are named
        """Return what the worker is to run for a configuration without errors."""
        dead_letters = config.get(_DEAD_LETTERS, "")
        own = {key: value for key, value in config.items() if not _NOT_HANDED_ON.fullmatch(key)}
        own.setdefault("tasks.max", "1")
        if dead_letters:
            # A cluster here is one broker.
            own["errors.deadletterqueue.topic.replication.factor"] = "1"
        return WorkerConnector(
            **login(config),
            settings=own,
            dead_letters=dead_letters,
            restarts=True,
            plugin=config[PLUGIN_ID],
        )

    def _plugin_errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        identifier = config.get(PLUGIN_ID, "")
        if self._plugin is None:
            return {PLUGIN_ID: [f"Custom connector plugin {identifier!r} does not exist."]} if identifier else {}
        named = config.get("connector.class", "")
        if named and named != self._plugin.connector_class:
            right = self._plugin.connector_class
            return {"connector.class": [f"{invalid('connector.class', named)}: the plugin {identifier} has {right}."]}
        return {}


def _endpoints(config: Mapping[str, str]) -> list[str]:
    return [one for one in map(str.strip, config.get(_ENDPOINTS, "").split(";")) if one]


def _converter_errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Find converters that would have no Schema Registry, and those that are not here."""
    wrong = {}
    for side in ("key", "value"):
        key = f"{side}.converter"
        named = config.get(key, "")
        if side == "value" and not named:
            wrong[key] = [missing(key)]
        elif _FROM_REGISTRY.fullmatch(named) and not _SERVED.fullmatch(named):
            wrong[key] = [f"{key} = {named} is not part of the local cloud: use the JSON Schema or the Avro converter."]
        elif _SERVED.fullmatch(named) and config.get(_REGISTRY, "").lower() != "true":
            wrong[_REGISTRY] = [f"{key} needs the Schema Registry: set {_REGISTRY} to true."]
    return wrong
