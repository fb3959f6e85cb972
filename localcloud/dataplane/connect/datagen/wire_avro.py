"""Output format AVRO: schemas and records as Confluent's ``AvroConverter`` registers and writes them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import fastavro

from localcloud.dataplane.connect.datagen.schemas import ENUM, FIXED_SIZE, PRECISION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.dataplane.connect.datagen.schemas import ConnectSchema

_AVRO_TYPES = {
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "int64": "long",
    "float32": "float",
    "float64": "double",
    "boolean": "boolean",
    "string": "string",
    "bytes": "bytes",
}
_AVRO_LOGICAL = {
    "org.apache.kafka.connect.data.Date": "date",
    "org.apache.kafka.connect.data.Time": "time-millis",
    "org.apache.kafka.connect.data.Timestamp": "timestamp-millis",
}


def avro_schema(schema: ConnectSchema) -> str:
    """Return the Avro schema that Confluent's ``AvroConverter`` registers for ``schema``."""
    return json.dumps(_avro_schema(schema, set()), separators=(",", ":"))


def _avro_schema(schema: ConnectSchema, named: set[str]) -> Any:  # noqa: C901, PLR0911 - one per type
    if schema.optional:
        return ["null", _avro_schema(schema.required, named)]
    if schema.is_decimal:
        return {
            "type": "bytes",
            "scale": int(schema.parameters["scale"]),
            "precision": int(schema.parameters[PRECISION]),
            **_connect_properties(schema),
            "logicalType": "decimal",
        }
    match schema.type:
        case "struct":
            if schema.name in named:
                return schema.name
            named.add(schema.name or "")
            fields = [_avro_field(name, field, named) for name, field in schema.fields.items()]
            return {
                "type": "record",
                **_avro_name(schema.name or "ConnectDefault"),
                "fields": fields,
                "connect.name": schema.name,
            }
        case "array" if schema.element:
            return {"type": "array", "items": _avro_schema(schema.element, named)}
        case "map" if schema.element:
            return {"type": "map", "values": _avro_schema(schema.element, named)}
        case "string" if ENUM in schema.parameters:
            return _avro_enum(schema, named)
        case "bytes" if FIXED_SIZE in schema.parameters and schema.name:
            if schema.name in named:
                return schema.name
            named.add(schema.name)
            return {"type": "fixed", **_avro_name(schema.name), "size": int(schema.parameters[FIXED_SIZE])}
        case kind:
            extra = _connect_properties(schema)
            if kind in {"int8", "int16"}:
                extra["connect.type"] = kind
            if schema.name in _AVRO_LOGICAL:
                extra["logicalType"] = _AVRO_LOGICAL[schema.name]
            return {"type": _AVRO_TYPES[kind], **extra} if extra else _AVRO_TYPES[kind]


def _avro_field(name: str, schema: ConnectSchema, named: set[str]) -> dict[str, Any]:
    made = {"name": name, "type": _avro_schema(schema, named)}
    return {**made, "default": None} if schema.optional else made


def _avro_enum(schema: ConnectSchema, named: set[str]) -> Any:
    name = schema.parameters[ENUM]
    if name in named:
        return name
    named.add(name)
    return {
        "type": "enum",
        **_avro_name(name),
        "symbols": [key[len(ENUM) + 1 :] for key in schema.parameters if key != ENUM],
    }


def _avro_name(full: str) -> dict[str, str]:
    namespace, _, name = full.rpartition(".")
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def _connect_properties(schema: ConnectSchema) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if schema.version is not None:
        made["connect.version"] = schema.version
    if schema.parameters:
        made["connect.parameters"] = dict(schema.parameters)
    if schema.name:
        made["connect.name"] = schema.name
    return made


def avro_writer(schema: ConnectSchema) -> Callable[[Any], bytes]:
    """Return the function that serializes a value in Avro's binary encoding."""
    parsed = fastavro.parse_schema(json.loads(avro_schema(schema)))

    def write(value: Mapping[str, Any]) -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, parsed, value)
        return out.getvalue()

    return write
