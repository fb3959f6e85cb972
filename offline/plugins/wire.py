"""Property values as the engine sends them (``google.protobuf.Struct``) and as the plugins use them (plain Python).

JSON has no secrets and no unknown values, so the engine uses magic values for them (``sdk/go/common/resource`` in
Pulumi's sources): a secret is an object with a signature, a value that a preview does not know yet one of a few fixed
UUIDs. The plugins request plain values, since the engine itself remembers which inputs are secret. Secrets that arrive
nevertheless are unwrapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

Values = dict[str, Any]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, not a secret
_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = {
    _UNKNOWN_STRING,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
    "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
    "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
}


class _Unknown:
    """A value that is unknown in a preview."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in the state and masks in its output; the repr does not show it."""

    value: Any = field(repr=False)


def is_unknown(value: Any) -> bool:
    """Whether ``value`` is unknown in a preview, or contains an unknown value at any depth."""
    if isinstance(value, dict):
        return any(is_unknown(inner) for inner in value.values())
    if isinstance(value, list):
        return any(is_unknown(inner) for inner in value)
    return value is UNKNOWN


def read_struct(struct: struct_pb2.Struct) -> Values:
    """Return the struct's properties; whole numbers as int, secrets unwrapped, null properties left out."""
    return {key: value for key, item in struct.fields.items() if (value := _read(item)) is not None}


def _read(item: struct_pb2.Value) -> Any:  # noqa: PLR0911 - one for each kind of value
    match item.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if item.string_value in _UNKNOWNS else item.string_value
        case "number_value":
            number = item.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return item.bool_value
        case "list_value":
            return [_read(inner) for inner in item.list_value.values]
        case "struct_value":
            fields = item.struct_value.fields
            if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
                return _read(fields["value"])
            return read_struct(item.struct_value)
        case _:
            return None


def write_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return ``values`` for the engine; :class:`Secret` and :data:`UNKNOWN` become its markers."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        _write(struct.fields[key], value)
    return struct


def _write(item: struct_pb2.Value, value: Any) -> None:
    if value is None:
        item.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        item.string_value = _UNKNOWN_STRING
    elif isinstance(value, Secret):
        _write(item, {_SIGNATURE: _SECRET, "value": value.value})
    elif isinstance(value, bool):
        item.bool_value = value
    elif isinstance(value, int | float):
        item.number_value = value
    elif isinstance(value, str):
        item.string_value = value
    elif isinstance(value, list | tuple):
        item.list_value.SetInParent()
        for inner in value:
            _write(item.list_value.values.add(), inner)
    else:
        item.struct_value.SetInParent()
        for key, inner in value.items():
            _write(item.struct_value.fields[key], inner)
