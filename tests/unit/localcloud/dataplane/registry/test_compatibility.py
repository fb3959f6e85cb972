"""Which schemas may follow which."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.dataplane.interface import InvalidError
from localcloud.dataplane.registry.compatibility import Judged, clashes
from localcloud.dataplane.registry.json_schema_compatibility import clashes as json_clashes
from localcloud.dataplane.registry.registry import SqliteRegistry
from localcloud.dataplane.registry.work_budget import Work

if TYPE_CHECKING:
    from pathlib import Path


def record(*fields: Any) -> str:
    """Return an Avro record of fields with and without a default."""
    return json.dumps({"type": "record", "name": "R", "fields": list(fields)})


A = {"name": "a", "type": "int"}
B = {"name": "b", "type": "string"}
B_OR_EMPTY = {**B, "default": ""}


@pytest.mark.parametrize(
    ("level", "old", "new", "allowed"),
    [
        ("BACKWARD", [record(A)], record(A, B_OR_EMPTY), True),
        ("BACKWARD", [record(A)], record(A, B), False),
        ("BACKWARD", [record(A, B)], record(A), True),
        ("BACKWARD", [record({**A, "type": "string"}), record(B)], record(A, B), False),
        ("BACKWARD", [record(A), record(A, B)], record(A, B), True),
        ("BACKWARD_TRANSITIVE", [record(A), record(A, B)], record(A, B), False),
        ("FORWARD", [record(A)], record(A, B), True),
        ("FORWARD", [record(A, B)], record(A), False),
        ("FULL", [record(A)], record(A, B_OR_EMPTY), True),
        ("FULL", [record(A)], record(A, B), False),
        ("FULL", [record(A, B)], record(A), False),
        ("NONE", [record(A)], '"string"', True),
        ("BACKWARD", [], record(A), True),
    ],
)
def test_levels(level: str, old: list[str], new: str, allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    told = clashes(level, Judged(new, "AVRO"), [Judged(text, "AVRO") for text in old])
    assert (told == []) is allowed, told


def test_another_language_does_not_follow() -> None:
    assert clashes("BACKWARD", Judged("{}", "JSON"), [Judged('"string"', "AVRO")])


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("JSON", '{"properties": {}}', '{"properties": []}'),
        ("JSON", '{"maximum": 1}', '{"maximum": "2"}'),
        ("AVRO", '"string"', '{"type": "fixed", "name": "F", "size": "many"}'),
    ],
)
def test_what_cannot_be_compared_clashes(kind: str, old: str, new: str) -> None:
    (told,) = clashes("BACKWARD", Judged(new, kind), [Judged(old, kind)])
    assert told.startswith("the schemas cannot be compared: ")


def test_a_clash_says_where_and_why() -> None:
    (told,) = clashes("BACKWARD", Judged(record(A, B), "AVRO"), [Judged(record(A), "AVRO")])
    assert told == "reader_field_missing_default_value at /fields/1: b"


def open_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def closed(**properties: Any) -> dict[str, Any]:
    return {**open_object(**properties), "additionalProperties": False}


TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("reader", "writer", "allowed"),
    [
        (NUMBER, INTEGER, True),
        (INTEGER, NUMBER, False),
        ({"type": ["string", "null"]}, TEXT, True),
        (TEXT, {"type": ["string", "null"]}, False),
        ({}, TEXT, True),
        (TEXT, {}, False),
        ({**TEXT, "title": "new"}, {**TEXT, "title": "old"}, True),
        (open_object(a=TEXT, b=TEXT), open_object(a=TEXT), False),
        (open_object(a=TEXT, b={}), open_object(a=TEXT), True),
        (open_object(a=TEXT), open_object(a=TEXT, b=TEXT), True),
        (closed(a=TEXT, b=TEXT), closed(a=TEXT), True),
        (closed(a=TEXT), closed(a=TEXT, b=TEXT), False),
        (closed(a=TEXT), open_object(a=TEXT), False),
        (open_object(a=INTEGER), open_object(a=NUMBER), False),
        ({**closed(a=TEXT), "required": ["a"]}, closed(a=TEXT), False),
        ({**closed(a={**TEXT, "default": ""}), "required": ["a"]}, closed(a=TEXT), True),
        ({**closed(), "additionalProperties": TEXT}, closed(a=TEXT), True),
        ({**closed(), "additionalProperties": INTEGER}, closed(a=TEXT), False),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, True),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, False),
        ({"enum": ["a"]}, TEXT, False),
        ({**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 5}, True),
        ({**NUMBER, "maximum": 5}, {**NUMBER, "maximum": 9}, False),
        ({**NUMBER, "minimum": 5}, NUMBER, False),
        ({**TEXT, "pattern": "a"}, {**TEXT, "pattern": "b"}, False),
        ({"type": "array", "items": NUMBER}, {"type": "array", "items": INTEGER}, True),
        ({"type": "array", "items": INTEGER}, {"type": "array", "items": NUMBER}, False),
        ({"oneOf": [TEXT, {"type": "null"}]}, TEXT, True),
        ({"oneOf": [TEXT, {"type": "null"}]}, {"oneOf": [TEXT, INTEGER]}, False),
        (TEXT, {"oneOf": [TEXT, {"type": "null"}]}, False),
        ({"$ref": "#/a"}, {"$ref": "#/b"}, False),
    ],
)
def test_json_schemas(reader: Any, writer: Any, allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    told = list(json_clashes(reader, writer, Work(100_000, "too much")))
    assert (told == []) is allowed, told


def test_a_registry_compares_by_the_subjects_level(tmp_path: Path) -> None:
    registry = SqliteRegistry(tmp_path)
    registry.register("r", "a", record(A))
    assert registry.clashes("r", "a", record(A, B))
    assert registry.clashes("r", "b", record(A, B)) == []
    registry.set_compatibility("r", "FORWARD", "a")
    assert registry.clashes("r", "a", record(A, B)) == []
    registry.set_compatibility("r", "BACKWARD", "a")
    registry.set_compatibility("r", "NONE")
    assert registry.clashes("r", "a", record(A, B))
    registry.register("r", "a", record(A, B))
    assert registry.clashes("r", "a", record(A, B)) == []
    assert registry.clashes("r", "a", record(A, B), version=1)
    registry.set_compatibility("r", None)
    item = json.dumps({"type": "enum", "name": "Item", "symbols": ["HAT"]})
    registry.register("r", "item", item)
    references = [{"name": "Item", "subject": "item", "version": 1}]
    line = record({"name": "item", "type": "Item"})
    registry.register("r", "line", line, references=references)
    assert registry.clashes("r", "line", record({"name": "item", "type": "Item"}, B), references=references)
    assert (
        registry.clashes("r", "line", record({"name": "item", "type": "Item"}, B_OR_EMPTY), references=references) == []
    )
    registry.close()


# What a comparison can cost -------------------------------------------------------------------------------------------


def choices(levels: int, values: list[int]) -> Any:
    """Return alternatives within alternatives: each level asks for ten times ten comparisons of the one below."""
    made: Any = {"anyOf": [{"const": value} for value in values]}
    for level in range(levels):
        made = {"anyOf": [{"properties": {f"p{level}": made}, "title": branch} for branch in range(10)]}
    return made


def fields(count: int, kind: str) -> str:
    return record(*({"name": f"f{number}", "type": kind} for number in range(count)))


def union(count: int, kind: str) -> str:
    branches = [{"type": "record", "name": f"b{n}", "fields": [{"name": kind, "type": kind}]} for n in range(count)]
    return record({"name": "a", "type": branches})


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (json.dumps(choices(4, [*range(1, 10), 0])), json.dumps(choices(4, [*range(9, 0, -1)])), "JSON"),
        (fields(9000, "int"), fields(9000, "string"), "AVRO"),
        (union(3000, "int"), union(3000, "string"), "AVRO"),
    ],
    ids=["alternatives in alternatives", "many fields", "many branches"],
)
def test_a_comparison_that_takes_too_long_is_refused(old: str, new: str, kind: str) -> None:
    with pytest.raises(InvalidError, match=r"cannot be compared .* too many fields, branches or versions\."):
        clashes("BACKWARD", Judged(new, kind), [Judged(old, kind)])


def test_versions_count_together() -> None:
    old = [Judged(fields(2000, "int"), "AVRO")] * 5
    assert clashes("BACKWARD", Judged(fields(2000, "long"), "AVRO"), old) == []
    with pytest.raises(InvalidError, match="not TRANSITIVE"):
        clashes("BACKWARD_TRANSITIVE", Judged(fields(2000, "long"), "AVRO"), old)


def test_what_clashes_everywhere_is_told_for_a_hundred_places() -> None:
    named = {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(5000)}}
    now = {"type": "object", "properties": {f"p{number}": {"type": "integer"} for number in range(5000)}}
    assert len(clashes("FULL", Judged(json.dumps(now), "JSON"), [Judged(json.dumps(named), "JSON")])) == 100


def test_long_lists_of_values_are_compared_as_sets() -> None:
    values = list(range(100_000))
    old, new = ({"enum": listed} for listed in (values, [*reversed(values), {"a": 1}, True]))
    assert clashes("BACKWARD", Judged(json.dumps(new), "JSON"), [Judged(json.dumps(old), "JSON")]) == []
    assert clashes("FORWARD", Judged(json.dumps(new), "JSON"), [Judged(json.dumps(old), "JSON")]) != []
