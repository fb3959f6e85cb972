"""Whether a JSON value is a JSON Schema: each keyword has a value of its kind, in any draft."""

from __future__ import annotations

import json
from typing import Any

from localcloud.dataplane.interface import InvalidError

_TYPES = ("null", "boolean", "object", "array", "number", "integer", "string")
_SHOWN = 60
"""Characters of a value in a sentence."""
_SCHEMA = ("not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "additionalItems")
_SCHEMAS_BY_NAME = ("properties", "patternProperties", "definitions", "$defs", "dependentSchemas")
_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_NUMBERS = ("minimum", "maximum", "multipleOf")
_LIMITS = ("exclusiveMinimum", "exclusiveMaximum")
_TEXTS = ("$ref", "$id", "$schema", "title", "description", "pattern", "format")


def require_json_schema(parsed: Any, place: str = "#") -> None:
    """Raise :class:`InvalidError` with the place of the first keyword whose value is of another kind."""
    if isinstance(parsed, bool):
        return
    if not isinstance(parsed, dict):
        raise _invalid(f"{place} is {_shown(parsed)}: a schema is an object, true or false")
    _require_type(parsed, place)
    for key in _TEXTS:
        _require(parsed, key, place, isinstance(parsed.get(key), str), "a text")
    for key in _COUNTS:
        _require(parsed, key, place, _is_count(parsed.get(key)), "a whole number of at least 0")
    for key in _NUMBERS:
        _require(parsed, key, place, _is_number(parsed.get(key)), "a number")
    for key in _LIMITS:  # in draft 4 true or false
        _require(parsed, key, place, isinstance(parsed.get(key), int | float), "a number")
    _require(parsed, "enum", place, isinstance(parsed.get("enum"), list), "a list of values")
    # `required: true` beside a property's type is of draft 3, and is ignored.
    if not isinstance(parsed.get("required"), bool):
        _require(parsed, "required", place, _is_texts(parsed.get("required")), "a list of names")
    _require_parts(parsed, place)


def _require_type(schema: dict[str, Any], place: str) -> None:
    kind = schema.get("type")
    for one in kind if isinstance(kind, list) else [kind]:
        if "type" in schema and one not in _TYPES:
            raise _invalid(f"{place}/type is {_shown(one)}: use one of {', '.join(_TYPES)}, or a list of them")


def _require_parts(schema: dict[str, Any], place: str) -> None:
    for key in _SCHEMA:
        if key in schema:
            require_json_schema(schema[key], f"{place}/{key}")
    for key in _SCHEMAS_BY_NAME:
        _require(schema, key, place, isinstance(schema.get(key), dict), "an object of schemas")
        for name, inner in schema.get(key, {}).items():
            require_json_schema(inner, f"{place}/{key}/{name}")
    for key in _SCHEMAS:
        _require(schema, key, place, isinstance(schema.get(key), list), "a list of schemas")
        _require_each(schema.get(key, []), f"{place}/{key}")
    items = schema.get("items", True)
    if isinstance(items, list):
        _require_each(items, f"{place}/items")
    else:
        require_json_schema(items, f"{place}/items")


def _require_each(schemas: list[Any], place: str) -> None:
    for at, inner in enumerate(schemas):
        require_json_schema(inner, f"{place}/{at}")


def _require(schema: dict[str, Any], key: str, place: str, fits: bool, kind: str) -> None:  # noqa: FBT001
    if key in schema and not fits:
        raise _invalid(f"{place}/{key} is {_shown(schema[key])}: it must be {kind}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value // 1 == value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _invalid(what: str) -> InvalidError:
    return InvalidError(f"The JSON Schema is not valid: {what}.")
