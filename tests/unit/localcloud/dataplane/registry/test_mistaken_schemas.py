"""What is wrong with a schema is told in one sentence, in words of Avro and JSON Schema."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from localcloud.dataplane.interface import InvalidError
from localcloud.dataplane.registry.compatibility import Judged, clashes
from localcloud.dataplane.registry.schemas import validate
from tests.support.mistakes import mistaken
from tests.support.words import PYTHON

# Python's notation of values, and what its libraries say.
PYTHON_VALUES = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|\{'|\['|\bdict\b|\bstr\b|\(char \d|not iterable|fastavro")


def record(*fields: Any, **more: Any) -> Any:
    """Return a record with these fields, each a type or a whole field."""
    made = [
        one if isinstance(one, dict) and "name" in one else {"name": f"f{at}", "type": one}
        for at, one in enumerate(fields)
    ]
    return {"type": "record", "name": "order", "fields": made, **more}


def said(schema: Any, kind: str) -> str:
    """Return why a schema is refused, empty if it is not."""
    try:
        validate(schema if isinstance(schema, str) else json.dumps(schema), kind)
    except InvalidError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("{", "line 1, column 2: expecting property name"),
        (None, "the schema is null: write the name of a type"),
        ('"text"', "the type 'text', which is neither Avro's own nor defined before"),
        ({"name": "a"}, "is an object without 'type'"),
        (
            {"type": {"type": "int"}},
            'the schema has the \'type\' {"type": "int"}: within an object it must be the name',
        ),
        ({"type": "record", "fields": []}, "of type 'record' with no name"),
        ({"type": "record", "name": "a-b", "fields": []}, 'the name "a-b": a name has letters, digits and _'),
        ({"type": "record", "name": "r"}, "the record 'r' needs 'fields'"),
        (record(namespace=3), "the namespace 3"),
        (record(aliases=["1"]), "the aliases of 'order' have the name \"1\""),
        (record({"name": "a"}), "the field 'a' of 'order' needs a 'type'"),
        (record({"name": "a", "type": "int"}, {"name": "a", "type": "int"}), "has the field 'a' twice"),
        (record({"name": "a", "type": "int", "default": "1"}), 'the default "1", which is no value of its type'),
        (record({"name": "a", "type": ["null", "int"], "default": "x"}), 'the default "x"'),
        (record({"name": "a", "type": "int", "order": "up"}), "use ascending, descending or ignore"),
        (record({"name": "a", "type": record()}), "the type 'order' is defined twice"),
        (record(["int", "int"]), "the field 'f0' of 'order' has 'int' twice in a union"),
        (record([["int"]]), "a union within a union"),
        (record({"type": "array"}), "needs 'items', the type of its items"),
        (record({"type": "map", "values": "nope"}), "a value of the field 'f0' of 'order' has the type 'nope'"),
        ({"type": "enum", "name": "e", "symbols": "A"}, "the symbols of the enum 'e' are \"A\": write a list"),
        ({"type": "enum", "name": "e", "symbols": ["A", "A"]}, "the enum 'e' has a symbol twice"),
        ({"type": "enum", "name": "e", "symbols": ["A"], "default": "B"}, "which is none of its symbols"),
        ({"type": "fixed", "name": "f", "size": -1}, "the fixed type 'f' needs a 'size'"),
    ],
)
def test_a_mistake_in_avro(schema: Any, words: str) -> None:
    assert words in said(schema, "AVRO")


@pytest.mark.parametrize(
    "schema",
    [
        "int",
        [],
        ["null", record()],
        record(aliases=["old", "a.old"], namespace="shop", doc="x"),
        record({"name": "next", "type": ["null", "order"], "default": None}),
        record({"name": "a", "type": ["int", "null"], "default": None}),
        record({"name": "a", "type": {"type": "map", "values": "int"}, "default": {"x": 1}}, namespace="shop"),
        record({"name": "größe", "type": {"type": "array", "items": "double"}, "default": [1, 2.5]}),
        record({"name": "e", "type": {"type": "enum", "name": "kind", "symbols": ["A"]}, "default": "A"}, "kind"),
        record({"name": "i", "type": {"type": "record", "name": "inner", "fields": []}, "default": {}}),
        record({"type": "bytes", "logicalType": "decimal", "precision": 0}, {"type": "int", "connect.type": "int8"}),
        record({"type": "string", "avro.java.string": "String"}),
        {"type": "fixed", "name": "hash", "size": 16},
    ],
)
def test_what_avro_takes(schema: Any) -> None:
    assert said(json.dumps(schema), "AVRO") == ""


def test_names_of_other_schemas_are_known() -> None:
    item = json.dumps({"type": "record", "name": "item", "namespace": "shop", "fields": []})
    validate(json.dumps(record("shop.item")), "AVRO", [item])
    validate(json.dumps(record("item", namespace="shop")), "AVRO", [item])
    with pytest.raises(InvalidError, match="the type 'item'"):
        validate(json.dumps(record("item")), "AVRO", [item])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("[1, 2", "expecting ',' delimiter"),
        (7, "# is 7: a schema is an object, true or false"),
        ({"type": "text"}, '#/type is "text": use one of null, boolean'),
        ({"type": ["string", 3]}, "#/type is 3"),
        ({"properties": ["id"]}, '#/properties is ["id"]: it must be an object of schemas'),
        ({"properties": {"id": {"type": "int"}}}, '#/properties/id/type is "int"'),
        ({"required": "id"}, '#/required is "id": it must be a list of names'),
        ({"items": 3}, "#/items is 3"),
        ({"oneOf": {}}, "#/oneOf is {}: it must be a list of schemas"),
        ({"allOf": [True, 1]}, "#/allOf/1 is 1"),
        ({"maxLength": -1}, "#/maxLength is -1: it must be a whole number of at least 0"),
        ({"minimum": "0"}, '#/minimum is "0": it must be a number'),
        ({"enum": "A"}, '#/enum is "A": it must be a list of values'),
        ({"$ref": 1}, "#/$ref is 1: it must be a text"),
    ],
)
def test_a_mistake_in_json_schema(schema: Any, words: str) -> None:
    assert words in said(schema, "JSON")


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": ["string", "null"], "maxLength": 3.0},
        {
            "properties": {"id": {"type": "integer", "required": True}},
            "required": ["id"],
            "additionalProperties": False,
        },
        {"$defs": {"a": {"enum": [1, None]}}, "items": [{"$ref": "#/$defs/a"}], "x-own": 3},
    ],
)
def test_what_json_schema_takes(schema: Any) -> None:
    assert said(schema, "JSON") == ""


AVRO = [
    record(
        "int", ["null", "string"], {"type": "array", "items": "long"}, {"type": "map", "values": ["null", "double"]}
    ),
    record(
        {"name": "kind", "type": {"type": "enum", "name": "k", "symbols": ["A", "B"]}, "default": "A"}, namespace="shop"
    ),
    record({"name": "in", "type": {"type": "record", "name": "inner", "fields": [{"name": "x", "type": "int"}]}}),
]
JSON = [
    {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "n": {"oneOf": [{"type": "null"}, {"type": "string"}]}},
    },
    {
        "type": "array",
        "items": {"$ref": "#/$defs/a"},
        "$defs": {"a": {"enum": ["A"], "maxLength": 3}},
        "required": ["id"],
    },
]


@pytest.mark.parametrize("kind", ["AVRO", "JSON"])
@pytest.mark.parametrize("seed", range(3))
def test_many_mistakes(kind: str, seed: int) -> None:
    rng = random.Random(seed)
    good = AVRO if kind == "AVRO" else JSON
    refused = 0
    for _ in range(400):
        base = rng.choice(good)
        schema = mistaken(json.dumps(base), rng)
        reason = said(schema, kind)
        refused += bool(reason)
        reasons = [reason] if reason else clashes("FULL", Judged(schema, kind), [Judged(json.dumps(base), kind)])
        for one in reasons:
            assert "\n" not in one
            assert not PYTHON.search(one), f"{one}\n{schema}"
            assert not PYTHON_VALUES.search(one), f"{one}\n{schema}"
    assert refused > 100
