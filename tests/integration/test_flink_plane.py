"""Flink for real: one JVM, a broker, the tutorial's statements, faults, restarts."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from localcloud.dataplane.interface import DataPlaneError, NotFoundError, StatementPhase, TopicInfo
from localcloud.dataplane.kafka.admin import client_config
from localcloud.sql_tokens import without_comments
from tests.support.flink_plane_world import vector_of
from tests.support.flink_world import SETTLED, TOKEN, World, content
from tests.support.local_cloud import built_jars
from workshop.clone import PROJECT, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def jars() -> Path:
    """Return where the modules were built."""
    return built_jars()


@pytest.fixture(scope="module")
def world(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("a state") / "of mine", jars)
    try:
        made.start_cluster(1)
        made.produce(range(5))
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def pipeline(world: World) -> str:
    """Create model and table and start the INSERT, verbatim from ``sql/``; return the INSERT's uid."""
    for file in ("create-model-vector-embedding", "create-table-product-vector"):
        uid = world.run((PROJECT / "sql" / f"{file}.sql").read_text())
        assert world.ended(uid).phase is StatementPhase.COMPLETED
    return world.run((PROJECT / "sql" / "insert-into-product-vector.sql").read_text())


def test_the_tutorial_runs_verbatim(world: World, pipeline: str) -> None:
    status = world.flink.status(pipeline)
    assert status.phase is StatementPhase.RUNNING
    assert status.traits == {"sql_kind": "INSERT_INTO", "is_bounded": False, "is_append_only": True}
    uid = world.run("SELECT vector, content FROM product_vector;")
    rows = world.rows(uid, 5)
    assert {row["op"] for row in rows} == {0}
    assert sorted(row["row"][1] for row in rows) == [content(number) for number in range(5)]
    for vector, text in (row["row"] for row in rows):
        assert [float(cell) for cell in vector] == pytest.approx(vector_of(text))
    assert world.flink.status(pipeline).records_written == 5
    assert world.flink.status(uid).records_written is None
    both = world.flink.statuses([pipeline, "nobody", uid])
    assert {one: both[one].records_written for one in both} == {pipeline: 5, uid: None}
    world.flink.delete(uid)
    with pytest.raises(NotFoundError):
        world.flink.status(uid)


@pytest.mark.parametrize(
    "predicted",
    [
        "ML_PREDICT('vector_embedding', articleType)",
        "ML_PREDICT('vector_embedding', articleType, MAP['async_enabled', false, 'retry_count', 10])",
        "AI_EMBEDDING('vector_embedding', articleType)",
        "AI_EMBEDDING('vector_embedding$1', articleType, MAP['debug', true, 'client_timeout', '5'])",
    ],
)
@pytest.mark.usefixtures("pipeline")
def test_a_limit_ends_the_statement(world: World, predicted: str) -> None:
    sql = f"SELECT articleType, vector FROM `product-updates`, LATERAL TABLE({predicted}) LIMIT 1"
    uid = world.run(sql)
    ((cells,),) = [[row["row"] for row in world.rows(uid)]]
    assert cells[0] == "articletype"
    assert [float(cell) for cell in cells[1]] == pytest.approx(vector_of("articletype"))
    assert world.ended(uid).phase is StatementPhase.COMPLETED


@pytest.mark.usefixtures("pipeline")
def test_the_same_token_gives_the_same_page(world: World) -> None:
    uid = world.run("SELECT product_id FROM product_vector")
    world.until(uid, lambda _: bool(world.flink.results(uid, 0).rows) or world.flink.results(uid, 0).next_token == 1)
    first = world.flink.results(uid, 0)
    assert world.flink.results(uid, 0) == first
    second = world.flink.results(uid, 1)
    assert second.next_token == 2
    assert world.flink.results(uid, 1) == second
    with pytest.raises(DataPlaneError, match="The page token 7 is not valid"):
        world.flink.results(uid, 7)
    world.flink.stop(uid)
    assert world.flink.status(uid).phase is StatementPhase.STOPPED


def test_every_type_comes_back_as_confluent_encodes_it(world: World) -> None:
    columns = (
        "id BIGINT, name STRING, d DECIMAL(10, 2), ts TIMESTAMP(3), ltz TIMESTAMP_LTZ(3), dt DATE, tags ARRAY<STRING>,"
        "r ROW<a INT, b STRING>, m MAP<STRING, INT>, b BYTES, yes BOOLEAN, f FLOAT"
    )
    values = (
        "(1, 'x', CAST(12.30 AS DECIMAL(10, 2)), TIMESTAMP '2026-01-02 03:04:05.123',"
        "CAST(TIMESTAMP '2026-01-02 03:04:05.123' AS TIMESTAMP_LTZ(3)), DATE '2026-01-02',"
        "ARRAY['a', CAST(NULL AS STRING)], ROW(5, 'q'), MAP['k', 1], x'7f02', TRUE, CAST(0.1 AS FLOAT))"
    )
    expected = [
        *("1", "x", "12.30", "2026-01-02 03:04:05.123", "2026-01-02 03:04:05.123", "2026-01-02"),
        *(["a", None], ["5", "q"], [["k", "1"]], "x'7f02'", "TRUE", "0.1"),
    ]
    for name, options in (("typed_avro", ""), ("typed_json", "WITH ('value.format' = 'json-registry')")):
        world.run(f"CREATE TABLE {name} ({columns}) {options}")
        uid = world.run(f"INSERT INTO {name} VALUES {values}")
        assert world.ended(uid).phase is StatementPhase.COMPLETED
        assert world.query(f"SELECT * FROM {name}") == [expected]
    traits = world.flink.status(world.run("SELECT * FROM typed_json")).traits
    assert traits is not None
    types = {column["name"]: column["type"] for column in traits["schema"]["columns"]}
    assert types["d"] == {"type": "DECIMAL", "nullable": True, "precision": 10, "scale": 2}
    assert types["ltz"] == {"type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "nullable": True, "precision": 3}
    assert types["r"]["fields"][0] == {"name": "a", "field_type": {"type": "INTEGER", "nullable": True}}
    assert world.registry.version("lsrc-1", "typed_avro-value").schema_type == "AVRO"


def test_changes_are_told_as_changes_and_a_snapshot_as_rows(world: World) -> None:
    world.run(
        "CREATE TABLE counted (k STRING, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('value.format' = 'json-registry')"
    )
    world.ended(world.run("INSERT INTO counted VALUES ('a', 1), ('b', 1)"))
    world.ended(world.run("INSERT INTO counted VALUES ('a', 2)"))
    assert sorted(world.query("SELECT k, v FROM counted")) == [["a", "2"], ["b", "1"]]
    assert world.query("SELECT count(*), sum(v) FROM counted") == [["2", "3"]]
    uid = world.run("SELECT sum(v) FROM counted")
    traits = world.flink.status(uid).traits
    assert traits is not None
    assert (traits["is_append_only"], traits["is_bounded"]) == (False, False)
    total = 0
    for row in world.rows(uid, 3):
        total += int(row["row"][0]) * (1 if row["op"] in {0, 2} else -1)
    assert total in {1, 2, 3}
    world.flink.delete(uid)
    assert world.registry.version("lsrc-1", "counted-key").schema_type == "AVRO"
    assert world.kafka.topic("lkc-1", "counted").configs["cleanup.policy"] == "compact"


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT 'a' ||", 'SQL parse failed. Encountered "|| <EOF>" at line 1, column 12.'),
        ("SELEC 1", "at line 1, column 1"),
        ("SELECT foo FROM product_vector", "From line 1, column 8 to line 1, column 10: Column 'foo' not found"),
        ("SELECT * FROM nope", "Table (or view) 'nope' does not exist, or you do not have permission"),
        ("INSERT INTO nope SELECT 1", "does not exist, or you do not have permission to access it"),
        ("CREATE TABLE product_vector (a INT)", "product_vector already exists"),
        ("SELECT * FROM `product-updates`, LATERAL TABLE(ML_PREDICT('m', size))", "Model 'm' does not exist"),
        ("SELECT * FROM `product-updates`, LATERAL TABLE(AI_EMBEDDING('m', size))", "Model 'm' does not exist"),
        (
            "SELECT * FROM `product-updates`, LATERAL TABLE(AI_EMBEDDING('vector_embedding', size, MAP['retries', 1]))",
            "The option 'retries' of AI_EMBEDDING is not supported by the local cloud. Supported: 'async_enabled'",
        ),
        ("SELECT AI_COMPLETE('m', size) FROM `product-updates`", "AI_COMPLETE is not supported by the local cloud: "),
        ("CREATE TABLE t (a INT) WITH ('value.format' = 'x')", "use one of 'avro-registry', 'json-registry'"),
        ("SET 'a' = 'b'", "pass the property with the statement instead"),
        ("SELECT 1; SELECT 2", "A request takes one statement"),
        (" ", "The statement is empty."),
    ],
)
@pytest.mark.usefixtures("pipeline")
def test_a_mistake_is_one_sentence(world: World, sql: str, sentence: str) -> None:
    detail = world.refusal(sql)
    assert sentence in detail
    assert "Exception" not in detail
    assert "\n" not in detail


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 10_000 + "1" + ")" * 10_000,
        "SELECT " + "(" * 60_000 + "1" + ")" * 60_000,
        "SELECT 1" + " + 1" * 30_000,
        "SELECT * FROM " + "(SELECT * FROM " * 6_000 + "t" + ")" * 6_000,
        "SELECT " + "ARRAY[" * 15_000 + "1" + "]" * 15_000,
        "CREATE TABLE deep (a " + "ROW<a " * 15_000 + "INT" + ">" * 15_000 + ")",
        "SELECT 1 FROM (VALUES (1)) AS t (a) WHERE " + "NOT " * 30_000 + "TRUE",
    ],
    ids=["10,000 parentheses", "parentheses", "operators", "subqueries", "arrays", "types", "NOT"],
)
@pytest.mark.usefixtures("pipeline")
def test_a_statement_without_bottom_is_one_sentence_and_others_are_answered(world: World, sql: str) -> None:
    uid = world.run(sql)
    assert world.query("SELECT 1") == [["1"]]  # while the other one may still be looked at
    detail = world.ended(uid).detail
    assert "nested too deeply: use fewer parentheses" in detail
    assert len(detail) < 300


def test_comments_are_what_the_tokenizers_take_for_comments(world: World) -> None:
    sql = "SELECT 'a' // it's one\r || 'b' -- it's another\n || '//c' /* it's too */ || '--d'"
    assert without_comments(sql).split() == ["SELECT", "'a'", "||", "'b'", "||", "'//c'", "||", "'--d'"]
    assert world.query(sql) == [["ab//c--d"]]


def test_a_long_list_of_values_is_none_too_deep(world: World) -> None:
    # Calcite's planning time grows with the cube of the list: a thousand values take a minute.
    values = ", ".join(str(number) for number in range(400))
    assert world.query(f"SELECT 'found' FROM (VALUES (399)) AS t (a) WHERE a IN ({values})") == [["found"]]


def test_a_page_of_large_rows_is_cut_and_no_row_is_lost(world: World) -> None:
    rows = " UNION ALL ".join(f"SELECT {number}, REPEAT('x', 1000000)" for number in range(12))
    uid = world.run(rows)
    world.until(uid, lambda status: status.phase in SETTLED)
    token: int | None = 0
    sizes, found = [], set()
    while token is not None:
        page = world.flink.results(uid, token)
        sizes.append(len(page.rows))
        found |= {row["row"][0] for row in page.rows}
        token = page.next_token
    assert found == {str(number) for number in range(12)}
    assert max(sizes) <= 5  # of four mebibytes, and the row that goes over


def test_models_and_views_survive_and_have_versions(world: World) -> None:
    world.run(
        "CREATE MODEL m INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ('task' = 'embedding', 'provider' = 'openai',"
        "'openai.connection' = 'openai-embedding-connection')"
    )
    for condition in ("", "IF NOT EXISTS"):
        world.run(
            f"CREATE MODEL {condition} m INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ('TASK' = 'embedding',"
            "'PROVIDER' = 'openai', 'OPENAI.CONNECTION' = 'openai-embedding-connection')"
        )
    world.run("CREATE VIEW cheap AS SELECT product_id FROM `product-updates` WHERE price < 1000")
    kept = json.loads((world.state / "flink" / "catalog" / "env-1" / "lkc-1.json").read_text())
    assert len(kept["models"]["m"]) == 2
    for name in ("m", "m$2"):
        assert world.query(f"SELECT v FROM (VALUES ('x')) AS t(a), LATERAL TABLE(ML_PREDICT('{name}', a))")
    assert len(world.query("SELECT * FROM cheap")) >= 5
    world.run("DROP MODEL `m$all`")
    assert "Model 'm' does not exist" in world.refusal("SELECT * FROM cheap, LATERAL TABLE(ML_PREDICT('m', 'a'))")


def test_a_topic_without_schema_is_raw_bytes(world: World) -> None:
    world.kafka.create_topic("lkc-1", TopicInfo(name="raw", partitions=1))
    producer = Producer(client_config(world.kafka.internal("lkc-1"), "admin"))
    producer.produce("raw", b"\x01\x02")
    producer.flush()
    assert world.query("SELECT * FROM `raw`") == [[None, "x'0102'"]]
    assert "Column 'articleType' not found" in world.refusal("SELECT articleType FROM `raw`")
    world.run("DROP TABLE `raw`")
    with pytest.raises(NotFoundError):
        world.kafka.topic("lkc-1", "raw")


def test_nothing_is_lost_or_doubled_by_a_stop_a_kill_and_a_restart(world: World, pipeline: str) -> None:
    world.produce(range(100, 120))
    world.flink.stop(pipeline)
    assert world.flink.status(pipeline).phase is StatementPhase.STOPPED
    world.produce(range(120, 140))
    world.flink.submit(world.specs[pipeline], resume=True)
    (jvm,) = [info.pid for info in world.host.infos() if info.name == "flink"]
    world.produce(range(140, 400))
    time.sleep(0.7)
    os.kill(jvm, signal.SIGKILL)
    world.produce(range(400, 420))
    world.eventually_vectors([*range(5), *range(100, 420)])
    world.flink.close()
    world.produce(range(420, 440))
    world.open_flink()
    world.flink.submit(world.specs[pipeline], resume=True)
    world.eventually_vectors([*range(5), *range(100, 440)])


def test_a_refused_key_fails_the_statement_with_its_cause_and_a_new_one_is_picked_up(
    world: World, pipeline: str
) -> None:
    world.configure(key="a-wrong-key")
    world.produce([500])
    status = world.ended(pipeline)
    expected = f"Model 'vector_embedding': the provider at {world.provider.url} answered 401: Incorrect API key"
    assert status.phase is StatementPhase.FAILED
    assert status.detail == f"{expected} provided: ***."
    world.configure()
    world.flink.submit(world.specs[pipeline], resume=True)
    world.eventually_vectors([*range(5), *range(100, 440), 500])


def test_an_overload_that_passes_goes_unnoticed_and_one_that_stays_is_told(world: World, pipeline: str) -> None:
    world.provider.failures_left = 2
    world.produce([501])
    world.eventually_vectors([*range(5), *range(100, 440), 500, 501])
    world.provider.status = 429
    world.produce([502])
    degraded = world.until(pipeline, lambda status: status.phase is StatementPhase.DEGRADED)
    assert "answered 429: not now" in degraded.detail
    assert "answered 429: not now" in world.ended(pipeline).detail
    world.provider.status, world.provider.base64 = 200, False
    world.flink.submit(world.specs[pipeline], resume=True)
    world.eventually_vectors([*range(5), *range(100, 440), *range(500, 503)])


@pytest.mark.usefixtures("pipeline")
def test_a_provider_that_is_not_there_is_told(world: World) -> None:
    world.configure(endpoint="http://127.0.0.1:9/v1/embeddings")
    uid = world.run("SELECT vector FROM `product-updates`, LATERAL TABLE(ML_PREDICT('vector_embedding', size))")
    expected = "Model 'vector_embedding': the provider at http://127.0.0.1:9/v1/embeddings could not be reached."
    assert world.ended(uid).detail == expected
    with pytest.raises(DataPlaneError, match="could not be reached"):
        world.flink.results(uid, 0)
    world.configure()


@pytest.mark.usefixtures("pipeline")
def test_two_environments_do_not_meet(world: World) -> None:
    assert "is not running" in world.refusal("SELECT * FROM `env-2`.cluster.`product-updates`")
    world.start_cluster(2)
    world.produce(range(900, 903), environment=2)
    sql = "SELECT product_id FROM `product-updates`"
    assert sorted(world.query(sql, environment=2)) == [["900"], ["901"], ["902"]]
    assert world.query("SHOW TABLES", environment=2) == [["product-updates"]]
    assert world.query("SHOW MODELS", environment=2) == []
    for path in ("`env-2`.`cluster`", "`environment 2`.`lkc-2`"):
        assert len(world.query(f"SELECT product_id FROM {path}.`product-updates`")) == 3


def test_nothing_listens_beyond_this_machine(world: World) -> None:
    world.rows(world.run("SELECT product_id FROM `product-updates`"), 1)  # rows of a query come through a socket
    listening = {
        ipaddress.ip_address(connection.laddr.ip)
        for info in world.host.infos()
        for connection in psutil.Process(info.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening
    assert [ip for ip in listening if not (getattr(ip, "ipv4_mapped", None) or ip).is_loopback] == []


def test_no_secret_is_on_disk(world: World) -> None:
    world.ended(world.run("SHOW CREATE TABLE `product-updates`"))
    secrets = [TOKEN.encode(), world.provider.key.encode(), b"a-wrong-key"]
    kept = [file for folder in ("flink", "logs") for file in (world.state / folder).rglob("*") if file.is_file()]
    assert any(file.name == "flink.log" for file in kept)
    for file in kept:
        if file.name != "lkc-1.json" and file.exists():
            text = file.read_bytes()
            assert not any(secret in text for secret in secrets), file


def test_a_deleted_statement_blocks_nobody(world: World, pipeline: str) -> None:
    """Kafka readers see what comes after a cancelled statement: no transaction of its is left open."""
    world.produce(range(600, 700))
    assert pipeline in world.flink.checkpointed()
    world.flink.delete(pipeline)
    with pytest.raises(NotFoundError):
        world.flink.status(pipeline)
    assert pipeline not in world.flink.checkpointed()
    login = client_config(world.kafka.internal("lkc-1"), "admin")
    consumer = Consumer({**login, "group.id": "t", "isolation.level": "read_committed"})
    for partition, end in world.kafka.high_watermarks("lkc-1", "product_vector").items():
        _, stable = consumer.get_watermark_offsets(TopicPartition("product_vector", partition), timeout=10)
        assert stable == end
    consumer.close()
    replacement = replace(world.specs[pipeline], uid="again")
    world.specs["again"] = replacement
    world.flink.submit(replacement)
    world.until("again", lambda status: status.phase is StatementPhase.RUNNING)
    world.flink.delete("again")
    assert world.ended(world.run("DROP TABLE product_vector")).phase is StatementPhase.COMPLETED
    assert not world.registry.all("lsrc-1", "product_vector-value")


def test_a_statement_begins_where_another_one_has_stopped(world: World) -> None:
    numbers = world.run("CREATE TABLE numbers (product_id INT) DISTRIBUTED INTO 1 BUCKETS")
    assert world.ended(numbers).phase is StatementPhase.COMPLETED

    def found() -> list[int]:
        return sorted(int(row[0]) for row in world.query("SELECT product_id FROM numbers"))

    def insert(condition: str, starting_offsets: Mapping[str, str] | None = None) -> str:
        predicted = "LATERAL TABLE(ML_PREDICT('vector_embedding', size))"
        sql = f"INSERT INTO numbers SELECT product_id FROM `product-updates`, {predicted} WHERE {condition}"
        return world.run(sql, starting_offsets=starting_offsets)

    old = insert("product_id >= 0")
    assert not world.flink.status(old).latest_offsets, "those of a running statement would be a change in each refresh"
    wait_until(lambda: bool(found()), "its first checkpoint")
    world.produce(range(1000, 4000))
    world.flink.stop(old)  # while rows wait for their vectors
    before, offsets = found(), world.flink.status(old).latest_offsets
    assert list(offsets) == ["product-updates"]
    ends = [int(part.rpartition(":")[2]) for part in offsets["product-updates"].split(";")]
    assert sum(ends) == len(before) == len(set(before))
    world.flink.delete(old)
    world.produce(range(4000, 4020))
    new = insert("product_id > 0", offsets)
    wait_until(lambda: set(range(1000, 4020)) <= set(found()), "what came since")
    after = found()
    assert len(after) == len(set(after))
    world.flink.stop(new)
    assert world.flink.status(new).latest_offsets.keys() == offsets.keys()


def test_offsets_are_not_carried_over_to_a_statement_that_keeps_state(world: World) -> None:
    made = world.run("CREATE TABLE counts (size STRING, n BIGINT, PRIMARY KEY (size) NOT ENFORCED)")
    assert world.ended(made).phase is StatementPhase.COMPLETED
    sql = "INSERT INTO counts SELECT size, COUNT(*) FROM `product-updates` GROUP BY size"
    status = world.flink.status(world.run(sql, starting_offsets={"product-updates": "partition:0,offset:1"}))
    assert status.phase is StatementPhase.FAILED
    assert "it keeps state" in status.detail


@pytest.mark.skipif(sys.platform != "linux", reason="threads have their names in Linux's /proc")
def test_an_insert_that_has_ended_leaves_no_client_of_kafka_behind(world: World) -> None:
    made = world.run("CREATE TABLE letters (letter STRING) DISTRIBUTED INTO 1 BUCKETS")
    assert world.ended(made).phase is StatementPhase.COMPLETED
    (flink,) = (info.pid for info in world.host.infos() if info.name == "flink")

    def insert() -> None:
        uid = world.run("INSERT INTO letters VALUES ('a')")
        assert world.ended(uid).phase is StatementPhase.COMPLETED
        world.flink.delete(uid)

    def clients() -> int:
        count = 0
        for name in Path(f"/proc/{flink}/task").glob("*/comm"):
            with suppress(FileNotFoundError):  # the thread has ended
                count += name.read_text().startswith(("kafka-admin", "kafka-producer"))
        return count

    insert()
    before = clients()
    for _ in range(3):
        insert()
    wait_until(lambda: clients() <= before, f"only {before} threads of Kafka's clients")
