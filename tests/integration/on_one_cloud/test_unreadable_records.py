"""Records that cannot be read: the statement fails, or skips them, or writes about them to a table."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.support.local_cloud import ENDED, LocalCloud, Ran
from tests.support.options_shop import OptionsShop
from tests.support.sinks import Place
from tests.support.snapshot import snapshot

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.integration

PILL = b'{"id": 1, "payload": "no schema id in front"}'
COLUMNS = [
    "error_timestamp",
    "error_code",
    "error_reason",
    "error_message",
    "error_details",
    "processor",
    "statement_name",
    "affected_type",
    "affected_catalog",
    "affected_database",
    "affected_name",
    "source_record",
]
SEVEN, EIGHT = b"\x0e", b"\x10"  # as Avro writes an int


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> OptionsShop:
    return OptionsShop(cloud)


def poisoned(shop: OptionsShop) -> str:
    """Return a topic of 7, three records that cannot be read, and 8."""
    topic = shop.topic()
    unknown_id = b"\x00" + (1_000_000).to_bytes(4, "big") + SEVEN
    too_short = shop.framed(topic, b"")
    shop.produce(topic, shop.framed(topic, SEVEN), PILL, unknown_id, too_short, shop.framed(topic, EIGHT), key=b"k")
    return topic


def handle(shop: OptionsShop, topic: str, mode: str, target: str = "") -> None:
    options = {"error-handling.mode": mode} | ({"error-handling.log.target": target} if target else {})
    shop.cloud.run(f"ALTER TABLE {topic} {shop.clause(options, 'SET')}")


def letters(shop: OptionsShop, table: str) -> list[dict[str, Any]]:
    """Return the rows of a dead letter queue, the oldest record first."""
    rows = shop.cloud.query(f"SELECT {', '.join(COLUMNS)} FROM `{table}`")
    return sorted((dict(zip(COLUMNS, row, strict=True)) for row in rows), key=lambda row: int(row["source_record"][2]))


def test_by_default_the_statement_fails_and_names_the_record(shop: OptionsShop) -> None:
    topic = poisoned(shop)
    said = shop.cloud.refusal(f"SELECT i FROM {topic}")
    assert "does not begin with a schema id" in said
    assert f"the record at offset 1 of partition 0 of '{topic}'" in said
    assert "'error-handling.mode' = 'ignore'" in said


def test_they_are_skipped(shop: OptionsShop) -> None:
    topic = poisoned(shop)
    handle(shop, topic, "ignore")
    assert shop.numbers(topic) == [7, 8]
    assert [row[0] for row in shop.cloud.query(f"SELECT i FROM {topic}")] == ["7", "8"]
    assert "'error-handling.mode' = 'ignore'" in shop.shown(topic)
    shop.cloud.run(f"ALTER TABLE {topic} RESET ('error-handling.mode')")
    assert "offset 1" in shop.cloud.refusal(f"SELECT i FROM {topic}")


def test_they_are_written_to_a_table_with_confluents_columns(shop: OptionsShop) -> None:
    topic, queue = poisoned(shop), shop.name()
    handle(shop, topic, "log", queue)
    described = {row[0]: row[1] for row in shop.cloud.query(f"DESCRIBE {queue}")}
    assert list(described) == COLUMNS
    assert described["source_record"].startswith("ROW<`topic` STRING, `partition` INT, `offset` BIGINT")
    ran = shop.cloud.post(f"SELECT i FROM {topic}", sql__tables__scan__bounded__mode="latest-offset")
    assert [row["row"] for row in ran.rows()] == [["7"], ["8"]]
    found = letters(shop, queue)
    assert [row["source_record"][2] for row in found] == ["1", "2", "3"]
    assert "does not begin with a schema id" in found[0]["error_message"]
    assert found[1]["error_message"] == "No schema has the id 1000000."
    assert found[2]["error_message"].startswith("A record could not be read as Avro")
    first = found[0]
    assert (first["error_reason"], first["affected_name"], first["statement_name"]) == (
        "DESERIALIZATION_ERROR",
        topic,
        ran.name,
    )
    source = first["source_record"]
    assert (source[0], source[1], source[4]) == (topic, "0", "CreateTime")
    assert (source[6], source[7]) == (f"x'{b'k'.hex()}'", f"x'{PILL.hex()}'")


def test_an_insert_goes_on_and_the_default_table_is_error_log(shop: OptionsShop) -> None:
    topic, sink = poisoned(shop), shop.table(rows="")
    shop.cloud.run(f"ALTER TABLE {topic} SET ('error-handling.mode' = 'log')")
    insert = shop.cloud.post(f"INSERT INTO {sink} SELECT i FROM {topic}")
    assert [row["row"] for row in shop.cloud.post(f"SELECT i FROM {sink}").rows(2)] == [["7"], ["8"]]
    assert insert.phase == "RUNNING"
    shop.produce(topic, PILL, shop.framed(topic, SEVEN))
    assert len(shop.cloud.post(f"SELECT i FROM {sink}").rows(3)) == 3
    assert [row["source_record"][2] for row in letters(shop, "error_log") if row["affected_name"] == topic] == [
        "1",
        "2",
        "3",
        "5",
    ]
    insert.delete()


def test_a_table_that_is_made_with_it(shop: OptionsShop) -> None:
    queue = shop.name()
    options = {"error-handling.mode": "log", "error-handling.log.target": queue, "value.format": "json-registry"}
    made = shop.table(options, rows="(1)")
    assert [queue] in shop.cloud.query("SHOW TABLES")
    wrong = shop.framed(made, json.dumps({"i": "one"}).encode())
    shop.produce(made, wrong)
    assert shop.numbers(made) == [1]
    ((said,),) = shop.cloud.query(f"SELECT error_message FROM {queue}")
    assert said.startswith("A record could not be read as JSON")


def test_what_cannot_be_logged_is_refused_and_changes_nothing(shop: OptionsShop) -> None:
    topic, other = shop.topic(), shop.table(rows="")
    before = snapshot(shop.cloud)
    for target, said in ((topic, "is the table itself"), (other, "has other columns than a dead letter queue")):
        sql = f"ALTER TABLE {topic} SET ('error-handling.mode' = 'log', 'error-handling.log.target' = '{target}')"
        assert said in shop.cloud.refusal(sql)
    sql = "CREATE TABLE never (m ARRAY<INT>, i AS nothing) WITH ('error-handling.mode' = 'log', "
    shop.cloud.refusal(f"{sql} 'error-handling.log.target' = 'never_log')")
    as_select = "CREATE TABLE never WITH ('error-handling.mode' = 'log', 'error-handling.log.target' = 'never_log') AS"
    said = shop.cloud.refusal(f"{as_select} SELECT i, COUNT(*) AS n FROM {other} GROUP BY i")
    assert "Column 'i' is nullable" in said
    shop.cloud.register("taken_log-value", json.dumps({"type": "record", "name": "taken", "fields": []}))
    before["subjects"]["taken_log-value"] = snapshot(shop.cloud)["subjects"]["taken_log-value"]
    shop.cloud.refusal(
        f"ALTER TABLE {topic} SET ('error-handling.mode' = 'log', 'error-handling.log.target' = 'taken_log')"
    )
    assert snapshot(shop.cloud) == before


def test_a_queue_that_is_gone_is_told_before_anything_is_read(shop: OptionsShop) -> None:
    topic, queue = poisoned(shop), shop.name()
    handle(shop, topic, "log", queue)
    shop.cloud.run(f"DROP TABLE {queue}")
    assert f"The dead letter queue '{queue}' is gone: write ALTER TABLE" in shop.cloud.refusal(f"SELECT i FROM {topic}")
    handle(shop, topic, "log")
    assert shop.numbers(topic) == [7, 8]


def test_whoever_reads_needs_the_right_to_write_about_it(shop: OptionsShop) -> None:
    topic, queue = poisoned(shop), shop.name()
    handle(shop, topic, "log", queue)
    place = Place(shop.cloud)
    reader = place.account()
    for role, crn in (
        ("FlinkDeveloper", place.kafka_crn.partition("/cloud-cluster")[0]),
        ("DeveloperRead", f"{place.kafka_crn}/topic=*"),
        ("DeveloperRead", f"{place.registry_crn}/subject=*"),
    ):
        place.grant(reader, role, crn)
    spec = {
        "statement": f"SELECT i FROM {topic}",
        "properties": {"sql.current-catalog": "lab", "sql.current-database": "shop"},
        "compute_pool_id": shop.cloud.pool,
        "principal": reader,
    }
    name = f"read-{uuid.uuid4().hex}"
    shop.cloud.call("POST", shop.cloud.statements, {"name": name, "spec": spec})
    status = Ran(shop.cloud, name).until(*ENDED)
    assert status["phase"] == "FAILED"
    assert f"may not write to '{queue}', the dead letter queue of the table '{topic}'" in status["detail"]
