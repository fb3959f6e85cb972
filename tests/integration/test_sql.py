"""Confluent's SQL through its REST API: what tables, statements and compute pools do, one cloud for all of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.local_cloud import LocalCloud, built_jars
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

BOUNDED = "/*+ OPTIONS('scan.bounded.mode'='latest-offset') */"
CFUS = 5


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Yield it, with the table ``pets``: ages 3, 5 and 9."""
    started = LocalCloud(tmp_path_factory.mktemp("cloud") / "state", built_jars())
    try:
        started.run("CREATE TABLE pets (id INT, name STRING, age INT) DISTRIBUTED BY HASH(id) INTO 2 BUCKETS")
        started.run("INSERT INTO pets VALUES (1, 'ann', 3), (2, 'bob', 5), (3, 'cat', 9)")
        yield started
    finally:
        started.close()


# Tables


@pytest.mark.parametrize("format_of_key", ["avro-registry", "json-registry"])
def test_the_key_of_a_table_is_the_key_of_its_records(cloud: LocalCloud, format_of_key: str) -> None:
    name = f"keyed-{format_of_key}"
    cloud.run(
        f"CREATE TABLE `{name}` (a INT, k INT, b STRING) DISTRIBUTED BY HASH(k) INTO 3 BUCKETS"
        f" WITH ('key.format' = '{format_of_key}')"
    )
    cloud.run(f"INSERT INTO `{name}` VALUES (1, 7, 'x'), (2, 7, 'y'), (3, 8, 'z')")
    assert sorted(cloud.query(f"SELECT * FROM `{name}`")) == [["1", "7", "x"], ["2", "7", "y"], ["3", "8", "z"]]
    assert cloud.topic(name)["partitions_count"] == 3
    key = cloud.subject(f"{name}-key")
    assert key.get("schemaType", "AVRO") == format_of_key.partition("-")[0].upper()
    assert "k" in key["schema"]
    assert '"k"' not in cloud.subject(f"{name}-value")["schema"]


@pytest.mark.parametrize("format_of_value", ["avro-registry", "json-registry"])
def test_nested_columns_keep_every_digit(cloud: LocalCloud, format_of_value: str) -> None:
    name = f"nested-{format_of_value}"
    columns = (
        "id INT NOT NULL, items ARRAY<ROW<sku STRING, prices MAP<STRING, DECIMAL(8, 3)>, tags ARRAY<STRING>>>,"
        " who ROW<name STRING, seen ROW<moment TIMESTAMP_LTZ(3), born DATE>>, m MAP<STRING, ARRAY<ROW<a INT>>>"
    )
    cloud.run(f"CREATE TABLE `{name}` ({columns}) WITH ('value.format' = '{format_of_value}')")
    cloud.run(
        f"INSERT INTO `{name}` VALUES (1, ARRAY[ROW('x', MAP['eur', CAST(1.250 AS DECIMAL(8, 3))], ARRAY['p', 'q'])],"
        " ROW('ann', ROW(TO_TIMESTAMP_LTZ(1000, 3), DATE '2026-01-02')), MAP['k', ARRAY[ROW(7)]])"
    )
    items = [["x", [["eur", "1.250"]], ["p", "q"]]]
    who = ["ann", ["1970-01-01 00:00:01.000", "2026-01-02"]]
    assert cloud.query(f"SELECT * FROM `{name}`") == [["1", items, who, [["k", [["7"]]]]]]
    inner = f"SELECT items[1].prices['eur'] * 2, who.seen.born, m['k'][1].a FROM `{name}`"
    assert cloud.query(inner) == [["2.500", "2026-01-02", "7"]]


def test_options_of_a_table_are_settings_of_its_topic(cloud: LocalCloud) -> None:
    options = {
        "kafka.retention.time": "1 d",
        "kafka.retention.size": "10 mb",
        "kafka.max-message-size": "1 mb",
        "kafka.cleanup-policy": "delete-compact",
        "kafka.producer.compression.type": "gzip",
        "kafka.consumer.isolation-level": "read-uncommitted",
        "kafka.message-timestamp-type": "LogAppendTime",
    }
    given = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    cloud.run(f"CREATE TABLE tuned (k INT, v INT) DISTRIBUTED BY HASH(k) INTO 1 BUCKETS WITH ({given})")
    wanted = {
        "retention.ms": "86400000",
        "retention.bytes": "10485760",
        "max.message.bytes": "1048576",
        "cleanup.policy": "delete,compact",
        "message.timestamp.type": "LogAppendTime",
    }
    assert {key: cloud.topic_config("tuned", key) for key in wanted} == wanted
    cloud.run("INSERT INTO tuned VALUES (1, 2)")
    assert cloud.query("SELECT * FROM tuned") == [["1", "2"]]
    ((ddl,),) = cloud.query("SHOW CREATE TABLE tuned")
    assert all(f"'{key}' = '{value}'" in ddl for key, value in options.items())


def test_a_record_is_as_large_as_its_topic_allows(cloud: LocalCloud) -> None:
    cloud.run("CREATE TABLE documents (body STRING) DISTRIBUTED INTO 1 BUCKETS")
    assert "'kafka.max-message-size' = '2097164 bytes'" in cloud.query("SHOW CREATE TABLE documents")[0][0]
    assert cloud.topic_config("documents", "max.message.bytes") == "2097164"
    cloud.run("INSERT INTO documents VALUES (REPEAT('x', 2000000))")
    cloud.run("ALTER TABLE documents SET ('kafka.max-message-size' = '5 mb')")
    cloud.run("INSERT INTO documents VALUES (REPEAT('x', 4000000))")
    lengths = cloud.query("SELECT CHAR_LENGTH(body) FROM documents")
    assert sorted(lengths) == [["2000000"], ["4000000"]]


@pytest.mark.parametrize(
    ("mode", "rows"), [("append", [["1", "a"], ["1", "b"], ["2", "c"]]), ("upsert", [["1", "b"], ["2", "c"]])]
)
def test_a_changelog_mode_says_what_a_second_record_of_a_key_means(
    cloud: LocalCloud, mode: str, rows: list[list[str]]
) -> None:
    cloud.run(
        f"CREATE TABLE log_{mode} (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED) DISTRIBUTED INTO 1 BUCKETS"
        f" WITH ('changelog.mode' = '{mode}')"
    )
    for values in ("(1, 'a'), (2, 'c')", "(1, 'b')"):
        cloud.run(f"INSERT INTO log_{mode} VALUES {values}")
    assert sorted(cloud.query(f"SELECT * FROM log_{mode}")) == rows


def test_rows_of_a_retract_table_can_be_taken_back(cloud: LocalCloud) -> None:
    columns = "n BIGINT, headers MAP<STRING, BYTES> METADATA VIRTUAL"
    cloud.run(f"CREATE TABLE tally ({columns}) DISTRIBUTED INTO 3 BUCKETS WITH ('changelog.mode' = 'retract')")
    cloud.run(f"INSERT INTO tally SELECT COUNT(*) FROM pets {BOUNDED}")
    assert cloud.query("SELECT n FROM tally") == [["3"]]
    cloud.run("ALTER TABLE tally SET ('changelog.mode' = 'append')")
    written = cloud.query("SELECT n, headers['op'] FROM tally")
    changes = [["1", None], ["1", "x'01'"], ["2", "x'01'"], ["2", "x'02'"], ["3", "x'02'"]]
    assert sorted(written, key=str) == sorted(changes, key=str)
    assert "consuming update changes" in cloud.refusal(f"INSERT INTO tally SELECT COUNT(*) FROM pets {BOUNDED}")


def test_a_retract_table_may_have_a_key(cloud: LocalCloud) -> None:
    cloud.run(
        "CREATE TABLE parities (parity INT, n BIGINT, PRIMARY KEY (parity) NOT ENFORCED) DISTRIBUTED INTO 2 BUCKETS"
        " WITH ('changelog.mode' = 'retract', 'value.format' = 'json-registry')"
    )
    cloud.run(f"INSERT INTO parities SELECT MOD(id, 2), COUNT(*) FROM pets {BOUNDED} GROUP BY MOD(id, 2)")
    assert sorted(cloud.query("SELECT * FROM parities")) == [["0", "1"], ["1", "2"]]
    assert cloud.query("SELECT SUM(n) FROM parities") == [["3"]]
    assert "parity" in cloud.subject("parities-key")["schema"]


def test_a_table_made_of_a_query_and_views_upon_it(cloud: LocalCloud) -> None:
    cloud.run(
        "CREATE TABLE counts (PRIMARY KEY (parity) NOT ENFORCED) DISTRIBUTED BY HASH(parity) INTO 1 BUCKETS"
        " WITH ('value.format' = 'json-registry') AS SELECT COALESCE(MOD(age, 2), 0) AS parity, COUNT(*) AS n"
        f" FROM pets {BOUNDED} GROUP BY COALESCE(MOD(age, 2), 0)"
    )
    assert cloud.query("SELECT * FROM counts") == [["1", "3"]]
    cloud.run("CREATE VIEW odd AS SELECT n FROM counts WHERE parity = 1")
    cloud.run("CREATE VIEW odder (m) COMMENT 'twice' AS SELECT n * 2 FROM odd")
    cloud.run("CREATE VIEW IF NOT EXISTS odd AS SELECT 1")
    assert cloud.query("SELECT m FROM odder") == [["6"]]
    assert cloud.query("SHOW VIEWS") == [["odd"], ["odder"]]
    assert "CREATE VIEW" in cloud.query("SHOW CREATE VIEW odder")[0][0]
    for name in ("odder", "odd"):
        cloud.run(f"DROP VIEW {name}")
    cloud.run("DROP TABLE counts")
    assert cloud.query("SHOW VIEWS") == []
    assert "does not exist" in cloud.refusal("SELECT * FROM counts")


def test_a_view_is_renamed_and_given_another_query(cloud: LocalCloud) -> None:
    cloud.run("CREATE VIEW ids COMMENT 'said' AS SELECT id FROM pets")
    assert cloud.post("ALTER VIEW ids RENAME TO infants").until("COMPLETED")["traits"]["sql_kind"] == "ALTER_VIEW"
    assert cloud.query("SHOW VIEWS") == [["infants"]]
    assert "'ids' does not exist" in cloud.refusal("SELECT * FROM ids")
    cloud.run("ALTER VIEW infants AS SELECT name, age FROM pets WHERE age < 4")
    assert cloud.query("SELECT * FROM infants") == [["ann", "3"]]
    assert "said" in cloud.query("SHOW CREATE VIEW infants")[0][0]
    for sql, sentence in {
        "ALTER VIEW infants RENAME TO pets": "already exists",
        "ALTER VIEW infants AS SELECT name FROM infants": "'infants' would be made of itself",
        "ALTER VIEW infants AS\n  SELECT nope FROM pets": "From line 2, column 10 to line 2, column 13: Column 'nope'",
        "ALTER VIEW infants SET ('k' = 'v')": 'SQL parse failed. Encountered "SET" at line 1, column 20.',
        "ALTER VIEW infants RENAME TO `INFORMATION_SCHEMA`.infants": "write RENAME TO `infants`",
        "ALTER VIEW nope AS SELECT 1": "`lab`.`shop`.`nope` doesn't exist",
    }.items():
        assert sentence in cloud.refusal(sql), sql
    assert cloud.query("SELECT * FROM infants") == [["ann", "3"]]
    cloud.run("DROP VIEW infants")


def test_computed_and_metadata_columns_and_a_watermark_are_kept(cloud: LocalCloud) -> None:
    cloud.run(
        "CREATE TABLE timed (k INT, seen TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', part INT METADATA FROM 'partition'"
        " VIRTUAL, twice AS k * 2, WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) DISTRIBUTED INTO 1 BUCKETS"
        " WITH ('kafka.retention.time' = '0')"  # else records of 1970 may go
    )
    cloud.run("INSERT INTO timed VALUES (1, TO_TIMESTAMP_LTZ(1000, 3)), (2, TO_TIMESTAMP_LTZ(62000, 3))")
    rows = cloud.query("SELECT k, seen, part, twice FROM timed ORDER BY k")
    assert rows == [["1", "1970-01-01 00:00:01.000", "0", "2"], ["2", "1970-01-01 00:01:02.000", "0", "4"]]
    described = {row[0]: row for row in cloud.query("DESCRIBE timed")}
    assert list(described) == ["k", "seen", "part", "twice"]
    assert described["twice"][3] == "AS `k` * 2"
    assert described["seen"][1] == "TIMESTAMP_LTZ(3) *ROWTIME*"
    assert described["seen"][3] == "METADATA FROM 'timestamp', WATERMARK AS `seen` - INTERVAL '1' SECOND"
    assert described["part"][3] == "METADATA FROM 'partition' VIRTUAL"
    *_, hidden = cloud.query("DESCRIBE EXTENDED timed")
    assert hidden == ["$rowtime", "TIMESTAMP_LTZ(3)", "NOT NULL", "METADATA VIRTUAL", "SYSTEM"]
    columns = "COLUMN_NAME, DATA_TYPE, IS_GENERATED, GENERATION_EXPRESSION, IS_METADATA, METADATA_KEY, IS_PERSISTED"
    time_type = "TIMESTAMP_WITH_LOCAL_TIME_ZONE"
    assert cloud.query(f"SELECT {columns} FROM INFORMATION_SCHEMA.`COLUMNS` WHERE TABLE_NAME = 'timed'") == [
        ["k", "INTEGER", "NO", None, "NO", None, "YES"],
        ["seen", time_type, "NO", None, "YES", "timestamp", "YES"],
        ["part", "INTEGER", "NO", None, "YES", "partition", "NO"],
        ["twice", "INTEGER", "YES", "`k` * 2", "NO", None, "NO"],
        ["$rowtime", time_type, "NO", None, "YES", "timestamp", "NO"],
    ]
    watermark = "IS_WATERMARKED, WATERMARK_COLUMN, WATERMARK_EXPRESSION, WATERMARK_IS_HIDDEN"
    tables = f"SELECT {watermark} FROM INFORMATION_SCHEMA.`TABLES` WHERE TABLE_NAME"
    assert cloud.query(f"{tables} = 'timed'") == [["YES", "seen", "`seen` - INTERVAL '1' SECOND", "NO"]]
    assert cloud.query(f"{tables} = 'pets'") == [["YES", "$rowtime", "SOURCE_WATERMARK()", "YES"]]


# The time of a record


def test_every_table_has_the_time_of_its_records(cloud: LocalCloud) -> None:
    ran = cloud.post("SELECT $rowtime, name FROM pets", sql__snapshot__mode="now")
    rows = [row["row"] for row in ran.rows()]
    assert sorted(name for _, name in rows) == ["ann", "bob", "cat"]
    assert all(time.strftime("%Y-", time.gmtime()) in at for at, _ in rows)
    column = ran.shown["status"]["traits"]["schema"]["columns"][0]
    kind = {"type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "nullable": False, "precision": 3}
    assert column == {"name": "$rowtime", "type": kind}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM pets WHERE $rowtime > TO_TIMESTAMP_LTZ(0, 3)",
        "SELECT p.* FROM pets AS p WHERE p.`$rowtime` IS NOT NULL",
        "SELECT pets.* FROM pets, (SELECT MAX($rowtime) AS latest FROM pets) AS t WHERE latest IS NOT NULL",
    ],
)
def test_a_star_leaves_the_time_out(cloud: LocalCloud, sql: str) -> None:
    assert sorted(cloud.query(sql)) == [["1", "ann", "3"], ["2", "bob", "5"], ["3", "cat", "9"]]


def test_the_time_is_a_hidden_column(cloud: LocalCloud) -> None:
    assert [row[0] for row in cloud.query("DESCRIBE pets")] == ["id", "name", "age"]
    assert "$rowtime" not in cloud.query("SHOW CREATE TABLE pets")[0][0]
    *_, hidden = cloud.query("DESCRIBE EXTENDED pets")
    assert hidden == [
        "$rowtime",
        "TIMESTAMP_LTZ(3) *ROWTIME*",
        "NOT NULL",
        "METADATA VIRTUAL, WATERMARK AS `SOURCE_WATERMARK`()",
        "SYSTEM",
    ]
    assert len(cloud.query("SELECT *, $rowtime FROM pets")[0]) == 4
    columns = "SELECT COLUMN_NAME, IS_HIDDEN FROM INFORMATION_SCHEMA.`COLUMNS` WHERE TABLE_NAME = 'pets'"
    assert cloud.query(columns) == [["id", "NO"], ["name", "NO"], ["age", "NO"], ["$rowtime", "YES"]]
    cloud.run(f"CREATE TABLE copied AS SELECT * FROM pets {BOUNDED} WHERE $rowtime IS NOT NULL")
    cloud.run("CREATE TABLE liked LIKE pets")
    for name in ("copied", "liked"):
        assert [row[0] for row in cloud.query(f"DESCRIBE {name}")] == ["id", "name", "age"]
    assert "$rowtime" in cloud.refusal("INSERT INTO pets (id, $rowtime) VALUES (1, CURRENT_TIMESTAMP)")


def test_windows_over_the_time(cloud: LocalCloud) -> None:
    window = "TABLE(TUMBLE(TABLE pets, DESCRIPTOR($rowtime), INTERVAL '1' DAY))"
    counted = f"SELECT COUNT(*), SUM(age) FROM {window} GROUP BY window_start, window_end"
    assert cloud.query(counted) == [["3", "17"]]
    assert [row["row"] for row in cloud.post(counted, sql__tables__scan__bounded__mode="latest-offset").rows()] == [
        ["3", "17"]
    ]
    cloud.run("CREATE VIEW aged AS SELECT $rowtime AS seen, age FROM pets")
    window = "TABLE(TUMBLE(TABLE aged, DESCRIPTOR(seen), INTERVAL '1' DAY))"
    assert cloud.query(f"SELECT SUM(age) FROM {window} GROUP BY window_start, window_end") == [["17"]]
    cloud.run("DROP VIEW aged")


def test_the_clouds_watermark_on_a_column_of_ones_own(cloud: LocalCloud) -> None:
    cloud.run(
        "CREATE TABLE seen (n INT, at_ TIMESTAMP_LTZ(3), WATERMARK FOR at_ AS SOURCE_WATERMARK())"
        " DISTRIBUTED INTO 1 BUCKETS"
    )
    cloud.run("INSERT INTO seen VALUES (1, TO_TIMESTAMP_LTZ(1000, 3)), (2, TO_TIMESTAMP_LTZ(61000, 3))")
    window = "TABLE(TUMBLE(TABLE seen, DESCRIPTOR(at_), INTERVAL '1' MINUTE))"
    assert cloud.query(f"SELECT SUM(n) FROM {window} GROUP BY window_start, window_end") == [["1"], ["2"]]


def test_a_window_closes_when_time_has_passed(cloud: LocalCloud) -> None:
    cloud.run("CREATE TABLE beats (n INT) DISTRIBUTED INTO 1 BUCKETS")
    cloud.run("INSERT INTO beats VALUES (1), (2)")
    window = "TABLE(TUMBLE(TABLE beats, DESCRIPTOR($rowtime), INTERVAL '1' SECOND))"
    counting = cloud.post(f"SELECT COUNT(*) FROM {window} GROUP BY window_start, window_end")
    counting.until("RUNNING")
    time.sleep(1.1)
    cloud.run("INSERT INTO beats VALUES (3)")
    assert sum(int(row["row"][0]) for row in counting.rows(1)) >= 1
    counting.delete()


# What is there


def test_what_is_there_is_shown(cloud: LocalCloud) -> None:
    assert ["pets"] in cloud.query("SHOW TABLES")
    assert cloud.query("SHOW TABLES LIKE 'pet%'") == [["pets"]]
    assert cloud.query("SHOW DATABASES") == [["shop", cloud.cluster]]
    assert ["lab", cloud.environment] in cloud.query("SHOW CATALOGS")
    assert cloud.query("SHOW CURRENT CATALOG") == [["lab"]]
    assert cloud.query("SHOW CURRENT DATABASE") == [["shop"]]
    assert [row[:2] for row in cloud.query("SHOW COLUMNS FROM pets")] == [
        ["id", "INT"],
        ["name", "STRING"],
        ["age", "INT"],
    ]
    assert ["UPPER"] in [[row[0].upper()] for row in cloud.query("SHOW FUNCTIONS")]
    for sql in ("SELECT name FROM pets", "INSERT INTO pets SELECT * FROM pets"):
        ((plan,),) = cloud.query(f"EXPLAIN {sql}")
        assert "TableSourceScan(table=[[lab, shop, pets" in plan


def test_keys_are_constraints(cloud: LocalCloud) -> None:
    cloud.run("CREATE TABLE lines (shop INT, number INT, what STRING, PRIMARY KEY (number, shop) NOT ENFORCED)")
    where = f"WHERE CONSTRAINT_SCHEMA = 'shop' AND TABLE_CATALOG_ID = '{cloud.environment}' AND TABLE_NAME = 'lines'"
    constraints = f"SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE, ENFORCED FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS {where}"
    assert cloud.query(constraints) == [["PK_number_shop", "PRIMARY KEY", "NO"]]
    usage = (
        "SELECT CONSTRAINT_CATALOG, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION"
        f" FROM lab.INFORMATION_SCHEMA.KEY_COLUMN_USAGE {where}"
    )
    assert cloud.query(usage) == [
        ["lab", "PK_number_shop", "number", "1"],
        ["lab", "PK_number_shop", "shop", "2"],
    ]
    databases = "SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.`DATABASES`"
    assert cloud.query(databases) == [["shop"], ["INFORMATION_SCHEMA"]]


def test_versions_of_a_model(cloud: LocalCloud) -> None:
    cloud.connect("openai", "OPENAI", f"{cloud.endpoint}/v1/embeddings", {"API_KEY": "k"})
    options = "'TASK' = 'embedding', 'PROVIDER' = 'openai', 'OPENAI.CONNECTION' = 'openai', 'OPENAI.MODEL_VERSION'"

    def make(version: str) -> str:
        return f"CREATE MODEL embed INPUT (text STRING) OUTPUT (v ARRAY<FLOAT>) WITH ({options} = '{version}')"

    def shown(name: str) -> str:
        text: str = cloud.query(f"SHOW CREATE MODEL `{name}`")[0][0]
        return text

    cloud.run(make("one"))
    cloud.run(make("two"))
    assert cloud.query("SHOW MODELS") == [["embed"]]
    assert "'one'" in shown("embed")
    assert "'two'" in shown("embed$2")
    altered = cloud.post("ALTER MODEL embed SET ('default_version' = '2')").until("COMPLETED")
    assert altered["traits"]["sql_kind"] == "ALTER_MODEL"
    assert "'two'" in shown("embed")
    cloud.run("ALTER MODEL `embed$1` SET ('openai.model_version' = 'three', 'tag' = 'old')")
    assert "'three'" in shown("embed$1")
    cloud.run("ALTER MODEL `embed$1` RESET ('tag')")
    assert "'tag'" not in shown("embed$1")
    cloud.run("ALTER MODEL IF EXISTS nope SET ('tag' = 'x')")
    cloud.run("ALTER MODEL IF EXISTS nope RENAME TO nobody")
    cloud.run("ALTER MODEL embed RENAME TO embedding")
    assert cloud.query("SHOW MODELS") == [["embedding"]]
    for sql, sentence in {
        "ALTER MODEL nope RENAME TO nobody": "`lab`.`shop`.`nope` doesn't exist",
        "ALTER MODEL embedding SET ('openai.connection' = 'nope')": "The connection 'nope' of model 'embedding'",
        "ALTER MODEL embedding SET ('default_version' = '9')": "has no version '9'; it has 1, 2.",
        "ALTER MODEL embedding\nADD (a INT)": 'SQL parse failed. Encountered "ADD" at line 2, column 1.',
        make("one").replace("embed ", "embedding ").replace("(v ", "(w "): "is there with another OUTPUT",
    }.items():
        assert sentence in cloud.refusal(sql), sql
    cloud.run("DROP MODEL embedding")
    assert "'three'" in shown("embedding")
    cloud.run("DROP MODEL IF EXISTS `embedding$all`")
    assert cloud.query("SHOW MODELS") == []


def test_a_new_statement_sees_a_new_schema(cloud: LocalCloud) -> None:
    cloud.run("CREATE TABLE grows (id INT) DISTRIBUTED INTO 1 BUCKETS")
    cloud.run("INSERT INTO grows VALUES (1)")
    before = cloud.post("SELECT * FROM grows")
    before.until("RUNNING")
    schema = json.loads(cloud.subject("grows-value")["schema"])
    schema["fields"].append({"name": "color", "type": ["null", "string"], "default": None})
    cloud.register("grows-value", json.dumps(schema))
    cloud.run("INSERT INTO grows VALUES (2, 'red')")
    assert cloud.query("SELECT id, color FROM grows ORDER BY id") == [["1", None], ["2", "red"]]
    assert [row["row"] for row in before.rows(2)] == [["1"], ["2"]]
    before.delete()


# Statements


def test_several_inserts_as_one_statement_lose_nothing(cloud: LocalCloud) -> None:
    for name in ("young", "grown"):
        cloud.run(f"CREATE TABLE {name} (id INT)")
    cloud.run(
        f"EXECUTE STATEMENT SET BEGIN INSERT INTO young SELECT id FROM pets {BOUNDED} WHERE age < 4;"
        f" INSERT INTO grown SELECT id FROM pets {BOUNDED} WHERE age > 4; INSERT INTO grown VALUES (99); END"
    )
    assert cloud.query("SELECT * FROM young") == [["1"]]
    assert sorted(cloud.query("SELECT * FROM grown")) == [["2"], ["3"], ["99"]]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT\n  name\nFORM pets", 'SQL parse failed. Encountered "pets" at line 3, column 6.'),
        ("SELECT 'a' ||", 'SQL parse failed. Encountered "|| <EOF>" at line 1, column 12.'),
        ("SELECT name,\n  nope\nFROM pets", "From line 2, column 3 to line 2, column 6: Column 'nope' not found"),
        ("SELECT *\nFROM nope", "From line 2, column 6 to line 2, column 9: Table (or view) 'nope' does not exist"),
        ("SELECT\n  name * 2 FROM pets", "From line 2, column 3 to line 2, column 10: Cannot apply '*'"),
        ("SELECT NOPE(name) FROM pets", "From line 1, column 8 to line 1, column 17: No match found for function"),
        ("INSERT INTO pets VALUES ('x', 'y', 1)", "Incompatible types for sink column 'id' at position 1"),
        ("INSERT INTO nope SELECT 1", "'`lab`.`shop`.`nope`' does not exist, or you do not have permission"),
        ("CREATE TABLE pets (id INT)", "already exists"),
        ("CREATE TABLE t (id INT) WITH ('kafka.nonsense' = '1')", "Unsupported options found: 'kafka.nonsense'."),
        ("CREATE TABLE t (id INT) WITH ('kafka.retention.time' = 'soon')", "is not a duration; write one like '7 d'"),
        ("CREATE TABLE t (id INT) WITH ('changelog.mode' = 'delete')", "use one of 'append', 'retract', 'upsert'"),
        ("CREATE TABLE t (id INT) WITH ('changelog.mode' = 'upsert')", "needs a PRIMARY KEY"),
        ("SET 'sql.state-ttl' = '1 h'", "pass the property with the statement instead"),
        ("USE CATALOG lab", "pass sql.current-catalog and sql.current-database with the statement"),
        ("CREATE FUNCTION f AS 'com.example.F'", "CREATE FUNCTION is not supported by the local cloud"),
        ("SHOW JOBS", "list statements through its API"),
        ("DROP TABLE nope", "does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(cloud: LocalCloud, sql: str, sentence: str) -> None:
    detail = cloud.refusal(sql)
    assert sentence in detail
    assert "Exception" not in detail
    assert "\n" not in detail


def test_a_result_is_read_page_by_page(cloud: LocalCloud) -> None:
    ran = cloud.post("SELECT id FROM pets")
    ran.until("RUNNING")
    first, following = ran.page()
    assert ran.page() == (first, following), "the same page as often as it is asked for"
    assert following
    assert sorted(row["row"][0] for row in ran.rows(3)) == ["1", "2", "3"]
    assert ran.set(stopped=True)["spec"]["stopped"]
    ran.until("STOPPED")
    assert cloud.post("SELECT id FROM pets", sql__snapshot__mode="now").rows(100)
    assert cloud.post("DROP TABLE IF EXISTS nope").rows() == []


def test_an_insert_is_stopped_and_goes_on_where_it_was(cloud: LocalCloud) -> None:
    for name in ("drops", "pool"):
        cloud.run(f"CREATE TABLE {name} (id INT) DISTRIBUTED INTO 1 BUCKETS")
    insert = cloud.post("INSERT INTO pool SELECT id FROM drops")
    insert.until("RUNNING")

    def found() -> list[str]:
        return sorted(row[0] for row in cloud.query("SELECT id FROM pool"))

    cloud.run("INSERT INTO drops VALUES (1), (2)")
    wait_until(lambda: found() == ["1", "2"], "the first two")
    insert.set(stopped=True)
    stopped = insert.until("STOPPED")
    assert stopped["latest_offsets"] == {"drops": "partition:0,offset:" + stopped["latest_offsets"]["drops"][19:]}
    assert "scaling_status" not in stopped
    cloud.run("INSERT INTO drops VALUES (3)")
    insert.set(stopped=False)
    assert insert.until("RUNNING")["scaling_status"]["scaling_state"] == "OK"
    wait_until(lambda: found() == ["1", "2", "3"], "the third, and none twice")
    insert.delete()


def test_what_fails_while_it_runs_says_why(cloud: LocalCloud) -> None:
    query = cloud.post("SELECT 1 / (age - 3) FROM pets")
    status = query.until("FAILED")
    assert "by zero" in status["detail"]
    assert set(status) == {"phase", "detail", "traits"}


def test_a_degraded_statement_runs_on(cloud: LocalCloud) -> None:
    query = cloud.post("SELECT id FROM pets", name="limps")
    query.until("RUNNING")
    cloud.set_faults("statement.limps=DEGRADED")
    assert "statement.limps=DEGRADED" in query.until("DEGRADED")["detail"]
    assert len(query.rows(3)) == 3
    cloud.set_faults()
    assert query.until("RUNNING")["detail"] == ""
    query.delete()


def test_a_pool_runs_no_more_than_its_cfus(cloud: LocalCloud) -> None:
    pool = cloud.make_pool(CFUS)
    running = [cloud.post("SELECT id FROM pets", pool) for _ in range(CFUS)]
    for one in running:
        one.until("RUNNING")
    waiting = cloud.post("SELECT name FROM pets", pool)
    status = waiting.shown["status"]
    assert (status["phase"], status["scaling_status"]["scaling_state"]) == ("PENDING", "POOL_EXHAUSTED")
    assert f"{pool} is exhausted" in status["detail"]
    assert waiting.page()[0] == []
    assert cloud.post("SHOW TABLES", pool).until("COMPLETED"), "DDL is not held up"
    running[0].delete()
    assert sorted(row["row"][0] for row in waiting.rows(3)) == ["ann", "bob", "cat"]
    assert waiting.until("RUNNING")["detail"] == ""
    for one in (waiting, *running[1:]):
        one.delete()
