"""Records as a person reads them: decoded by their schema, shortened, and safe to write as JSON."""

from __future__ import annotations

import base64
import io
import json
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import fastavro

from localcloud.control.core.errors import ControlError
from localcloud.control.core.resources import SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.control.cloud import Cloud
    from localcloud.control.kafka.schemas import Schemas
    from localcloud.dataplane.interface import KafkaRecord, SchemaVersion

_HEADER = 5  # Confluent's wire format: a zero byte and the schema's id
_SHOWN_NUMBERS, _VECTOR = 4, 16
_LONGEST_TEXT = 2000
_LARGEST_INTEGER = 2**53


class Decoder:
    """Decodes what is in one Schema Registry's topics; ``registry_id`` is ``None`` where there is no registry."""

    def __init__(self, schemas: Schemas, registry_id: str | None) -> None:
        self._schemas, self._registry_id = schemas, registry_id
        self._reader: Callable[[int], Callable[[bytes], Any]] = lru_cache(maxsize=256)(self._reader_of)

    @classmethod
    def of(cls, cloud: Cloud, environment_id: str) -> Decoder:
        """Return the decoder of an environment's topics."""
        registries = cloud.store.all(SchemaRegistry, environment_id)
        return cls(cloud.schemas, registries[0].id if registries else None)

    def record(self, record: KafkaRecord) -> dict[str, Any]:
        """Return a record with key and value decoded."""
        return {
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": self.value(record.key),
            "value": self.value(record.value),
        }

    def value(self, data: bytes | None) -> Any:
        """Return what bytes hold: by their schema, else as JSON, as text, or at last in Base64."""
        if not data:
            return None if data is None else ""
        if data[0] == 0 and len(data) >= _HEADER and self._registry_id is not None:
            try:
                return self._reader(int.from_bytes(data[1:_HEADER], "big"))(data[_HEADER:])
            except (ControlError, ValueError, TypeError, LookupError, EOFError, AssertionError):
                pass  # no schema, or not of this registry: it is shown as it is
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(data).decode()}
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _reader_of(self, schema_id: int) -> Callable[[bytes], Any]:
        found = self._schemas.by_id(self._registry_id or "", schema_id)
        if found.schema_type == "JSON":
            return json.loads
        schema = fastavro.parse_schema(json.loads(found.schema), named_schemas=self._named(found))
        return lambda payload: fastavro.schemaless_reader(io.BytesIO(payload), schema, None)

    def _named(self, found: SchemaVersion) -> dict[str, Any]:
        """Return the schemas that one refers to, parsed."""
        named: dict[str, Any] = {}
        for reference in found.references:
            version = self._schemas.version(
                self._registry_id or "", str(reference["subject"]), str(reference["version"]), deleted=True
            )
            named.update(self._named(version))
            fastavro.parse_schema(json.loads(version.schema), named_schemas=named)
        return named


def shown(value: Any) -> Any:
    """Return a decoded value as JSON has it; a vector as its first numbers and their count, a long text shortened."""
    if isinstance(value, dict):
        return {str(key): shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        if is_vector(value):
            return {"vector": [round(float(number), 4) for number in value[:_SHOWN_NUMBERS]], "dimensions": len(value)}
        return [shown(one) for one in value]
    return _shown_atom(value)


def _shown_atom(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}... ({len(value)} characters)"
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    is_number = isinstance(value, int | float) and abs(value) <= _LARGEST_INTEGER  # a browser's numbers are doubles
    return value if is_number or value is None else str(value)


def is_vector(value: Any) -> bool:
    """Whether a value is an embedding: a long list of numbers alone."""
    return (
        isinstance(value, list | tuple)
        and len(value) >= _VECTOR
        and all(isinstance(number, float | int) and not isinstance(number, bool) for number in value)
    )
