"""The Schema Registry's storage."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.interface import ConflictError, InvalidError, NotFoundError
from localcloud.dataplane.registry import registry as storage
from localcloud.dataplane.registry.registry import SqliteRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDER = '{"type": "record", "name": "order", "fields": [{"name": "id", "type": "int"}]}'
SHUFFLED = '{"name":"order","fields":[{"type":"int","name":"id"}],"type":"record"}'
ORDER2 = '{"type":"record","name":"order","fields":[{"name":"id","type":"long"}]}'


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqliteRegistry]:
    made = SqliteRegistry(tmp_path)
    yield made
    made.close()


def subjects(registry: SqliteRegistry, registry_id: str, prefix: str = "") -> list[str]:
    return [one.subject for one in registry.all(registry_id, prefix, latest_only=True)]


def versions(registry: SqliteRegistry, registry_id: str, subject: str, *, deleted: bool = False) -> list[int]:
    return [one.version for one in registry.versions(registry_id, subject, deleted=deleted)]


def test_ids_start_at_100001_and_the_same_schema_keeps_its_own(registry: SqliteRegistry) -> None:
    first = registry.register("lsrc-1", "a-value", ORDER)
    assert (first.id, first.version, first.schema) == (100_001, 1, ORDER.replace(" ", ""))
    assert registry.register("lsrc-1", "a-value", SHUFFLED) == first
    assert (registry.register("lsrc-1", "b-value", SHUFFLED).id, versions(registry, "lsrc-1", "b-value")) == (
        100_001,
        [1],
    )
    second = registry.register("lsrc-1", "a-value", ORDER2)
    assert (second.id, second.version) == (100_002, 2)
    assert registry.register("lsrc-1", "a-value", json.dumps({"type": "object"}), "JSON").id == 100_003


def test_registries_do_not_see_each_other(registry: SqliteRegistry) -> None:
    registry.register("lsrc-1", "a", ORDER)
    assert registry.register("lsrc-2", "a", ORDER2).id == 100_001
    registry.delete("lsrc-1")
    assert subjects(registry, "lsrc-1") == []
    assert subjects(registry, "lsrc-2") == ["a"]


def test_the_same_text_as_avro_and_as_json_are_two_schemas(registry: SqliteRegistry) -> None:
    text = '{"type": "string"}'
    assert registry.register("r", "a", text, "AVRO").id != registry.register("r", "b", text, "JSON").id


def test_reading(registry: SqliteRegistry) -> None:
    one = registry.register("r", "a-value", ORDER)
    two = registry.register("r", "a-value", ORDER2)
    other = registry.register("r", "b%-value", ORDER)
    assert registry.version("r", "a-value") == two
    assert registry.version("r", "a-value", 1) == one
    assert registry.by_id("r", one.id) == one
    assert registry.find("r", "a-value", SHUFFLED) == one
    assert registry.all("r") == [one, two, other]
    assert registry.all("r", "a", latest_only=True) == [two]
    assert subjects(registry, "r", "b%") == ["b%-value"]
    assert subjects(registry, "r", "%") == []
    registry.register("r", "nul\0-value", ORDER)
    assert versions(registry, "r", "nul\0-value") == [1]
    assert subjects(registry, "r", "nul\0-") == ["nul\0-value"]


def test_deleted_versions_are_not_counted_again_and_their_ids_stay_readable(registry: SqliteRegistry) -> None:
    one = registry.register("r", "a", ORDER)
    registry.register("r", "a", ORDER2)
    assert registry.delete_version("r", "a") == 2
    assert versions(registry, "r", "a") == [1]
    assert registry.register("r", "a", ORDER2).version == 3
    assert registry.delete_subject("r", "a") == [1, 3]
    assert subjects(registry, "r") == []
    assert registry.by_id("r", one.id).schema == one.schema
    again = registry.register("r", "a", ORDER)
    assert (again.id, again.version) == (one.id, 4)


def test_what_is_deleted_for_good_begins_anew(registry: SqliteRegistry) -> None:
    first = registry.register("r", "a", ORDER)
    registry.register("r", "b", ORDER)
    with pytest.raises(ConflictError, match="was not deleted first"):
        registry.delete_subject("r", "a", permanent=True)
    registry.register("r", "a", ORDER2)
    registry.set_compatibility("r", "FULL", "a")
    registry.delete_subject("r", "a")
    with pytest.raises(ConflictError, match=r"was soft deleted\. Set permanent=true"):
        registry.delete_subject("r", "a")
    assert registry.compatibility("r", "a") == "FULL"
    assert registry.delete_subject("r", "a", permanent=True) == [1, 2]
    assert registry.compatibility("r", "a") is None
    with pytest.raises(NotFoundError):
        registry.delete_subject("r", "a", permanent=True)
    assert registry.by_id("r", first.id).subject == "b"
    again = registry.register("r", "a", ORDER)
    assert (again.id, again.version) == (first.id, 1)


def test_a_version_is_deleted_and_then_deleted_for_good(registry: SqliteRegistry) -> None:
    for schema in (ORDER, ORDER2):
        registry.register("r", "a", schema)
    with pytest.raises(ConflictError, match="'a' Version 2 was not deleted first"):
        registry.delete_version("r", "a", permanent=True)
    assert registry.delete_version("r", "a", 2) == 2
    with pytest.raises(ConflictError, match="'a' Version 2 was soft deleted"):
        registry.delete_version("r", "a", 2)
    with pytest.raises(NotFoundError):
        registry.version("r", "a", 2)
    assert registry.version("r", "a", 2, deleted=True).deleted
    assert registry.version("r", "a", deleted=True).version == 1
    assert (versions(registry, "r", "a"), versions(registry, "r", "a", deleted=True)) == ([1], [1, 2])
    with pytest.raises(NotFoundError):
        registry.find("r", "a", ORDER2)
    assert registry.find("r", "a", ORDER2, deleted=True).version == 2
    second = registry.version("r", "a", 2, deleted=True).id
    assert registry.by_id("r", second).deleted
    assert registry.delete_version("r", "a", 2, permanent=True) == 2
    assert versions(registry, "r", "a", deleted=True) == [1]
    for gone in (
        lambda: registry.version("r", "a", 2, deleted=True),
        lambda: registry.by_id("r", second),
        lambda: registry.delete_version("r", "a", 2, permanent=True),
    ):
        with pytest.raises(NotFoundError):
            gone()
    assert registry.register("r", "a", ORDER2).version == 2


def test_a_level_goes_with_the_last_version(registry: SqliteRegistry) -> None:
    registry.register("r", "a", ORDER)
    registry.set_compatibility("r", "FULL", "a")
    registry.delete_version("r", "a")
    assert registry.compatibility("r", "a") == "FULL"
    registry.delete_version("r", "a", 1, permanent=True)
    assert registry.compatibility("r", "a") is None


def test_what_another_schema_refers_to_stays(registry: SqliteRegistry) -> None:
    registry.register("r", "order", ORDER)
    line = '{"type":"record","name":"line","fields":[{"name":"order","type":"order"}]}'
    registry.register("r", "line", line, references=[{"name": "order", "subject": "order", "version": 1}])
    for refused in (lambda: registry.delete_version("r", "order", 1), lambda: registry.delete_subject("r", "order")):
        with pytest.raises(InvalidError, match="delete version 1 of subject line first"):
            refused()
    registry.delete_subject("r", "line")
    assert registry.delete_subject("r", "order") == [1]
    for refused in (
        lambda: registry.delete_version("r", "order", 1, permanent=True),
        lambda: registry.delete_subject("r", "order", permanent=True),
    ):
        with pytest.raises(InvalidError, match="delete version 1 of subject line first"):
            refused()
    registry.delete_version("r", "line", 1, permanent=True)
    assert registry.delete_subject("r", "order", permanent=True) == [1]


def test_what_is_not_there(registry: SqliteRegistry) -> None:
    registry.register("r", "a", ORDER)
    for missing in (
        lambda: registry.version("r", "b"),
        lambda: registry.version("r", "a", 7),
        lambda: registry.by_id("r", 5),
        lambda: registry.find("r", "a", ORDER2),
        lambda: registry.delete_subject("r", "b"),
        lambda: registry.delete_version("r", "a", 7),
    ):
        with pytest.raises(NotFoundError):
            missing()


@pytest.mark.parametrize(
    ("schema", "kind", "complaint"),
    [
        ("{", "AVRO", "no valid JSON"),
        ('{"type": "record", "name": "x"}', "AVRO", "not valid"),
        ('{"type": "nonsense"}', "AVRO", "nonsense"),
        ("null", "AVRO", "not valid"),
        ("[1, 2", "JSON", "no valid JSON"),
        ("3", "JSON", "# is 3: a schema is an object"),
        ("{}", "PROTOBUF", "use AVRO or JSON"),
    ],
)
def test_what_is_no_schema_is_refused_in_one_sentence(
    registry: SqliteRegistry, schema: str, kind: str, complaint: str
) -> None:
    with pytest.raises(InvalidError, match=complaint) as refusal:
        registry.register("r", "a", schema, kind)
    assert str(refusal.value).endswith(".")
    assert subjects(registry, "r") == []
    assert registry.register("r", "a", ORDER).id == 100_001


def test_references_are_resolved(registry: SqliteRegistry) -> None:
    registry.register("r", "order", ORDER)
    line = '{"type":"record","name":"line","fields":[{"name":"order","type":"order"}]}'
    with pytest.raises(InvalidError, match="order"):
        registry.register("r", "line", line)
    references = [{"name": "order", "subject": "order", "version": 1}]
    made = registry.register("r", "line", line, references=references)
    assert made.references == references
    assert registry.find("r", "line", line) == made
    with pytest.raises(InvalidError, match="version 2 of subject 'order'"):
        registry.register("r", "line", line, references=[{"name": "order", "subject": "order", "version": 2}])


def test_compatibility(registry: SqliteRegistry) -> None:
    assert registry.compatibility("r") == "BACKWARD"
    assert registry.compatibility("r", "a") is None
    registry.set_compatibility("r", "NONE")
    registry.set_compatibility("r", "FULL", "a")
    assert (registry.compatibility("r"), registry.compatibility("r", "a")) == ("NONE", "FULL")
    registry.set_compatibility("r", None)
    registry.set_compatibility("r", None, "a")
    assert (registry.compatibility("r"), registry.compatibility("r", "a")) == ("BACKWARD", None)


def test_many_threads_and_a_restart(registry: SqliteRegistry, tmp_path: Path) -> None:
    def register(number: int) -> int:
        schema = ORDER.replace('"id"', f'"id{number % 10}"')
        return registry.register("r", f"s{number}", schema).id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(register, range(80)))
    assert sorted(set(ids)) == list(range(100_001, 100_011))
    reopened = SqliteRegistry(tmp_path)
    assert reopened.all("r") == registry.all("r")
    reopened.close()


# What a schema can cost -----------------------------------------------------------------------------------------------


def nested(levels: int) -> str:
    return '{"type":"array","items":' * levels + '"int"' + "}" * levels


@pytest.mark.parametrize("kind", ["AVRO", "JSON"])
@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (nested(101), "nested more than 100 levels deep: make it flatter"),
        ("[" * 500_000, "nested more than 100 levels deep: make it flatter"),
        (f'{{"type": "string", "doc": "{"x" * 1_000_000}"}}', "1000029 characters: at most 1000000 are allowed"),
        ('{"type": "string", "size": ' + "9" * 5000 + "}", "is no valid JSON"),
    ],
    ids=["levels", "brackets", "length", "digits"],
)
def test_a_schema_that_is_too_much_is_refused(registry: SqliteRegistry, kind: str, schema: str, why: str) -> None:
    for refused in (registry.register, registry.clashes):
        with pytest.raises(InvalidError, match=why):
            refused("r", "a", schema, kind)
    assert registry.all("r") == []


def test_ninety_nine_levels_are_none_too_many(registry: SqliteRegistry) -> None:
    registry.register("r", "a", nested(99))
    assert registry.clashes("r", "a", nested(98)) != []
    assert registry.clashes("r", "a", nested(99)) == []


def test_references_have_their_number_and_their_length(registry: SqliteRegistry) -> None:
    registry.register("r", "order", ORDER)
    one = {"name": "order", "subject": "order", "version": 1}
    with pytest.raises(InvalidError, match="has 101 references: at most 100"):
        registry.register("r", "line", ORDER2, references=[one] * 101)
    for version in (10**30, None, [1], "1"):
        with pytest.raises(InvalidError, match="a subject and, as a number, its version"):
            registry.register("r", "line", ORDER2, references=[{**one, "version": version}])
    registry.register("r", "large", json.dumps({"type": "string", "doc": "x" * 600_000}))
    with pytest.raises(InvalidError, match="with those that it refers to: at most 1000000"):
        registry.register("r", "line", ORDER2, references=[{"name": "l", "subject": "large", "version": 1}] * 2)


def test_a_registry_is_full_at_some_time(registry: SqliteRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_VERSIONS", 2)
    registry.register("r", "a", ORDER)
    registry.register("r", "b", ORDER)
    registry.register("r", "b", ORDER)  # is there
    with pytest.raises(InvalidError, match=r"is full: it has 2 versions .* Delete versions for good"):
        registry.register("r", "c", ORDER)
    monkeypatch.setattr(storage, "MOST_VERSIONS", 20)
    monkeypatch.setattr(storage, "MOST_CHARACTERS", 3 * len(ORDER))
    with pytest.raises(InvalidError, match="is full"):
        registry.register("r", "c", json.dumps({"type": "string", "doc": ORDER}))
    registry.register("other", "c", json.dumps({"type": "string", "doc": ORDER}))


def test_no_schema_has_an_id_of_many_digits(registry: SqliteRegistry) -> None:
    with pytest.raises(NotFoundError):
        registry.by_id("r", 10**30)


def test_a_schema_is_found_among_many_large_ones(registry: SqliteRegistry) -> None:
    for number in range(40):
        registry.register("r", "a", json.dumps({"type": "string", "doc": f"{number}" + "x" * 100_000}))
    assert registry.find("r", "a", json.dumps({"doc": "7" + "x" * 100_000, "type": "string"})).version == 8


def test_subjects_are_told_with_whether_they_live(registry: SqliteRegistry) -> None:
    for subject in ("a-value", "b-value", "other"):
        registry.register("lsrc-1", subject, json.dumps({"type": "string", "doc": subject}))
    registry.register("lsrc-1", "b-value", json.dumps({"type": "string", "doc": "second"}))
    registry.delete_subject("lsrc-1", "a-value")
    registry.delete_version("lsrc-1", "b-value", 1)
    assert registry.subjects("lsrc-1") == {"a-value": False, "b-value": True, "other": True}
    assert registry.subjects("lsrc-1", "a-") == {"a-value": False}
    registry.delete_subject("lsrc-1", "a-value", permanent=True)
    assert registry.subjects("lsrc-1", "a-") == {}


def test_schemas_that_no_version_has_are_forgotten_and_their_ids_never_used_again(registry: SqliteRegistry) -> None:
    kept = registry.register("r", "kept", ORDER)
    ids = []
    for number in range(5):
        made = registry.register("r", f"gone-{number}", json.dumps({"type": "string", "doc": str(number)}))
        ids.append(made.id)
        registry.delete_subject("r", made.subject)
        registry.delete_subject("r", made.subject, permanent=True)
    assert len(set(ids)) == len(ids)
    assert registry.register("r", "new", ORDER2).id > max(ids)
    registry.delete_version("r", "new", 1)
    registry.delete_version("r", "new", 1, permanent=True)
    assert registry._db.execute("SELECT count(*) FROM schemas").fetchone() == (2,)
    assert registry.by_id("r", kept.id).subject == "kept"
