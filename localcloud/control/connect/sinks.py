"""What every managed sink has in common: its settings, and what becomes of them in the worker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localcloud.control.connect.settings import BOOLEAN, Setting, errors_of, handed_on, invalid, merged, missing, same
from localcloud.control.connect.transforms import is_transform_key, transform_errors
from localcloud.dataplane.interface import WorkerConnector
from localcloud.near_miss import hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_TASKS = 8
LARGEST_INT, LARGEST_LONG = 2**31 - 1, 2**63 - 1
_TOPIC = re.compile(r"[\w.-]{1,249}", re.ASCII)
_TOPIC_RULE = "a topic's name has up to 249 letters, digits, '.', '_' and '-'"
_DEAD_LETTERS = "dlq-${connector}"
_CONNECTOR = "${connector}"

_JSON_SR = "io.confluent.connect.json.JsonSchemaConverter"
_AVRO = "io.confluent.connect.avro.AvroConverter"
_JSON = "org.apache.kafka.connect.json.JsonConverter"
_STRING = "org.apache.kafka.connect.storage.StringConverter"
_BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
CONVERTERS = {"JSON_SR": _JSON_SR, "AVRO": _AVRO, "JSON": _JSON, "STRING": _STRING, "BSON": _BYTES, "BYTES": _BYTES}
_UNSERVED_FORMATS = ("PROTOBUF",)


def formats(setting: str, own: str, *served: str, default: str) -> Setting:
    """Return the setting that says in which format records are read."""
    return Setting(
        name=setting,
        default=default,
        choices=served,
        unserved=_UNSERVED_FORMATS,
        own=own,
        own_values={name: CONVERTERS[name] for name in served},
    )


def only(name: str, value: str, note: str = "") -> Setting:
    """Return a setting that the cloud knows and that does nothing here, with the one value that is therefore right."""
    return Setting(name=name, default=value, choices=(value,), note=note)


IDENTITY: Sequence[Setting] = (
    Setting(name="name"),
    Setting(name="connector.class", is_required=True),
    Setting(name="kafka.auth.mode", default="KAFKA_API_KEY", choices=("KAFKA_API_KEY", "SERVICE_ACCOUNT")),
    Setting(name="kafka.service.account.id"),
    Setting(name="kafka.api.key", is_secret=True),
    Setting(name="kafka.api.secret", is_secret=True),
)
"""What it is, and whom it runs as."""
COMMON: Sequence[Setting] = (
    *IDENTITY,
    same("topics"),
    same("topics.regex"),
    same("tasks.max", is_required=True, bounds=(1, MAX_TASKS)),
    same("errors.tolerance", "all", choices=("all", "none")),
    Setting(name="errors.deadletterqueue.topic.name", default=_DEAD_LETTERS),
    Setting(
        name="max.poll.interval.ms",
        default="300000",
        bounds=(1, LARGEST_INT),
        own="consumer.override.max.poll.interval.ms",
    ),
    Setting(name="max.poll.records", default="500", bounds=(1, LARGEST_INT), own="consumer.override.max.poll.records"),
    same("consumer.override.auto.offset.reset", "earliest", choices=("earliest", "latest", "none")),
    same("consumer.override.isolation.level", "read_committed", choices=("read_committed", "read_uncommitted")),
    Setting(name="auto.restart.on.user.error", default="true", choices=BOOLEAN),
    Setting(name="value.converter.schemas.enable", default="false", choices=BOOLEAN),
    Setting(name="value.converter.replace.null.with.default", default="true", choices=BOOLEAN),
    Setting(name="value.converter.decimal.format", default="BASE64", choices=("BASE64", "NUMERIC")),
    only("value.converter.ignore.default.for.nullables", "false"),
    only("value.converter.reference.subject.name.strategy", "DefaultReferenceSubjectNameStrategy"),
    only("value.converter.value.subject.name.strategy", "TopicNameStrategy"),
    only("key.converter.key.subject.name.strategy", "TopicNameStrategy"),
    only("schema.context.name", "default"),
    only("csfle.enabled", "false"),
)


class SinkClass:
    """A managed sink class: the common settings and its own, checked and translated."""

    kind = "sink"

    def __init__(
        self,
        name: str,
        own_class: str,
        settings: Sequence[Setting],
        *,
        check: Callable[[Mapping[str, str]], dict[str, list[str]]],
        translate: Callable[[Mapping[str, str]], dict[str, str]],
        host: Setting,
        plugin: str = "",
    ) -> None:
        """``check`` finds what is wrong between settings, ``translate`` adds what is made of several of them.

        ``host`` is the setting that says where the store is, ``plugin`` as in :class:`WorkerConnector`.
        """
        self.name, self._own_class, self._plugin = name, own_class, plugin
        self.settings = (*COMMON, *settings)
        self._check, self._translate, self._host = check, translate, host

    def sensitive_keys(self) -> set[str]:
        """Settings to be masked in replies."""
        return {setting.name for setting in self.settings if setting.is_secret}

    def knows(self, key: str) -> bool:
        """Whether the class has that setting."""
        return any(setting.name == key for setting in self.settings) or is_transform_key(key)

    def _hint(self, key: str) -> str:
        return hint(key, (setting.name for setting in self.settings))

    def errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return setting -> what is wrong with it; empty if the configuration can run."""
        unknown = {
            key: [f"The connector {self.name} does not have the setting {key}, so remove it.{self._hint(key)}"]
            for key in config
            if not self.knows(key)
        }
        return merged(
            errors_of(self.settings, config) | unknown,
            topic_errors(config),
            login_errors(config),
            transform_errors(config),
            self._check(config),
        )

    def store_hosts(self, config: Mapping[str, str]) -> Sequence[str]:
        """The ``host:port`` that it writes to."""
        address = self._host.value(config)
        return [urlsplit(address).netloc if "://" in address else address]

    def worker_connector(self, connector_id: str, config: Mapping[str, str]) -> WorkerConnector:
        """Return what the worker is to run for a configuration without errors."""
        dead_letters = _dead_letters(config).replace(_CONNECTOR, connector_id)
        own = {
            **handed_on(self.settings, config),
            **_converter_settings(config),
            **self._translate(config),
            **{key: value for key, value in config.items() if is_transform_key(key)},
            "connector.class": self._own_class,
            "errors.deadletterqueue.topic.name": dead_letters,
            "errors.deadletterqueue.topic.replication.factor": "1",  # a cluster here is one broker
            "errors.deadletterqueue.context.headers.enable": "true",
            # As Confluent's own template has them.
            "errors.log.enable": "true",
            "errors.log.include.messages": "false",
            "errors.retry.timeout": "300000",
            "errors.retry.delay.max.ms": "30000",
        }
        return WorkerConnector(
            **login(config),
            settings=own,
            dead_letters=dead_letters,
            restarts=config.get("auto.restart.on.user.error", "true") == "true",
            plugin=self._plugin,
        )


def topics_of(config: Mapping[str, str]) -> list[str]:
    """Return the topics that a sink names one by one."""
    return [topic for topic in map(str.strip, config.get("topics", "").split(",")) if topic]


def _dead_letters(config: Mapping[str, str]) -> str:
    return config.get("errors.deadletterqueue.topic.name") or _DEAD_LETTERS


def topic_errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with the topics that a sink reads, and with that of its dead letters."""
    topics, pattern = topics_of(config), config.get("topics.regex", "")
    if not topics and not pattern:
        return {"topics": [missing("topics")]}
    if topics and pattern:
        return {"topics.regex": ["Give either topics or topics.regex, not both."]}
    wrong = {}
    misnamed = [topic for topic in topics if not _TOPIC.fullmatch(topic)]
    if misnamed:
        wrong["topics"] = [f"{invalid('topics', misnamed[0])}: {_TOPIC_RULE}."]
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            wrong["topics.regex"] = [f"{invalid('topics.regex', pattern)}: it is no regular expression ({error})."]
    dead_letters = _dead_letters(config)
    if not _TOPIC.fullmatch(dead_letters.replace(_CONNECTOR, "lcc")):
        name = "errors.deadletterqueue.topic.name"
        wrong[name] = [f"{invalid(name, dead_letters)}: {_TOPIC_RULE}."]
    elif dead_letters in topics:
        wrong["errors.deadletterqueue.topic.name"] = [
            f"The dead-letter topic {dead_letters} is one of the topics that are read: name another one."
        ]
    return wrong


def login_errors(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is missing of the identity that a connector runs as."""
    needed = ("kafka.service.account.id",) if _runs_as_account(config) else ("kafka.api.key", "kafka.api.secret")
    return {key: [missing(key)] for key in needed if not config.get(key)}


def login(config: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a :class:`WorkerConnector` that say whom it runs as; ``config`` has no login errors."""
    if _runs_as_account(config):
        return {"principal": config["kafka.service.account.id"], "api_key": "", "api_secret": ""}
    return {"principal": "", "api_key": config["kafka.api.key"], "api_secret": config["kafka.api.secret"]}


def _runs_as_account(config: Mapping[str, str]) -> bool:
    return config.get("kafka.auth.mode") == "SERVICE_ACCOUNT"


def _converter_settings(config: Mapping[str, str]) -> dict[str, str]:
    """Return what only Kafka's own JSON converter has."""
    made = {}
    if config.get("input.data.format", "JSON") == "JSON":
        made["value.converter.schemas.enable"] = config.get("value.converter.schemas.enable") or "false"
        null_is_default = config.get("value.converter.replace.null.with.default") or "true"
        made["value.converter.replace.null.with.default"] = null_is_default
    if config.get("input.key.format") == "JSON":
        made["key.converter.schemas.enable"] = "false"
    return made
