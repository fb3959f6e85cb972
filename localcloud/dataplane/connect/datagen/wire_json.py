"""Output format JSON_SR: schemas and records as Confluent's ``JsonSchemaConverter`` registers and writes them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from localcloud.dataplane.connect.datagen.schemas import ConnectSchema

_JSON_TYPES = {
    "int8": "integer",
    "int16": "integer",
    "int32": "integer",
    "int64": "integer",
    "float32": "number",
    "float64": "number",
    "boolean": "boolean",
    "string": "string",
    "bytes": "string",
}


def json_schema(schema: ConnectSchema) -> str:
    """Return the JSON Schema that Confluent's ``JsonSchemaConverter`` registers for ``schema``."""
    return json.dumps(_json_schema(schema, None), separators=(",", ":"))


def _json_schema(schema: ConnectSchema, index: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    match schema.type:
        case "struct":
            made["type"] = "object"
            fields = enumerate(schema.fields.items())
            made["properties"] = {name: _json_schema(inner, at) for at, (name, inner) in fields}
        case "array" if schema.element:
            made = {"type": "array", "items": _json_schema(schema.element, None)}
        case "map" if schema.element:
            made = {"type": "object", "additionalProperties": _json_schema(schema.element, None), "connect.type": "map"}
        case kind:
            made["type"] = "number" if schema.is_decimal else _JSON_TYPES[kind]
            if kind not in {"string", "boolean"}:
                made["connect.type"] = kind
    if schema.name:
        made["title"] = schema.name
    if schema.version is not None:
        made["connect.version"] = schema.version
    if schema.parameters:
        made["connect.parameters"] = dict(schema.parameters)
    if schema.optional:
        made = {"oneOf": [{"type": "null"}, made]}
    if index is not None:
        made["connect.index"] = index
    return made


def json_writer(schema: ConnectSchema, decimal_format: str) -> Callable[[Any], bytes]:
    """Return the function that serializes a value as JSON; ``decimal_format``: ``value.converter.decimal.format``."""
    convert = _json_value(schema, decimal_format)
    return lambda value: orjson.dumps(convert(value))


def _json_value(schema: ConnectSchema, decimal_format: str) -> Callable[[Any], Any]:  # noqa: PLR0911 - one per type
    if schema.optional:
        inner = _json_value(schema.required, decimal_format)
        return lambda value: None if value is None else inner(value)
    if schema.is_decimal:
        return float if decimal_format == "NUMERIC" else lambda value: _base64(_unscaled(value))
    match schema.type:
        case "struct":
            fields = {name: _json_value(field, decimal_format) for name, field in schema.fields.items()}
            return lambda value: {name: convert(value[name]) for name, convert in fields.items()}
        case "array" if schema.element:
            element = _json_value(schema.element, decimal_format)
            return lambda value: [element(item) for item in value]
        case "map" if schema.element:
            element = _json_value(schema.element, decimal_format)
            return lambda value: {key: element(item) for key, item in value.items()}
        case "bytes":
            return _base64
        case "float32":
            return lambda value: float(
                str(np.float32(value))
            )  # the float's shortest digits; those of the double are longer
        case _:
            return lambda value: value


def _unscaled(value: Decimal) -> bytes:
    """Return the digits as the shortest big-endian two's complement, like Java's ``BigInteger.toByteArray``."""
    unscaled = int(value.scaleb(-int(value.as_tuple().exponent)))
    return unscaled.to_bytes((unscaled + (unscaled < 0)).bit_length() // 8 + 1, signed=True)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
