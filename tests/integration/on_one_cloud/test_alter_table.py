"""ALTER TABLE: what no schema has is added, changed and dropped; what schemas have is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.options_shop import OptionsShop
from tests.support.snapshot import snapshot

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> OptionsShop:
    return OptionsShop(cloud)


@pytest.mark.parametrize("kind", ["inferred", "declared"])
def test_columns_that_no_schema_has(shop: OptionsShop, kind: str) -> None:
    table = shop.topic() if kind == "inferred" else shop.table(rows="")
    shop.cloud.run(f"INSERT INTO {table} (i) VALUES (1)")
    shop.cloud.run(f"ALTER TABLE {table} ADD part INT METADATA FROM 'partition' VIRTUAL")
    shop.cloud.run(f"ALTER TABLE {table} ADD (twice AS i * 2 COMMENT 'of i', `offset` BIGINT METADATA VIRTUAL)")
    assert shop.cloud.query(f"SELECT i, part, twice, `offset` FROM {table}") == [["1", "0", "2", "0"]]
    columns = {row[0]: row for row in shop.cloud.query(f"DESCRIBE {table}")}
    assert list(columns)[-3:] == ["part", "twice", "offset"]
    assert "METADATA FROM 'partition' VIRTUAL" in shop.shown(table)
    shop.cloud.run(f"ALTER TABLE {table} MODIFY twice AS i * 3")
    shop.cloud.run(f"ALTER TABLE {table} DROP part")
    assert shop.cloud.query(f"SELECT i, twice FROM {table}") == [["1", "3"]]
    assert "part" not in shop.shown(table).replace("partition", "").replace("PARTITION", "")
    shop.alter(table, scan__startup__mode="latest-offset")
    assert "`twice` AS" in shop.shown(table)


def test_headers_are_read_then_written(shop: OptionsShop) -> None:
    table = shop.table(rows="")
    shop.cloud.run(f"ALTER TABLE {table} ADD headers MAP<BYTES, BYTES> METADATA VIRTUAL")
    shop.cloud.run(f"ALTER TABLE {table} MODIFY headers MAP<STRING, STRING> METADATA")
    shop.cloud.run(f"INSERT INTO {table} SELECT 42, MAP['k1', 'v1', 'k2', 'v2']")
    ((i, k1, k2),) = shop.cloud.query(f"SELECT i, headers['k1'], headers['k2'] FROM {table}")
    assert (i, k1, k2) == ("42", "v1", "v2")


def test_a_watermark_is_changed_and_the_default_restored(shop: OptionsShop) -> None:
    table = shop.table()
    assert "WATERMARK" not in shop.shown(table)
    shop.cloud.run(f"ALTER TABLE {table} MODIFY WATERMARK FOR $rowtime AS $rowtime - INTERVAL '7' SECOND")
    shown = shop.shown(table)
    assert "WATERMARK FOR `$rowtime` AS `$rowtime` - INTERVAL '7' SECOND" in shown
    plan = shop.cloud.query(f"EXPLAIN SELECT i FROM {table}", sql__snapshot__mode="off")[0][0]
    assert "7000" in plan
    copy = shop.name()
    shop.cloud.run(shown.replace(table, copy))
    assert shop.shown(copy) == shown.replace(table, copy)
    shop.cloud.run(f"ALTER TABLE {table} ADD (twice AS i * 2)")
    assert "INTERVAL '7' SECOND" in shop.shown(table)
    shop.cloud.run(f"ALTER TABLE {table} DROP WATERMARK")
    assert "WATERMARK" not in shop.shown(table)
    shop.cloud.run(f"INSERT INTO {table} VALUES (4)")
    assert shop.numbers(table) == [1, 2, 3, 4]


def test_a_watermark_of_a_column(shop: OptionsShop) -> None:
    table = shop.table(columns="i INT, at_ TIMESTAMP_LTZ(3)", rows="")
    shop.cloud.run(f"ALTER TABLE {table} MODIFY WATERMARK FOR at_ AS at_ - INTERVAL '1' SECOND")
    assert "WATERMARK FOR `at_`" in shop.shown(table)
    assert "*ROWTIME*" in str(shop.cloud.query(f"DESCRIBE {table}"))


def test_a_raw_key_gets_a_type(shop: OptionsShop) -> None:
    topic = shop.topic()
    shop.produce(topic, shop.framed(topic, b"\x0e"), key="grün".encode())
    shop.cloud.run(f"ALTER TABLE {topic} MODIFY key STRING")
    assert shop.cloud.query(f"SELECT key, i FROM {topic}") == [["grün", "7"]]
    shop.cloud.run(f"INSERT INTO {topic} VALUES ('rot', 8)")
    assert sorted(shop.cloud.query(f"SELECT key, i FROM {topic}")) == [["grün", "7"], ["rot", "8"]]
    assert "needs one column in the key" in shop.cloud.refusal(f"ALTER TABLE {topic} MODIFY key ARRAY<INT>")


def test_a_renamed_metadata_column_gives_the_schemas_its_name_back(shop: OptionsShop) -> None:
    topic = shop.topic()
    shop.cloud.run(f"ALTER TABLE {topic} ADD extra TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL")
    fields = '[{"name": "i", "type": "int"}, {"name": "extra", "type": ["null", "string"], "default": null}]'
    shop.cloud.register(f"{topic}-value", f'{{"type": "record", "name": "Reading", "fields": {fields}}}')
    assert "`extra` TIMESTAMP" in shop.shown(topic)
    shop.cloud.run(f"ALTER TABLE {topic} DROP extra")
    assert "`extra` VARCHAR" in shop.shown(topic)


def test_envelopes_of_debezium_are_read_as_they_are(shop: OptionsShop) -> None:
    row = {"type": "record", "name": "Row", "fields": [{"name": "i", "type": "int"}]}
    fields = [
        {"name": "before", "type": ["null", row], "default": None},
        {"name": "after", "type": ["null", "Row"], "default": None},
        {"name": "op", "type": "string"},
    ]
    topic = shop.topic({"type": "record", "name": "Envelope", "fields": fields})
    shop.produce(topic, shop.framed(topic, b"\x00\x02\x0e\x02c"))  # no row before, 7 after, created
    assert shop.cloud.query(f"SELECT i FROM {topic}") == [["7"]]
    shop.cloud.run(f"ALTER TABLE {topic} SET ('value.format' = 'avro-registry', 'changelog.mode' = 'append')")
    assert shop.cloud.query(f"SELECT op, after.i, before FROM {topic}") == [["c", "7", None]]
    shop.cloud.run(f"ALTER TABLE {topic} RESET ('value.format', 'changelog.mode')")
    assert "'changelog.mode' = 'retract'" in shop.shown(topic)
    assert "does not fit the schema" in shop.cloud.refusal(
        f"ALTER TABLE {topic} SET ('value.format' = 'json-registry')"
    )
    other = shop.topic()
    said = shop.cloud.refusal(f"ALTER TABLE {other} SET ('value.format' = 'avro-debezium-registry')")
    assert "have the fields before, after and op" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ADD (more STRING)", "cannot be added by ALTER TABLE: register another version of the schema 'altered-value'"),
        ("DROP i", "cannot be dropped or renamed by ALTER TABLE"),
        ("MODIFY i BIGINT", "cannot be changed by ALTER TABLE"),
        ("RENAME i TO j", "ALTER TABLE RENAME is not supported"),
        ("RENAME TO other", "a topic cannot be renamed"),
        ("ADD PRIMARY KEY (i) NOT ENFORCED", "create another table with the key"),
        ("ADD WATERMARK FOR $rowtime AS $rowtime", "write ALTER TABLE ... MODIFY WATERMARK"),
        ("ADD DISTRIBUTION BY HASH (i) INTO 3 BUCKETS", "is not a statement of Confluent Cloud"),
        ("ADD (p INT METADATA FROM 'partition' VIRTUAL FIRST)", "FIRST and AFTER are not supported"),
        ("ADD (p INT METADATA FROM 'partitions' VIRTUAL)", "Did you mean 'partition'?"),
        ("ADD (p ARRAY<INT> METADATA FROM 'partition' VIRTUAL)", "cannot be ARRAY<INT>: write INT"),
        ("SET ('value.format' = 'json-registry')", "cannot be changed: create another table with it"),
        ("SET ('scan.startup.mode' = 'timestamp')", "needs 'scan.startup.timestamp-millis'"),
        ("RESET ('kafka.retention-time')", "Did you mean 'kafka.retention.time'?"),
    ],
)
def test_what_schemas_and_topics_have_is_refused(shop: OptionsShop, change: str, said: str) -> None:
    shop.cloud.run("CREATE TABLE IF NOT EXISTS altered (i INT)")
    before = snapshot(shop.cloud)
    assert said in shop.cloud.refusal(f"ALTER TABLE altered {change}")
    assert snapshot(shop.cloud) == before
