"""Keys and values of records, as values for people and for JSON."""

from __future__ import annotations

import base64
import json
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any

import fastavro

from toolchain.frontdoor.consume.registry import AVRO
from toolchain.frontdoor.sql.render import jsonable

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.frontdoor.consume.registry import Schema

_MAGIC = 0
_PREFIX = struct.Struct(">bI")
"""Confluent's wire format: a zero byte and the schema's id, before the record itself.

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""
_JSON = "JSON"


def decoded(data: bytes | None, schema_of: Callable[[int], Schema | None]) -> Any:
    """Return a key or value as JSON has it: by its schema, else as text, else as base64.

    ``schema_of``: returns the schema with an id, ``None`` if there is none, as for bytes that only look like an id.
    """
    if data is None:
        return None
    if len(data) > _PREFIX.size and data[0] == _MAGIC:
        schema, payload = schema_of(_PREFIX.unpack_from(data)[1]), data[_PREFIX.size :]
        try:
            if schema is not None and schema.kind == AVRO:
                return jsonable(fastavro.schemaless_reader(BytesIO(payload), schema.avro, None))
            if schema is not None and schema.kind == _JSON:
                return json.loads(payload)
        except (ValueError, EOFError, IndexError, TypeError, struct.error):
            pass  # bytes that no client of the registry has written
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
