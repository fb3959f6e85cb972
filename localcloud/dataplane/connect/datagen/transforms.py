"""Single-message transforms: ``org.apache.kafka.connect.transforms.Cast$Value``."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import DataPlaneError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.dataplane.connect.datagen.schemas import ConnectSchema

CAST_VALUE = "org.apache.kafka.connect.transforms.Cast$Value"
_BITS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
TYPES = (*_BITS, "float32", "float64", "boolean", "string")


class CastValue:
    """Casts fields of a record: ``spec`` is ``FIELD:TYPE,FIELD:TYPE,...`` as in the setting of that name."""

    def __init__(self, spec: str) -> None:
        """Parse ``spec``; :class:`InvalidError` if it is no such list."""
        self._targets: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in spec.split(","))):
            name, colon, target = (piece.strip() for piece in part.rpartition(":"))
            if not colon or not name:
                raise InvalidError(f"{part!r} is not FIELD:TYPE: to cast price write price:float64.")
            if target.lower() not in TYPES:
                raise InvalidError(f"{target!r} in {part!r} is no type to cast to: use one of {', '.join(TYPES)}.")
            self._targets[name] = target.lower()
        if not self._targets:
            raise InvalidError("it must name at least one field and its new type, such as price:float64.")

    def schema(self, schema: ConnectSchema) -> ConnectSchema:
        """Return ``schema`` with the fields' new types; missing fields are ignored, as Kafka's transform does."""
        return replace(schema, fields={name: self._field(name, inner) for name, inner in schema.fields.items()})

    def _field(self, name: str, schema: ConnectSchema) -> ConnectSchema:
        target = self._targets.get(name)
        if target is None:
            return schema
        if schema.type in {"struct", "map", "array"} or (schema.type == "bytes" and not schema.is_decimal):
            raise InvalidError(f"field {name} is of type {schema.type}, which cannot be cast.")
        return replace(schema, type=target, name=None, version=None, parameters={})

    def value(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``record`` with its fields cast; :class:`DataPlaneError` for a value that cannot be cast."""
        return {name: self._cast(name, value) for name, value in record.items()}

    def _cast(self, name: str, value: Any) -> Any:
        target = self._targets.get(name)
        if target is None or value is None:
            return value
        try:
            return _CASTS[target](value)
        except (ValueError, OverflowError, struct.error) as error:
            raise DataPlaneError(f"Cast: the value {value!r} of {name} cannot become {target}.") from error


def _integer(bits: int) -> Callable[[Any], int]:
    def cast(value: Any) -> int:
        number = int(value) if isinstance(value, str) else math.trunc(value)
        low = -(2 ** (bits - 1))
        if isinstance(value, str) and not low <= number < -low:
            raise ValueError(value)
        wrapped: int = (number - low) % 2**bits + low  # as Java's conversions do
        return wrapped

    return cast


def _boolean(value: Any) -> bool:
    return value.strip().lower() == "true" if isinstance(value, str) else bool(value)


def _string(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_CASTS: Mapping[str, Callable[[Any], Any]] = {
    **{name: _integer(bits) for name, bits in _BITS.items()},
    "float32": lambda value: struct.unpack(">f", struct.pack(">f", float(value)))[0],
    "float64": float,
    "boolean": _boolean,
    "string": _string,
}
