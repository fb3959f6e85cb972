"""Whether one JSON Schema allows all documents that another allows, by the rules of Confluent's registry.

The rules follow content models. An object that may have properties beyond the named ones (an open model) may already
have any property with any value. So naming a new property narrows the schema.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.dataplane.registry.work_budget import Work

_PAIR = 10  # steps to compare two schemas

_UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SAME_OR_GONE = ("const", "pattern", "multipleOf", "uniqueItems", "format")
_NOT_JUDGED = ("$ref", "allOf", "not", "if", "then", "else", "patternProperties", "dependencies", "prefixItems")
_CHOICES = ("oneOf", "anyOf")
_TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})


def clashes(reader: Any, writer: Any, work: Work, path: str = "#") -> Iterator[str]:
    """Return the places where ``writer`` allows documents that ``reader`` does not; empty if there are none."""
    work.take(_PAIR + len(path))
    if reader in (True, {}) or writer is False or reader == writer:
        return
    if reader is False or writer in (True, {}):
        yield f"{path} allows less than before"
        return
    if writer.keys() & set(_CHOICES) or reader.keys() & set(_CHOICES):
        yield from _choices(reader, writer, work, path)
        return
    yield from (f"{path}/{key} has changed" for key in _NOT_JUDGED if reader.get(key) != writer.get(key))
    if not _types(writer) <= _types(reader) | ({"integer"} if "number" in _types(reader) else set()):
        yield f"{path}/type allows less than before"
    if "enum" in reader and not _values(writer.get("enum", [object()])) <= _values(reader["enum"]):
        yield f"{path}/enum allows less than before"
    yield from _limits(reader, writer, path)
    yield from _properties(reader, writer, work, path)
    yield from _items(reader.get("items", True), writer.get("items", True), work, f"{path}/items")


def _items(reader: Any, writer: Any, work: Work, path: str) -> Iterator[str]:
    if isinstance(reader, list) or isinstance(writer, list):  # a schema for each place
        if reader != writer:
            yield f"{path} has changed"
    else:
        yield from clashes(reader, writer, work, path)


def _types(schema: dict[str, Any]) -> frozenset[str]:
    named = schema.get("type", _TYPES)
    return frozenset([named] if isinstance(named, str) else named)


def _values(listed: list[Any]) -> set[Any]:
    return {
        json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else (isinstance(value, bool), value)
        for value in listed
    }


def _choices(reader: dict[str, Any], writer: dict[str, Any], work: Work, path: str) -> Iterator[str]:
    """Require that every branch of ``writer`` is compatible with a branch of ``reader``."""
    work.take(len(reader) + len(writer))
    allowed = _branches(reader)
    for branch in _branches(writer):
        if all(any(clashes(one, branch, work)) for one in allowed):
            yield f"{path} has no place for what it allowed before"


def _branches(schema: dict[str, Any]) -> list[Any]:
    rest = {key: value for key, value in schema.items() if key not in _CHOICES}
    found = [branch for key in _CHOICES for branch in schema.get(key, [])]
    if not found:
        return [rest]  # an empty list says nothing
    return [{**rest, **branch} if isinstance(branch, dict) else branch for branch in found]


def _limits(reader: dict[str, Any], writer: dict[str, Any], path: str) -> Iterator[str]:
    for key in _UPPER_LIMITS:
        if key in reader and (key not in writer or reader[key] < writer[key]):
            yield f"{path}/{key} is lower than before"
    for key in _LOWER_LIMITS:
        if key in reader and (key not in writer or reader[key] > writer[key]):
            yield f"{path}/{key} is higher than before"
    for key in _SAME_OR_GONE:
        if key in reader and reader[key] != writer.get(key):
            yield f"{path}/{key} has changed"


def _properties(reader: dict[str, Any], writer: dict[str, Any], work: Work, path: str) -> Iterator[str]:
    named, known = reader.get("properties", {}), writer.get("properties", {})
    others, known_others = reader.get("additionalProperties", True), writer.get("additionalProperties", True)
    for name in sorted(named.keys() | known.keys()):
        yield from clashes(named.get(name, others), known.get(name, known_others), work, f"{path}/properties/{name}")
    yield from clashes(others, known_others, work, f"{path}/additionalProperties")
    for name in sorted(_required(reader) - _required(writer)):
        if not (isinstance(named.get(name), dict) and "default" in named[name]):
            yield f"{path}/required has {name}, which has no default"


def _required(schema: dict[str, Any]) -> set[str]:
    named = schema.get("required", [])
    return set(named) if isinstance(named, list) else set()  # true or false: of draft 3, ignored
