"""Every option, property, hint and metadata key of the table is tried: what it does, or the refusal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import Producer

from tests.support.local_cloud import ENDED, PATIENCE, LocalCloud, Ran
from tests.support.options_shop import OptionsShop
from tests.support.snapshot import snapshot
from workshop.clone import PROJECT
from workshop.docs.options_page import Option, options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.integration

ALL = [option for option in options() if option.scope in {"table", "statement", "metadata", "hint"}]
SERVED = [option for option in ALL if option.is_served]

# Options that need a store, a model or a generator: the tests of these show what they do.
ELSEWHERE = {
    "elastic.": "tests/integration/test_elasticsearch.py",
    "error-handling.": "tests/integration/on_one_cloud/test_unreadable_records.py",
    "fields.*": "tests/integration/on_one_cloud/test_faker_tables.py",
    "mongodb.embedding_column": "localcloud/flink/src/test/java/rag/flink/search/MongoDbProviderTest.java",
    "mongodb.": "tests/integration/test_vector_search.py",
    "number-of-rows": "tests/integration/on_one_cloud/test_faker_tables.py",
    "pinecone.": "tests/integration/test_vector_search.py",
    "rows-per-second": "tests/integration/on_one_cloud/test_faker_tables.py",
}

# Option -> value, the topic's setting that it is, and that setting's value.
TOPIC_SETTINGS = {
    "kafka.cleanup-policy": ("delete-compact", "cleanup.policy", "delete,compact"),
    "kafka.compaction.time": ("2 h", "max.compaction.lag.ms", "7200000"),
    "kafka.max-message-size": ("1 mb", "max.message.bytes", "1048576"),
    "kafka.message-timestamp-type": ("log-append-time", "message.timestamp.type", "LogAppendTime"),
    "kafka.retention.size": ("1 gb", "retention.bytes", "1073741824"),
    "kafka.retention.time": ("3 d", "retention.ms", "259200000"),
}


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> OptionsShop:
    return OptionsShop(cloud)


def topic_setting(shop: OptionsShop, option: str) -> None:
    value, setting, expected = TOPIC_SETTINGS[option]
    made = shop.table({option: value}, rows="")
    assert shop.settings(made)[setting] == expected
    assert f"'{option}' = '{value}'" in shop.shown(made)
    later = shop.table(rows="")
    before = shop.settings(later)
    shop.cloud.run(f"ALTER TABLE {later} SET ('{option}' = '{value}')")
    assert shop.settings(later)[setting] == expected
    shop.cloud.run(f"ALTER TABLE {later} RESET ('{option}')")
    assert shop.settings(later) == before


def changelog_mode(shop: OptionsShop) -> None:
    columns = "i INT, v STRING, PRIMARY KEY (i) NOT ENFORCED"
    for mode, count in (("upsert", 1), ("append", 2)):
        made = shop.table({"changelog.mode": mode}, columns, "(1, 'a'), (1, 'b')")
        assert len(shop.cloud.query(f"SELECT * FROM {made}")) == count


def isolation_level(shop: OptionsShop) -> None:
    topic = shop.topic()
    producer = Producer({**shop.login, "transactional.id": topic, "transaction.timeout.ms": 600_000})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, shop.framed(topic, b"\x0e"))
    assert producer.flush(30) == 0
    committed = shop.cloud.post(f"SELECT i FROM {topic}")
    committed.until("RUNNING")
    shop.cloud.run(f"ALTER TABLE {topic} SET ('kafka.consumer.isolation-level' = 'read-uncommitted')")
    uncommitted = shop.cloud.post(f"SELECT i FROM {topic}")
    assert uncommitted.rows(1) == [{"op": 0, "row": ["7"]}]
    producer.abort_transaction(30)
    shop.produce(topic, shop.framed(topic, b"\x10"))
    assert committed.rows(1) == [{"op": 0, "row": ["8"]}]
    committed.delete()
    uncommitted.delete()


def compression(shop: OptionsShop) -> None:
    sizes = {}
    for kind in ("none", "gzip"):
        made = shop.table({"kafka.producer.compression.type": kind}, "v STRING", f"('{'long ' * 20000}')")
        sizes[kind] = sum(log.stat().st_size for log in shop.cloud.state.glob(f"kafka/*/data/{made}-0/*.log"))
    assert sizes["none"] > 100_000 > 10 * sizes["gzip"] > 0


def fields_prefix(shop: OptionsShop) -> None:
    name = shop.name()
    options = shop.clause({"key.fields-prefix": "from_key_"})
    shop.cloud.run(f"CREATE TABLE {name} (from_key_k INT, k STRING) DISTRIBUTED BY (from_key_k) {options}")
    assert '"name":"k"' in shop.cloud.subject(f"{name}-key")["schema"].replace(" ", "")


def format_of(part: str) -> Callable[[OptionsShop], None]:
    def example(shop: OptionsShop) -> None:
        name = shop.name()
        options = shop.clause({f"{part}.format": "json-registry"})
        shop.cloud.run(f"CREATE TABLE {name} (k INT, v INT) DISTRIBUTED BY (k) {options}")
        assert shop.cloud.subject(f"{name}-{part}")["schemaType"] == "JSON"

    return example


def fields_include(shop: OptionsShop) -> None:
    for value, is_there in (("all", True), ("except-key", False)):
        name = shop.name()
        options = shop.clause({"value.fields-include": value})
        shop.cloud.run(f"CREATE TABLE {name} (k INT, v INT) DISTRIBUTED BY (k) {options}")
        assert ('"k"' in shop.cloud.subject(f"{name}-value")["schema"]) == is_there


def is_taken(**given: str) -> Callable[[OptionsShop], None]:
    """Return an example of an option that asks for what is done anyway."""

    def example(shop: OptionsShop) -> None:
        made = shop.table(given)
        assert shop.numbers(made) == [1, 2, 3]
        assert all(f"'{key}' = '{value}'" in shop.shown(made) for key, value in given.items())

    return example


def scan(expected: list[int], **given: str) -> Callable[[OptionsShop], None]:
    """Return an example that reads those of the rows 1, 2 and 3: by the table, by ALTER TABLE, and by a hint."""
    named = {key.replace("__", "."): value for key, value in given.items()}

    def example(shop: OptionsShop) -> None:
        assert shop.numbers(shop.table(named)) == expected
        later = shop.table()
        assert shop.numbers(f"{later} /*+ OPTIONS({shop.clause(named, '')[2:-1]}) */") == expected
        shop.cloud.run(f"ALTER TABLE {later} {shop.clause(named, 'SET')}")
        assert shop.numbers(later) == expected

    return example


AFTER_ALL = str(4_102_444_800_000)  # the year 2100
OF_TABLES: dict[str, Callable[[OptionsShop], None]] = {
    "changelog.mode": changelog_mode,
    "connector": is_taken(connector="confluent"),
    "kafka.consumer.isolation-level": isolation_level,
    "kafka.producer.compression.type": compression,
    "key.fields-prefix": fields_prefix,
    "key.format": format_of("key"),
    "key.FORMAT.id-encoding": is_taken(**{"key.avro-registry.id-encoding": "payload"}),
    "late-handling.mode": is_taken(**{"late-handling.mode": "pass-through"}),
    "scan.bounded.mode": scan([1, 2, 3], **{"scan.bounded.mode": "latest-offset"}),
    "scan.bounded.specific-offsets": scan(
        [1],
        **{"scan.bounded.mode": "specific-offsets", "scan.bounded.specific-offsets": "partition:0,offset:1"},
    ),
    "scan.bounded.timestamp-millis": scan(
        [], **{"scan.bounded.mode": "timestamp", "scan.bounded.timestamp-millis": "1"}
    ),
    "scan.startup.mode": scan([], **{"scan.startup.mode": "latest-offset"}),
    "scan.startup.specific-offsets": scan(
        [3], **{"scan.startup.mode": "specific-offsets", "scan.startup.specific-offsets": "partition:0,offset:2"}
    ),
    "scan.startup.timestamp-millis": scan(
        [], **{"scan.startup.mode": "timestamp", "scan.startup.timestamp-millis": AFTER_ALL}
    ),
    "value.fields-include": fields_include,
    "value.format": format_of("value"),
    "value.FORMAT.id-encoding": is_taken(**{"value.avro-registry.id-encoding": "payload"}),
}


def current_names(shop: OptionsShop) -> None:
    ids = {"sql__current_catalog": shop.cloud.environment, "sql__current_database": shop.cloud.cluster}
    made = shop.table()
    assert [made] in shop.cloud.query("SHOW TABLES", **ids)


def dry_run(shop: OptionsShop) -> None:
    before = snapshot(shop.cloud)
    shop.cloud.post("CREATE TABLE never (i INT)", sql__dry_run="true")
    assert snapshot(shop.cloud) == before


def time_zone(shop: OptionsShop) -> None:
    sql = "SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING)"
    assert shop.cloud.query(sql)[0][0].startswith("1970-01-01 00:00:00")
    assert shop.cloud.query(sql, sql__local_time_zone="Asia/Tokyo")[0][0].startswith("1970-01-01 09:00:00")


def snapshot_mode(shop: OptionsShop) -> None:
    made = shop.table()
    for mode, is_bounded in (("now", True), ("off", False)):
        ran = shop.cloud.post(f"SELECT * FROM {made}", sql__snapshot__mode=mode)
        ran.until("RUNNING", *ENDED)
        assert ran.shown["status"]["traits"]["is_bounded"] == is_bounded
        ran.delete()


def changes(ran: Ran) -> Iterator[Any]:
    """Yield the rows of a result that does not end, as they come."""
    deadline = time.monotonic() + PATIENCE
    token: str | None = ""
    while token is not None and time.monotonic() < deadline:
        data, token = ran.page(token)
        yield from data
        time.sleep(0.05)


def forgets(hint: str = "", **properties: str) -> Callable[[OptionsShop], None]:
    """Return an example in which a count begins again, because its state has not been touched for a second."""

    def example(shop: OptionsShop) -> None:
        made = shop.table(rows="(1)")
        count = shop.cloud.post(f"SELECT {hint.format(made)} i, COUNT(*) FROM {made} GROUP BY i", **properties)
        rows = changes(count)
        assert next(rows) == {"op": 0, "row": ["1", "1"]}
        time.sleep(1.5)
        shop.cloud.run(f"INSERT INTO {made} VALUES (1)")
        assert next(rows) == {"op": 0, "row": ["1", "1"]}
        assert shop.cloud.query(f"SELECT i, COUNT(*) FROM {made} GROUP BY i") == [["1", "2"]]
        count.delete()

    return example


def all_tables(expected: list[int], **properties: str) -> Callable[[OptionsShop], None]:
    """Return an example that reads those rows, but all of a table whose own option is another one than the default."""

    def example(shop: OptionsShop) -> None:
        assert shop.numbers(shop.table(), **properties) == expected
        own = {"scan.startup.mode": "timestamp", "scan.startup.timestamp-millis": "1"}
        own |= {"scan.bounded.mode": "latest-offset"}
        assert shop.numbers(shop.table(own), **properties) == [1, 2, 3]

    return example


def reads(**properties: str) -> Callable[[OptionsShop], None]:
    """Return an example of a property that changes no rows."""

    def example(shop: OptionsShop) -> None:
        rows = shop.read(f"SELECT i, CURRENT_WATERMARK($rowtime) FROM {shop.table()}", **properties)
        assert sorted(int(row[0]) for row in rows) == [1, 2, 3]

    return example


def carried_over(shop: OptionsShop) -> None:
    source, first, second = shop.table(), shop.table(rows=""), shop.table(rows="")
    earlier = shop.cloud.post(f"INSERT INTO {first} SELECT i FROM {source}")
    copied = shop.cloud.post(f"SELECT i FROM {first}")
    assert len(copied.rows(3)) == 3
    earlier.set(stopped=True)
    earlier.until("STOPPED")
    shop.cloud.run(f"INSERT INTO {source} VALUES (4)")
    later = shop.cloud.post(
        f"INSERT INTO {second} SELECT i FROM {source}", sql__tables__initial_offset_from=earlier.name
    )
    assert shop.cloud.post(f"SELECT i FROM {second}").rows(1) == [{"op": 0, "row": ["4"]}]
    later.delete()
    copied.delete()


BOUNDED, STARTUP = "sql__tables__scan__bounded__", "sql__tables__scan__startup__"
OF_STATEMENTS: dict[str, Callable[[OptionsShop], None]] = {
    "sql.current-catalog": current_names,
    "sql.current-database": current_names,
    "sql.dry-run": dry_run,
    "sql.inline-result": reads(sql__inline_result="false"),
    "sql.local-time-zone": time_zone,
    "sql.snapshot.mode": snapshot_mode,
    "sql.snapshot.write-mode": reads(sql__snapshot__write_mode="default"),
    "sql.state-ttl": forgets(sql__state_ttl="1 s"),
    "sql.tables.initial-offset-from": carried_over,
    "sql.tables.scan.bounded.mode": all_tables([1, 2, 3], **{f"{BOUNDED}mode": "latest-offset"}),
    "sql.tables.scan.bounded.timestamp-millis": all_tables(
        [], **{f"{BOUNDED}mode": "timestamp", f"{BOUNDED}timestamp_millis": "1"}
    ),
    "sql.tables.scan.idle-timeout": reads(sql__tables__scan__idle_timeout="1 s"),
    "sql.tables.scan.startup.mode": all_tables([], **{f"{STARTUP}mode": "latest-offset"}),
    "sql.tables.scan.startup.timestamp-millis": all_tables(
        [], **{f"{STARTUP}mode": "timestamp", f"{STARTUP}timestamp_millis": AFTER_ALL}
    ),
    "sql.tables.scan.watermark-alignment.max-allowed-drift": reads(
        sql__tables__scan__watermark_alignment__max_allowed_drift="1 min"
    ),
}

METADATA = {
    "headers": "red",
    "leader-epoch": "0",
    "offset": "0",
    "partition": "0",
    "raw-key": "x'6b6579'",
    "timestamp": "2024-05-06 07:08:09.123",
    "timestamp-type": "CreateTime",
}


def metadata_key(shop: OptionsShop, option: Option) -> None:
    topic = shop.topic()
    value = shop.framed(topic, b"\x0e")
    headers = [("color", b"red")]
    shop.produce(topic, value, key=b"key", headers=headers, timestamp=1_714_979_289_123)
    kind = option.values.replace("BYTES, BYTES", "STRING, STRING")
    shop.cloud.run(f"ALTER TABLE {topic} ADD (found {kind} METADATA FROM '{option.name}' VIRTUAL)")
    shown = "found['color']" if option.name == "headers" else "found"
    special = {"raw-value": f"x'{value.hex()}'", "topic": topic}
    expected = special.get(option.name, METADATA.get(option.name))
    assert shop.cloud.query(f"SELECT i, {shown} FROM {topic}") == [["7", expected]]


def table_hint(shop: OptionsShop) -> None:
    made = shop.table()
    assert shop.numbers(f"{made} /*+ OPTIONS('scan.startup.mode' = 'latest-offset') */") == []


def join_hint(name: str) -> Callable[[OptionsShop], None]:
    def example(shop: OptionsShop) -> None:
        left, right = shop.table(), shop.table(rows="(2), (3), (4)")
        sql = f"SELECT /*+ {name}({left}) */ {left}.i FROM {left} JOIN {right} ON {left}.i = {right}.i"
        assert sorted(shop.cloud.query(sql)) == [["2"], ["3"]]

    return example


OF_HINTS: dict[str, Callable[[OptionsShop], None]] = {
    "OPTIONS": table_hint,
    "STATE_TTL": forgets("/*+ STATE_TTL('{}' = '1 s') */"),
    **{name: join_hint(name) for name in ("BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP")},
}


def shown_by(option: Option) -> str | None:
    """Return the file of the test that shows what an option does, ``None`` if this one does."""
    return next((file for name, file in ELSEWHERE.items() if option.name.startswith(name)), None)


def example_of(option: Option) -> Callable[[OptionsShop], Any]:
    if option.name in TOPIC_SETTINGS:
        return lambda shop: topic_setting(shop, option.name)
    if option.scope == "metadata":
        return lambda shop: metadata_key(shop, option)
    return {"table": OF_TABLES, "statement": OF_STATEMENTS, "hint": OF_HINTS}[option.scope][option.name]


@pytest.mark.parametrize("option", [one for one in SERVED if not shown_by(one)], ids=lambda one: one.name)
def test_what_is_served_does_what_it_says(shop: OptionsShop, option: Option) -> None:
    example_of(option)(shop)


@pytest.mark.parametrize("option", [one for one in SERVED if shown_by(one)], ids=lambda one: one.name)
def test_what_needs_more_than_sql_is_shown_elsewhere(option: Option) -> None:
    assert option.name in (PROJECT / str(shown_by(option))).read_text(encoding="utf-8")


def refusal(shop: OptionsShop, option: Option, value: str) -> str:
    """Return why a statement with that option is refused, having checked that it left nothing."""
    name = option.name.replace("FORMAT", "avro-registry")
    before = snapshot(shop.cloud)
    if option.scope == "statement":
        ran = shop.cloud.post("CREATE TABLE never (i INT)", **{name.replace("-", "_").replace(".", "__"): value})
    elif option.scope == "hint":
        ran = shop.cloud.post(f"CREATE TABLE never AS SELECT /*+ {name}('t' = '{value}') */ 1 AS i")
    else:
        ran = shop.cloud.post(f"CREATE TABLE never (i INT) WITH ('{name}' = '{value}')")
    status = ran.until(*ENDED)
    assert status["phase"] == "FAILED"
    assert snapshot(shop.cloud) == before
    detail: str = status["detail"]
    return detail


@pytest.mark.parametrize("option", [one for one in ALL if not one.is_served], ids=lambda one: one.name)
def test_what_is_refused_says_what_to_do_instead(shop: OptionsShop, option: Option) -> None:
    said = refusal(shop, option, "1")
    assert said.endswith(f" is not supported by the local cloud: {option.text}.")
    assert option.name.replace("FORMAT", "avro-registry") in said


@pytest.mark.parametrize(
    "option",
    [one for one in SERVED if one.values and one.values != "<text>" and one.scope in {"table", "statement"}],
    ids=lambda one: one.name,
)
def test_a_wrong_value_is_refused_with_right_ones(shop: OptionsShop, option: Option) -> None:
    said = refusal(shop, option, "no such value")
    assert said.startswith(f"'{option.name.replace('FORMAT', 'avro-registry')}' = 'no such value' ")
    if not option.values.startswith("<"):
        assert option.values.split("|")[-1] in said


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("CREATE TABLE never (i INT) WITH ('kafka.retention-time' = '1 d')", "'kafka.retention.time'"),
        ("CREATE TABLE never (i INT) WITH ('eror-handling.mode' = 'log')", "'error-handling.mode'"),
        ("CREATE TABLE never (i INT, p INT METADATA FROM 'partitions' VIRTUAL)", "'partition'"),
        ("CREATE TABLE never AS SELECT /*+ STATE_TLL('t' = '1 s') */ 1 AS i", "'STATE_TTL'"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_right_one(shop: OptionsShop, sql: str, meant: str) -> None:
    before = snapshot(shop.cloud)
    assert f"Did you mean {meant}?" in shop.cloud.refusal(sql)
    assert snapshot(shop.cloud) == before


def test_a_metadata_column_is_written_if_it_can_be(shop: OptionsShop) -> None:
    for option in options("metadata"):
        name = shop.name()
        shop.cloud.run(f"CREATE TABLE {name} (i INT, m {option.values} METADATA FROM '{option.name}')")
        assert shop.read(f"SELECT * FROM {name}") == []
        ran = shop.cloud.post(f"INSERT INTO {name} SELECT i, m FROM {name}", sql__snapshot__mode="now")
        status = ran.until(*ENDED)
        assert status["phase"] == ("COMPLETED" if "write" in option.where else "FAILED"), status
        if status["phase"] == "FAILED":
            assert f"write METADATA FROM '{option.name}' VIRTUAL" in status["detail"]
