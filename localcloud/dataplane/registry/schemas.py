"""Validation of schemas, and when two texts are the same schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fastavro
from fastavro.schema import SchemaParseException

from localcloud.dataplane import json_text
from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPES = ("AVRO", "JSON")
_PARTS = {"record": ("fields",), "error": ("fields",), "array": ("items",), "map": ("values",)}


def compact(schema: str, schema_type: str) -> str:
    """Return the text without white space, as the registry returns it; :class:`InvalidError` if it is no JSON."""
    return _dump(_parsed(schema, schema_type))


def canonical(schema: str, schema_type: str) -> str:
    """Return a form that is equal for equal schemas.

    As in Confluent's registry the order of attributes is of no consequence in Avro, but tells two JSON Schemas apart.
    """
    return _dump(_parsed(schema, schema_type), sort_keys=schema_type == "AVRO")


def validate(schema: str, schema_type: str, referenced: Sequence[str] = ()) -> None:
    """Raise :class:`InvalidError` unless the text is a schema; ``referenced`` are the Avro schemas it builds on."""
    parsed = _parsed(schema, schema_type)
    together = len(schema) + sum(map(len, referenced))
    if together > json_text.LONGEST:
        raise InvalidError(
            f"The schema has {together} characters with those that it refers to: at most {json_text.LONGEST} are"
            " allowed."
        )
    if schema_type == "JSON":
        if not isinstance(parsed, dict | bool):
            raise InvalidError(f"A JSON Schema is a JSON object or boolean, not {_dump(parsed)[:40]}.")
        return
    try:
        known: dict[str, Any] = {}
        for text in referenced:
            fastavro.parse_schema(json.loads(text), named_schemas=known)
        fastavro.parse_schema(parsed, named_schemas=known)
        _require_parts(parsed)
    except SchemaParseException as error:  # the text of fastavro's UnknownType is the name alone
        reason = str(error).rstrip(".") or type(error).__name__
        raise InvalidError(f"The Avro schema is not valid: {reason}.") from error
    except KeyError as error:
        raise InvalidError(f"The Avro schema is not valid: a type lacks its {error}.") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidError(f"The Avro schema is not valid: {error}.") from error


def _require_parts(schema: Any) -> None:
    """Raise ``KeyError`` for a complex type without its parts, which fastavro takes for an empty one."""
    if isinstance(schema, list):
        for branch in schema:
            _require_parts(branch)
    elif isinstance(schema, dict):
        for part in _PARTS.get(schema["type"], ()) if isinstance(schema["type"], str) else ():
            inner = schema[part]
            for each in [field["type"] for field in inner] if part == "fields" else [inner]:
                _require_parts(each)
        if not isinstance(schema["type"], str):
            _require_parts(schema["type"])


def _parsed(schema: str, schema_type: str) -> Any:
    if schema_type not in TYPES:
        raise InvalidError(f"Schemas of type {schema_type} are not supported here: use {' or '.join(TYPES)}.")
    return json_text.parse(schema, "The schema")


def _dump(parsed: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(parsed, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False)
