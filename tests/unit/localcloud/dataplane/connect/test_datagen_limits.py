"""What a Datagen schema can cost: refused before the first record is generated, with the name of the field."""

from __future__ import annotations

import json
import random
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.dataplane.connect.datagen import random_budget
from localcloud.dataplane.connect.datagen.datagen import DatagenTask
from localcloud.dataplane.connect.datagen.datagen_config import MOST_TRANSFORMS, check, read
from localcloud.dataplane.connect.datagen.progress import Progress
from localcloud.dataplane.connect.datagen.random_generator import RandomGenerator, parse_annotated
from localcloud.dataplane.connect.datagen.transforms import CAST_VALUE
from localcloud.dataplane.interface import DataPlaneError
from tests.support.product import connector_config

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1 << 20


def typed(kind: str, **annotations: Any) -> dict[str, Any]:
    return {"type": kind, "arg.properties": annotations}


def record(kind: Any, **more: Any) -> str:
    return json.dumps({"type": "record", "name": "r", "fields": [{"name": "a", "type": kind, **more}]})


def objection(schema: str) -> str:
    """Return what is said against a schema, which must not have cost anything; empty if it may run."""
    config = {name: value for name, value in connector_config().items() if not name.startswith("transforms")}
    config.pop("schema.keyfield", None)
    tracemalloc.start()
    try:
        errors = check({**config, "schema.string": schema})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * MEBIBYTE + 20 * len(schema)
    assert set(errors) <= {"schema.string"}
    return " ".join(errors.get("schema.string", []))


def doubling(levels: int) -> Any:
    """Return records of which each has the one below it twice."""
    made: Any = "int"
    for level in range(levels):
        again = made["name"] if isinstance(made, dict) else made
        fields = [{"name": "x", "type": made}, {"name": "y", "type": again}]
        made = {"type": "record", "name": f"r{level}", "fields": fields}
    return made


def nested(levels: int) -> Any:
    made: Any = "int"
    for _ in range(levels):
        made = {"type": "array", "items": made}
    return made


TOO_LARGE = {
    "regex in regex": typed("string", regex="((a{1000}){1000}){1000}"),
    "regex": typed("string", regex="a{100000000}"),
    "regex without end": typed("string", regex="((((.*)*)*)*)*", length=4000),
    "regex that refers to itself": typed(
        "string", regex="(a{100})" + "".join(f"((\\{n}){{9}})" for n in (1, 2, 4, 6, 8, 10))
    ),
    "regex of every character": typed("string", regex="[\x00-\U0010ffff]{1000}"),
    "regex of nothing": typed("string", regex="(){4000000}"),
    "string": typed("string", length=2_000_000_000),
    "string from 0": typed("string", length={"min": 0, "max": 2_000_000_000}),
    "bytes": typed("bytes", length={"min": 5, "max": 10**4000}),
    "fixed": {"type": "fixed", "name": "f", "size": 2_000_000_000},
    "array": {"type": "array", "items": "null", "arg.properties": {"length": 2_000_000_000}},
    "map": {"type": "map", "values": "int", "arg.properties": {"length": 2_000_000_000}},
    "keys": {"type": "map", "values": "int", "arg.properties": {"keys": {"length": 2_000_000_000}}},
    "array in array": {
        "type": "array",
        "items": {"type": "array", "items": "int", "arg.properties": {"length": 5000}},
        "arg.properties": {"length": 5000},
    },
    "arrays of the default length": nested(12),
    "long affixes": {"type": "array", "items": typed("string", prefix="x" * 50_000), "arg.properties": {"length": 50}},
    "long options": {
        "type": "array",
        "items": typed("string", options=["x" * 9999]),
        "arg.properties": {"length": 200},
    },
    "a branch of a union": ["null", typed("string", length=2_000_000_000)],
    "types that double": doubling(28),
    "types that double in an empty list": {"type": "array", "items": doubling(28), "arg.properties": {"length": 0}},
}


@pytest.mark.parametrize("kind", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_makes_too_large_a_record_is_refused_with_its_field(kind: Any) -> None:
    said = objection(record(kind))
    assert said.startswith("Invalid value for configuration schema.string: field a")
    assert f"a record has at most {random_budget.LARGEST_RECORD}" in said
    assert len(said) < 1000


REFUSED = {
    "nested": (record(nested(120)), "nested more than 100 levels"),
    "nested without end": ("[" * 100_000, "nested more than 100 levels"),
    "long": (" " * 1_000_001 + record("int"), "1000000 are allowed"),
    "regex with many parentheses": (record(typed("string", regex="(" * 4000 + ")" * 4000)), "nested too deeply"),
    "regex with a number": (record(typed("string", regex="a{99999999999}")), "cannot be generated from"),
    "long regex": (record(typed("string", regex="a|" * 10_000)), "at most 10000"),
    "contains itself": (record({"type": "array", "items": "r"}), "contains itself"),
    "a start of many digits": (record(typed("string", iteration={"start": 10**4000})), "64 bits"),
    "a step of many digits": (record(typed("int", iteration={"start": 0, "step": 10**4000})), "32 bits"),
    "a restart of many digits": (record(typed("long", iteration={"start": 0, "restart": 10**4000})), "64 bits"),
    "digits": ('{"type": "record", "name": "r", "x": ' + "9" * 5000 + "}", "no valid JSON"),
    "precision": (record({"type": "bytes", "logicalType": "decimal", "precision": 10**9}), "at most 1000 digits"),
    "an option": (record(typed("long", options=["@"])).replace('"@"', "1e999999999"), "larger than any long"),
    "a range": (record(typed("double", range={"max": "@"})).replace('"@"', "1e999999999"), "range.max is larger"),
}


@pytest.mark.parametrize(("schema", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_or_counted_is_refused(schema: str, why: str) -> None:
    said = objection(schema)
    assert why in said
    assert len(said) < 1000


ALLOWED = {
    "many options": typed("string", options=[f"option {number}" for number in range(20_000)]),
    "alternatives that backtrack": typed("string", regex="(a|a|aa)+(b|bb)*$", length={"min": 10, "max": 20}),
    "a long regex": typed("string", regex="[a-z]{200}"),
    "a list": {"type": "array", "items": "int", "arg.properties": {"length": {"min": 0, "max": 1000}}},
    "a type used twice": doubling(5),
}


@pytest.mark.parametrize("kind", ALLOWED.values(), ids=ALLOWED)
def test_what_is_only_unusual_runs(kind: Any) -> None:
    assert objection(record(kind)) == ""


def test_no_record_is_larger_than_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = record(
        {
            "type": "map",
            "values": {"type": "array", "items": typed("string", regex="(a|bc)+[0-9]{3,9}(x{5})?")},
            "arg.properties": {"keys": {"length": 7}},
        }
    )
    generator = RandomGenerator(parse_annotated(schema), random.Random(5))
    largest = max(len(json.dumps(generator.generate(), separators=(",", ":"))) for _ in range(20))
    monkeypatch.setattr(random_budget, "LARGEST_RECORD", largest)
    with pytest.raises(Exception, match="bytes"):
        random_budget.check(json.loads(schema))


def test_a_length_that_a_regex_nearly_never_has_ends_the_search() -> None:
    kind = typed("string", regex="(x|yy){40}", length={"min": 78, "max": 81})
    generator = RandomGenerator(parse_annotated(record(kind)), random.Random(1))
    assert all(40 <= len(generator.generate()["a"]) <= 80 for _ in range(20))


@pytest.mark.parametrize("setting", ["max.interval", "iterations", "tasks.max"])
def test_numbers_are_of_64_bits(setting: str) -> None:
    assert list(check({**connector_config(), setting: "9" * 4000})) == [setting]


def test_an_interval_of_centuries_is_waited_for() -> None:
    assert read({**connector_config(), "max.interval": str(2**63 - 1)}).max_interval == pytest.approx(2**63 / 1000)


def test_a_record_passes_through_so_many_transforms() -> None:
    spec = {"transforms.t.type": CAST_VALUE, "transforms.t.spec": "price:string"}
    errors = check({**connector_config(), **spec, "transforms": ",".join(["t"] * (MOST_TRANSFORMS + 1))})
    assert "at most 20 are allowed" in errors["transforms"][0]


def test_a_record_that_grows_by_how_it_is_written_fails_with_its_size(tmp_path: Path) -> None:
    """Control characters are six bytes in JSON, so a text that is small enough need not be so as a message."""
    config = {name: value for name, value in connector_config().items() if not name.startswith("transforms")}
    config.pop("schema.keyfield", None)
    schema = record(typed("string", length=900_000))
    task = DatagenTask(
        read({**config, "schema.string": schema, "output.data.format": "JSON"}),
        connector_id="lcc-1",
        number=0,
        progress=Progress(tmp_path),
        client={"bootstrap.servers": "127.0.0.1:1"},
        schema_id=None,
        seed=1,
    )
    with pytest.raises(DataPlaneError, match="bytes as JSON, more than Kafka takes in one message: lower the lengths"):
        task.run(threading.Event(), lambda: None)
