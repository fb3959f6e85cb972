"""Tables that generate their rows: ``rows-per-second``, ``number-of-rows`` and the options ``fields.*``."""

from __future__ import annotations

import functools
import re
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.support.snapshot import snapshot
from tests.support.words import JAVA
from workshop.clone import wait_until

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration

ID = "'fields.id.expression' = '#{Number.numberBetween ''1'',''10''}'"


def create(cloud: LocalCloud, columns: str, *options: str, more: str = "") -> str:
    """Create one, return its name."""
    name = f"made_up_{uuid.uuid4().hex[:12]}"
    given = ", ".join(("'connector' = 'faker'", *options))
    cloud.run(f"CREATE TABLE {name} ({columns}) {more} WITH ({given})")
    return name


def test_a_column_has_values_of_its_expression_and_its_type(cloud: LocalCloud) -> None:
    made = create(
        cloud,
        "id INT NOT NULL, account VARCHAR(20), amount DECIMAL(10, 2), at_ TIMESTAMP_LTZ(3), tags ARRAY<STRING>,"
        " who ROW<name STRING, age SMALLINT>, sizes MAP<STRING, DOUBLE>, fixed BIGINT, gone STRING",
        "'number-of-rows' = '5'",
        ID,
        "'fields.account.expression' = 'ACC#{numerify ''###''}'",
        "'fields.amount.expression' = '#{Commerce.price}'",
        "'fields.at_.expression' = '#{date.past ''5'',''SECONDS''}'",
        "'fields.tags.expression' = '#{Options.option ''a'',''b''}', 'fields.tags.length' = '3'",
        "'fields.who.name.expression' = '#{Name.fullName}', 'fields.who.age.expression' = '30'",
        "'fields.sizes.key.expression' = 'x', 'fields.sizes.value.expression' = '1.5'",
        "'fields.fixed.expression' = '220'",
        "'fields.gone.expression' = 'never', 'fields.gone.null-rate' = '1'",
    )
    rows = cloud.query(f"SELECT *, at_ BETWEEN $rowtime - INTERVAL '1' MINUTE AND $rowtime FROM {made}")
    assert len(rows) == 5
    for number, account, amount, _, tags, who, sizes, fixed, gone, is_now in rows:
        assert 1 <= int(number) < 10
        assert re.fullmatch(r"ACC\d{3}", account)
        assert re.fullmatch(r"\d+\.\d\d", amount)
        assert len(tags) == 3
        assert set(tags) <= {"a", "b"}
        assert who[0]
        assert [who[1], sizes, fixed, gone, is_now] == ["30", [["x", "1.5"]], "220", None, "TRUE"]


def test_each_statement_gets_rows_of_its_own_without_end(cloud: LocalCloud) -> None:
    made = create(
        cloud,
        "id STRING, at_ TIMESTAMP_LTZ(3), twice AS id || id, WATERMARK FOR at_ AS at_ - INTERVAL '1' SECOND",
        "'rows-per-second' = '100'",
        "'fields.id.expression' = '#{Internet.uuid}', 'fields.at_.expression' = '#{date.past ''1'',''SECONDS''}'",
        more="DISTRIBUTED BY HASH(id) INTO 2 BUCKETS",
    )
    found = []
    for _ in range(2):
        ran = cloud.post(f"SELECT id, twice FROM {made}")
        found.append({row["row"][0] for row in ran.rows(20)})
        ran.delete()
    assert not found[0] & found[1]
    windows = cloud.post(
        "SELECT window_start, COUNT(*) FROM"
        f" TABLE(TUMBLE(TABLE {made}, DESCRIPTOR(at_), INTERVAL '1' SECOND)) GROUP BY window_start, window_end"
    )
    assert len(windows.rows(2)) >= 2
    windows.delete()
    shown = cloud.query(f"SHOW CREATE TABLE {made}")[0][0]
    assert "'connector' = 'faker'" in shown
    assert "DISTRIBUTED BY HASH(`id`) INTO 2 BUCKETS" in shown
    assert "WATERMARK FOR `at_`" in shown
    again = shown.replace(f"`{made}`", f"`{made}_again`")
    cloud.run(again)
    assert cloud.query(f"SHOW CREATE TABLE {made}_again")[0][0] == again
    assert not [topic for topic in snapshot(cloud)["topics"] if made in topic]


def test_a_newer_row_replaces_an_older_one_of_its_key(cloud: LocalCloud) -> None:
    made = create(
        cloud,
        "id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED",
        *(ID, "'number-of-rows' = '200'", "'fields.name.expression' = '#{Name.fullName}'"),
    )
    ran = cloud.post(f"SELECT COUNT(*) FROM {made}")
    counts = [row["row"][0] for row in ran.rows()]
    assert int(counts[-1]) <= 9
    cloud.run(f"CREATE TABLE {made}_kept AS SELECT id, name FROM {made}")
    assert "PRIMARY KEY (`id`)" in cloud.query(f"SHOW CREATE TABLE {made}_kept")[0][0]
    assert len(cloud.query(f"SELECT * FROM {made}_kept")) <= 9


def count(cloud: LocalCloud, table: str) -> int:
    """Return the number of rows of a table now."""
    return int(cloud.query(f"SELECT COUNT(*) FROM {table}")[0][0])


def has_more(cloud: LocalCloud, table: str, before: int) -> bool:
    """Whether a table has more rows than before."""
    return count(cloud, table) > before


@pytest.mark.parametrize("source", ["made up", "examples"])
def test_a_statement_that_writes_generated_rows_stops_and_goes_on(cloud: LocalCloud, source: str) -> None:
    table = "examples.marketplace.orders"
    if source == "made up":
        table = create(cloud, "order_id STRING", "'fields.order_id.expression' = '#{Internet.uuid}'")
    kept = f"kept_{uuid.uuid4().hex[:12]}"
    cloud.run(f"CREATE TABLE {kept} (order_id STRING) DISTRIBUTED INTO 1 BUCKETS")
    insert = cloud.post(f"INSERT INTO {kept} SELECT order_id FROM {table}")
    for _ in range(2):
        insert.until("RUNNING")
        wait_until(functools.partial(has_more, cloud, kept, count(cloud, kept)), "rows")
        insert.set(stopped=True)
        insert.until("STOPPED")
        assert cloud.query("SELECT 1") == [["1"]], "the statuses of other statements"
        insert.set(stopped=False)
    insert.delete()


def test_options_watermark_and_computed_columns_change(cloud: LocalCloud) -> None:
    made = create(
        cloud,
        "id INT, at_ TIMESTAMP_LTZ(3), WATERMARK FOR at_ AS at_",
        *(ID, "'fields.at_.expression' = '#{date.past ''1'',''SECONDS''}'"),
    )
    for change in (
        "SET ('rows-per-second' = '20', 'number-of-rows' = '3')",
        "MODIFY WATERMARK FOR at_ AS at_ - INTERVAL '10' SECONDS",
        "ADD (next_id AS id + 1)",
    ):
        cloud.run(f"ALTER TABLE {made} {change}")
    rows = cloud.query(f"SELECT id, next_id FROM {made}")
    assert [int(after) - int(before) for before, after in rows] == [1, 1, 1]
    assert "INTERVAL '10' SECOND" in cloud.query(f"SHOW CREATE TABLE {made}")[0][0]
    assert [made] in cloud.query("SHOW TABLES")
    assert cloud.query(
        f"SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.`COLUMNS` WHERE TABLE_NAME = '{made}' AND IS_GENERATED = 'YES'"
    ) == [["next_id"]]
    for change, sentence in {
        "SET ('kafka.retention.time' = '1 d')": "'kafka.retention.time' is a topic's",
        "SET ('connector' = 'confluent')": "'connector' cannot be changed",
        "SET ('fields.id.expression' = 'x')": "has made 'x', which is no INT",
        "ADD (more INT)": "stay as they are",
        "ADD (place BIGINT METADATA FROM 'offset' VIRTUAL)": "metadata of a Kafka record",
    }.items():
        assert sentence in cloud.refusal(f"ALTER TABLE {made} {change}"), change
    said = cloud.refusal(f"INSERT INTO {made} (id) VALUES (1)")
    assert f"'{made}' generates its rows, and cannot be written" in said
    cloud.run(f"DROP TABLE {made}")
    assert "does not exist" in cloud.refusal(f"SELECT * FROM {made}")


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        ("id INT, n INT", ID, "The column 'n' has no expression: add 'fields.n.expression'"),
        ("id INT", f"{ID}, 'fields.n.expression' = '1'", "'fields.n.expression' is of no column"),
        ("id INT", "'fields.id.expression' = '#{Nope.nope}'", "'#{Nope.nope}' of the column 'id' is none of Datafaker"),
        ("id INT", "'fields.id.expression' = '#{Name.fullName}'", "which is no INT"),
        ("id INT", f"{ID}, 'fields.id.null-rate' = '2'", "must be a number from 0 to 1"),
        ("id INT NOT NULL", f"{ID}, 'fields.id.null-rate' = '0.5'", "is NOT NULL"),
        ("id ARRAY<INT>", f"{ID}, 'fields.id.length' = '-1'", "must be a number from 0 to 10000"),
        ("id MULTISET<INT>", ID, "which cannot be generated"),
        ("id INT", f"{ID}, 'rows-per-second' = '0'", "must be a number from 1 to 100000"),
        ("id INT", f"{ID}, 'value.format' = 'json-registry'", "'value.format' is a topic's"),
        ("id INT", f"{ID}, 'changelog.mode' = 'retract'", "takes none back"),
        ("id INT", f"{ID}, 'changelog.mode' = 'upsert'", "needs a PRIMARY KEY"),
        ("id STRING", "'fields.id.expression' = '#{add_url ''en'',''file:/etc/hostname''}'", "reads a file"),
        ("id STRING", "'fields.id.expression' = '#{getFaker.addPath ''en'',''/etc''}'", "reads a file"),
    ],
)
def test_what_cannot_be_generated_is_refused(cloud: LocalCloud, columns: str, options: str, sentence: str) -> None:
    before = snapshot(cloud)
    said = cloud.refusal(f"CREATE TABLE never ({columns}) WITH ('connector' = 'faker', {options})")
    assert sentence in said
    assert not JAVA.search(said)
    assert snapshot(cloud) == before


def test_its_options_are_no_topics(cloud: LocalCloud) -> None:
    said = cloud.refusal(f"CREATE TABLE never (id INT) WITH ({ID})")
    assert "'fields.id.expression' is one of tables that generate their rows" in said
