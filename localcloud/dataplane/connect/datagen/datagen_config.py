"""Settings of the managed ``DatagenSource`` connector, with the errors that the cloud gives for each."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from localcloud.dataplane import json_text
from localcloud.dataplane.connect.datagen import random_budget
from localcloud.dataplane.connect.datagen.quickstarts import names, quickstart
from localcloud.dataplane.connect.datagen.random_generator import RandomGenerator, parse_annotated
from localcloud.dataplane.connect.datagen.schemas import ConnectSchema, from_avro
from localcloud.dataplane.connect.datagen.transforms import CAST_VALUE, CastValue
from localcloud.dataplane.interface import InvalidError
from localcloud.dataplane.registry.avro_check import require_avro

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONNECTOR_CLASS = "DatagenSource"
MAX_TASKS = 8
MOST_TRANSFORMS = 20
_LARGEST_LONG = 2**63 - 1
_ENDLESS = -1
_TOPIC_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_TOPIC_LENGTH = 249
# fastavro names the types of Python's values.

# Settings that the cloud knows and that have no effect here: any other value would promise something it does not do.
_FIXED = {
    "schema.context.name": "default",
    "value.converter.allow.optional.map.keys": "false",
    "value.converter.auto.register.schemas": "true",
    "value.converter.connect.meta.data": "true",
    "value.converter.ignore.default.for.nullables": "false",
    "value.converter.reference.subject.name.strategy": "DefaultReferenceSubjectNameStrategy",
    "value.converter.replace.null.with.default": "true",
    "value.converter.schemas.enable": "false",
    "value.converter.value.subject.name.strategy": "TopicNameStrategy",
    "key.converter.key.subject.name.strategy": "TopicNameStrategy",
}
_KNOWN = {
    "name",
    "connector.class",
    "kafka.auth.mode",
    "kafka.service.account.id",
    "kafka.api.key",
    "kafka.api.secret",
    "kafka.topic",
    "output.data.format",
    "quickstart",
    "schema.string",
    "schema.keyfield",
    "max.interval",
    "iterations",
    "tasks.max",
    "transforms",
    "value.converter.decimal.format",
    "errors.tolerance",
    "auto.restart.on.user.error",
}


class OutputFormat(StrEnum):
    """Values of ``output.data.format``."""

    AVRO = "AVRO"
    JSON = "JSON"
    JSON_SR = "JSON_SR"


@dataclass(frozen=True, kw_only=True)
class DatagenConfig:
    """A valid configuration. It writes as ``principal``, or with ``api_key`` and ``api_secret``."""

    topic: str
    output_format: OutputFormat
    source: Any
    """The annotated Avro schema that records are generated from."""
    schema: ConnectSchema
    """Their schema after the transforms."""
    transforms: Sequence[CastValue]
    key_field: str | None
    max_interval: float
    """Seconds."""
    iterations: int | None
    """Records for each task; ``None``: no limit."""
    tasks: int
    decimal_format: str
    auto_restart: bool
    principal: str | None
    api_key: str | None
    api_secret: str | None = field(repr=False)


def check(config: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the errors of a configuration by setting; empty if it can run."""
    return _Reader(config).errors()


def read(config: Mapping[str, str]) -> DatagenConfig:
    """Return the parsed configuration; :class:`InvalidError` has all its errors."""
    reader = _Reader(config)
    errors = reader.errors()
    if reader.made is None or errors:
        raise InvalidError(" ".join(message for messages in errors.values() for message in messages))
    return reader.made


class _Reader:
    def __init__(self, config: Mapping[str, str]) -> None:
        self._config = config
        self._errors: defaultdict[str, list[str]] = defaultdict(list)
        self._read: set[str] = set()
        self._template_key: str | None = None
        self.made: DatagenConfig | None = None

    def errors(self) -> dict[str, list[str]]:
        """Read every setting and collect the errors, so that a user sees all of them at once."""
        if self._choice("connector.class", (CONNECTOR_CLASS,), None) != CONNECTOR_CLASS:
            return dict(self._errors)  # the settings of another class are unknown
        principal, key, secret = self._login()
        source, schema = self._source()
        transforms, schema = self._transforms(schema)
        topic = self._topic()
        output_format = self._choice("output.data.format", tuple(OutputFormat), OutputFormat.JSON)
        key_field = self._key_field(schema)
        max_interval = self._integer("max.interval", 1000, low=0, high=_LARGEST_LONG) / 1000
        iterations = self._integer("iterations", _ENDLESS, low=_ENDLESS, high=_LARGEST_LONG)
        tasks = self._integer("tasks.max", None, low=1, high=MAX_TASKS)
        decimal_format = self._choice("value.converter.decimal.format", ("BASE64", "NUMERIC"), "BASE64")
        auto_restart = self._choice("auto.restart.on.user.error", ("true", "false"), "true") == "true"
        self._choice("errors.tolerance", ("none", "all"), "none")
        self._others()
        if not self._errors and schema is not None:
            self.made = DatagenConfig(
                topic=topic,
                output_format=OutputFormat(output_format),
                source=source,
                schema=schema,
                transforms=transforms,
                key_field=key_field,
                max_interval=max_interval,
                iterations=None if iterations == _ENDLESS else iterations,
                tasks=tasks,
                decimal_format=decimal_format,
                auto_restart=auto_restart,
                principal=principal,
                api_key=key,
                api_secret=secret,
            )
        return dict(self._errors)

    def _wrong(self, setting: str, message: str) -> None:
        self._errors[setting].append(message)

    def _required(self, setting: str) -> str:
        value = self._config.get(setting, "").strip()
        if not value:
            self._wrong(setting, f'Missing required configuration "{setting}" which has no default value.')
        return value

    def _choice(self, setting: str, choices: Sequence[str], default: str | None) -> str:
        if default is None:
            value = self._required(setting)
            if not value:
                return ""
        else:
            value = self._config.get(setting, default)
        if value not in choices:
            allowed = ", ".join(choices)
            self._wrong(setting, f"Invalid value {value} for configuration {setting}: it must be one of {allowed}.")
        return value

    def _integer(self, setting: str, default: int | None, *, low: int, high: int | None = None) -> int:
        text = self._required(setting) if default is None else self._config.get(setting, str(default))
        if not text:
            return low
        try:
            value = int(text)
        except ValueError:
            self._wrong(setting, f"Invalid value {text} for configuration {setting}: it must be a whole number.")
            return low
        if value < low or (high is not None and value > high):
            bounds = f"at least {low}" if high is None else f"from {low} to {high}"
            self._wrong(setting, f"Invalid value {value} for configuration {setting}: it must be {bounds}.")
            return low
        return value

    def _login(self) -> tuple[str | None, str | None, str | None]:
        mode = self._choice("kafka.auth.mode", ("KAFKA_API_KEY", "SERVICE_ACCOUNT"), "KAFKA_API_KEY")
        if mode == "SERVICE_ACCOUNT":
            return self._required("kafka.service.account.id"), None, None
        if mode == "KAFKA_API_KEY":
            return None, self._required("kafka.api.key"), self._required("kafka.api.secret")
        return None, None, None

    def _topic(self) -> str:
        topic = self._required("kafka.topic")
        if topic and (not _TOPIC_CHARACTERS.issuperset(topic) or topic in {".", ".."} or len(topic) > _TOPIC_LENGTH):
            self._wrong(
                "kafka.topic",
                f"Invalid value {topic} for configuration kafka.topic: a topic's name has up to {_TOPIC_LENGTH} "
                "letters, digits, '.', '_' and '-'.",
            )
        return topic

    def _source(self) -> tuple[Any, ConnectSchema | None]:
        if self._config.get("quickstart"):
            return self._quickstart(self._config["quickstart"])
        if not self._required("schema.string"):
            return None, None
        return self._schema("schema.string", self._config["schema.string"])

    def _schema(self, setting: str, given: str) -> tuple[Any, ConnectSchema | None]:
        """Return a schema as records are generated from it, and as Connect has it; both ``None`` if it is wrong."""
        text = json_text.without_comments(given)
        try:
            source = parse_annotated(text)
            if not isinstance(source, dict) or source.get("type") != "record":
                raise InvalidError("it must be an Avro schema of type record")  # noqa: TRY301 - one message for all
            require_avro(json.loads(text))
            random_budget.check(source)
            RandomGenerator(source, random.Random(0))  # noqa: S311 - test data
            return source, from_avro(source)
        except (
            InvalidError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            reason = _fault(error)
        self._wrong(setting, f"Invalid value for configuration {setting}: {reason.rstrip('.')}.")
        return None, None

    def _quickstart(self, name: str) -> tuple[Any, ConnectSchema | None]:
        template = quickstart(name)
        if self._config.get("schema.string"):
            self._wrong(
                "quickstart", "The settings quickstart and schema.string exclude one another: give one of them."
            )
        elif template is None:
            self._wrong(
                "quickstart",
                f"Invalid value {name} for configuration quickstart: it must be one of {', '.join(names())}.",
            )
        else:
            self._template_key = template.key_field
            return self._schema("quickstart", json.dumps(template.schema))
        return None, None

    def _key_field(self, schema: ConnectSchema | None) -> str | None:
        name = self._config.get("schema.keyfield") or self._template_key
        if name and schema is not None and name not in schema.fields:
            fields = ", ".join(schema.fields)
            self._wrong("schema.keyfield", f"The schema has no field {name}: use one of {fields}.")
        return name

    def _transforms(self, schema: ConnectSchema | None) -> tuple[list[CastValue], ConnectSchema | None]:
        made: list[CastValue] = []
        aliases = [name for name in map(str.strip, self._config.get("transforms", "").split(",")) if name]
        if len(aliases) > MOST_TRANSFORMS:
            self._wrong("transforms", f"There are {len(aliases)} transforms: at most {MOST_TRANSFORMS} are allowed.")
            return made, schema
        for alias in aliases:
            kind, spec = f"transforms.{alias}.type", f"transforms.{alias}.spec"
            self._read |= {kind, spec}
            if not self._required(kind):
                continue
            if self._config[kind] != CAST_VALUE:
                self._wrong(
                    kind, f"The transform {self._config[kind]} is not part of the local cloud: it has {CAST_VALUE}."
                )
            elif self._required(spec):
                try:
                    transform = CastValue(self._config[spec])
                    schema = transform.schema(schema) if schema is not None else None
                    made.append(transform)
                except InvalidError as error:
                    self._wrong(spec, f"Invalid value {self._config[spec]} for configuration {spec}: {error}")
        return made, schema

    def _others(self) -> None:
        for setting, value in self._config.items():
            if setting in _FIXED:
                if value != _FIXED[setting]:
                    self._wrong(setting, f"The local cloud only has {setting} = {_FIXED[setting]}, not {value}.")
            elif setting not in _KNOWN and setting not in self._read:
                self._wrong(setting, f"The connector {CONNECTOR_CLASS} has no setting {setting} here: remove it.")


def _fault(error: Exception) -> str:
    """Return what is wrong with a schema, for a person: the words of Python's own errors help nobody."""
    match error:
        case InvalidError():
            return str(error)
        case KeyError():
            return f"it is no valid Avro schema: a type in it lacks its {error}"
        case _:
            return "it is no valid Avro schema: an attribute in it has a value of a kind that Avro does not take"
