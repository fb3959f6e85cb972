"""Kafka Connect's schemas: made from a source's Avro, changed by transforms, registered by converters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping

DECIMAL = "org.apache.kafka.connect.data.Decimal"
PRECISION = "connect.decimal.precision"
ENUM = "io.confluent.connect.avro.Enum"
FIXED_SIZE = "connect.fixed.size"

_PRIMITIVES = {
    "boolean": "boolean",
    "int": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "string": "string",
    "bytes": "bytes",
}
_LOGICAL = {
    "date": "org.apache.kafka.connect.data.Date",
    "time-millis": "org.apache.kafka.connect.data.Time",
    "timestamp-millis": "org.apache.kafka.connect.data.Timestamp",
}
_NAMED = {("long" if logical == "timestamp-millis" else "int", name) for logical, name in _LOGICAL.items()}


@dataclass(frozen=True, kw_only=True)
class ConnectSchema:
    """A schema of Kafka Connect (``org.apache.kafka.connect.data.Schema``); ``type`` is its type in lower case."""

    type: str
    name: str | None = None
    version: int | None = None
    optional: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, ConnectSchema] = field(default_factory=dict)
    element: ConnectSchema | None = None
    """Schema of an array's items, or of a map's values (its keys are strings)."""

    @property
    def is_decimal(self) -> bool:
        """Whether values are decimals, which Connect keeps as bytes."""
        return self.name == DECIMAL

    @property
    def required(self) -> ConnectSchema:
        """The same schema without null."""
        return replace(self, optional=False)


def _connect_name(kind: str, name: Any) -> str | None:
    """Return the name of Connect's logical type that a schema gives itself, if its values are of that type."""
    return name if (kind, name) in _NAMED else None


def from_avro(schema: Any) -> ConnectSchema:
    """Return the schema that Confluent's ``AvroData`` makes of an Avro schema; :class:`InvalidError` if it has none."""
    return _Reader().read(schema, "", "")


class _Reader:
    def __init__(self) -> None:
        self._named: dict[str, ConnectSchema] = {}

    def read(self, schema: Any, namespace: str, path: str) -> ConnectSchema:  # noqa: PLR0911
        if isinstance(schema, list):
            return self._union(schema, namespace, path)
        if isinstance(schema, str):
            schema = {"type": schema}
        kind = schema["type"]
        if not isinstance(kind, str):
            return self.read(kind, namespace, path)
        logical = schema.get("logicalType")
        if kind in {"bytes", "fixed"} and logical == "decimal":
            parameters = {"scale": str(schema.get("scale", 0)), PRECISION: str(schema.get("precision", 0))}
            return ConnectSchema(type="bytes", name=DECIMAL, version=1, parameters=parameters)
        if kind in _PRIMITIVES:
            name = _LOGICAL.get(logical) or _connect_name(kind, schema.get("connect.name"))
            narrow = schema.get("connect.type")
            connect_type = narrow if kind == "int" and narrow in {"int8", "int16"} else _PRIMITIVES[kind]
            return ConnectSchema(type=connect_type, name=name, version=1 if name else None)
        match kind:
            case "array":
                return ConnectSchema(type="array", element=self.read(schema["items"], namespace, f"{path}[]"))
            case "map":
                return ConnectSchema(type="map", element=self.read(schema["values"], namespace, f"{path}{{}}"))
            case "record" | "enum" | "fixed":
                return self._name(schema, namespace, path)
            case "null":
                raise InvalidError(f"field {path}: a field that is always null has no type: make it a union with one.")
            case _:
                return self._reference(kind, namespace, path)

    def _name(self, schema: Mapping[str, Any], namespace: str, path: str) -> ConnectSchema:
        space = schema.get("namespace", namespace)
        name = schema["name"] if "." in schema["name"] or not space else f"{space}.{schema['name']}"
        space = name.rpartition(".")[0]
        if schema["type"] == "enum":
            parameters = {ENUM: name, **{f"{ENUM}.{symbol}": symbol for symbol in schema["symbols"]}}
            made = ConnectSchema(type="string", parameters=parameters)
        elif schema["type"] == "fixed":
            made = ConnectSchema(type="bytes", name=name, parameters={FIXED_SIZE: str(schema["size"])})
        else:
            fields = {}
            for inner in schema["fields"]:
                inner_path = f"{path}.{inner['name']}" if path else inner["name"]
                fields[inner["name"]] = self.read(inner["type"], space, inner_path)
            made = ConnectSchema(type="struct", name=name, fields=fields)
        self._named[name] = made
        return made

    def _reference(self, name: str, namespace: str, path: str) -> ConnectSchema:
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        found = self._named.get(full) or self._named.get(name)
        if found is None:
            raise InvalidError(
                f"field {path}: the type {name} is unknown here, or contains itself, which is not supported."
            )
        return found

    def _union(self, branches: list[Any], namespace: str, path: str) -> ConnectSchema:
        others = [branch for branch in branches if branch not in ("null", {"type": "null"})]
        if len(others) != 1:
            raise InvalidError(f"field {path}: a union may only have one type besides null here.")
        made = self.read(others[0], namespace, path)
        return replace(made, optional=True) if len(others) < len(branches) else made
