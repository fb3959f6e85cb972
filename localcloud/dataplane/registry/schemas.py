"""Validation of schemas, and when two texts are the same schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localcloud.dataplane import json_text
from localcloud.dataplane.interface import InvalidError
from localcloud.dataplane.registry.avro_check import require_avro
from localcloud.dataplane.registry.json_schema_check import require_json_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPES = ("AVRO", "JSON")


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
        require_json_schema(parsed)
    else:
        require_avro(parsed, [json.loads(text) for text in referenced])


def _parsed(schema: str, schema_type: str) -> Any:
    if schema_type not in TYPES:
        raise InvalidError(f"Schemas of type {schema_type} are not supported here: use {' or '.join(TYPES)}.")
    return json_text.parse(schema, "The schema")


def _dump(parsed: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(parsed, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False)
