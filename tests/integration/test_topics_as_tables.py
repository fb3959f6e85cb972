"""Topics as tables: what Flink and official clients write, columns that are inferred, what a table is shown as."""

from __future__ import annotations

import datetime as dt
import json
import random
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from localcloud.dataplane.interface import StatementPhase, TopicInfo
from localcloud.dataplane.kafka.admin import client_config
from tests.support.flink_world import PATIENCE, TOKEN, World
from tests.support.local_cloud import built_jars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # A type, and what makes a literal of it beside the value that it stands for.
    Kind = tuple[str, Callable[[], tuple[str, Any]]]

pytestmark = pytest.mark.integration

RANDOM = random.Random(15)
UTC = dt.UTC


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("topics") / "state", built_jars())
    try:
        made.start_cluster(1)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def registry(world: World) -> SchemaRegistryClient:
    """Confluent's own client."""
    return SchemaRegistryClient(
        {"url": f"{world.base}/schema-registry/lsrc-1", "basic.auth.user.info": f"internal:{TOKEN}"}
    )


def make(world: World, name: str, key: Any = None, value: Any = None, kind: str = "AVRO", **configs: str) -> None:
    """Create a topic with one partition, and its schemas."""
    settings = {setting.replace("_", "."): given for setting, given in configs.items()}
    world.kafka.create_topic("lkc-1", TopicInfo(name=name, partitions=1, configs=settings))
    for part, schema in (("key", key), ("value", value)):
        if schema is not None:
            world.registry.register("lsrc-1", f"{name}-{part}", json.dumps(schema), kind)


def record(**fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": "r", "fields": [{"name": name, "type": kind} for name, kind in fields.items()]}


def produce(world: World, topic: str, value: bytes | None, key: bytes | None = None) -> None:
    producer = Producer(client_config(world.kafka.internal("lkc-1"), "admin"))
    producer.produce(topic, value, key)
    producer.flush()


def write_json(world: World, topic: str, value: Any) -> None:
    schema_id = world.registry.version("lsrc-1", f"{topic}-value").id
    produce(world, topic, b"\0" + struct.pack(">I", schema_id) + json.dumps(value).encode())


def write_avro(
    world: World, registry: SchemaRegistryClient, topic: str, *values: Any, key: bytes | None = None
) -> None:
    """Write with Confluent's serializer and the latest registered schema."""
    schema = world.registry.version("lsrc-1", f"{topic}-value").schema
    serialize = AvroSerializer(registry, schema, conf={"auto.register.schemas": False, "use.latest.version": True})
    for value in values:
        produce(world, topic, serialize(value, SerializationContext(topic, MessageField.VALUE)), key)


def read_avro(world: World, registry: SchemaRegistryClient, topic: str, partitions: int) -> list[Any]:
    """Read with Confluent's deserializer."""
    config = client_config(world.kafka.internal("lkc-1"), "admin") | {
        "group.id": "reader",
        "enable.partition.eof": True,
    }
    consumer = Consumer(config | {"isolation.level": "read_committed"})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    read, deserialize, ends = [], AvroDeserializer(registry), 0
    while ends < partitions:
        message = consumer.poll(PATIENCE)
        assert message is not None, f"{topic} does not end"
        if message.error():
            ends += 1
        else:
            read.append(deserialize(message.value(), SerializationContext(topic, MessageField.VALUE)))
    consumer.close()
    return read


def run(world: World, sql: str) -> None:
    status = world.ended(world.run(sql))
    assert status.phase is StatementPhase.COMPLETED, status.detail


def shown(world: World, table: str) -> tuple[list[str], dict[str, str]]:
    """Return the columns of SHOW CREATE TABLE, one a line, and its options."""
    ((ddl,),) = world.query(f"SHOW CREATE TABLE `{table}`")
    head, _, options = ddl.partition("\nWITH (")
    columns = [line.strip().rstrip(",") for line in head.split("\n")[1:] if line.startswith("  ")]
    pairs = [line.strip().rstrip(",").split(" = ") for line in options.split("\n") if " = " in line]
    return columns, {key.strip("'"): value.strip("'") for key, value in pairs}


# Data never changes on its way


def moment(digits: int) -> dt.datetime:
    """Return a time with that many digits of its second."""
    micros = RANDOM.randrange(10**digits) * 10 ** (6 - digits)
    day = dt.datetime(1900, 1, 1) + dt.timedelta(days=RANDOM.randrange(60_000), seconds=RANDOM.randrange(86_400))  # noqa: DTZ001
    return day.replace(microsecond=micros)


def timestamp(digits: int, kind: str = "TIMESTAMP", zone: dt.tzinfo | None = None) -> Kind:
    def cell() -> tuple[str, Any]:
        at = moment(digits)
        return f"TIMESTAMP '{at.isoformat(' ', 'microseconds')}'", at.replace(tzinfo=zone)

    return f"{kind}({digits})", cell


def decimal(precision: int, scale: int) -> Kind:
    def cell() -> tuple[str, Any]:
        number = Decimal(RANDOM.randrange(-(10**precision) + 1, 10**precision)).scaleb(-scale)
        return f"'{number:f}'", number

    return f"DECIMAL({precision}, {scale})", cell


def number(kind: str, bits: int) -> Kind:
    def cell() -> tuple[str, Any]:
        value = RANDOM.randrange(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1))
        return f"'{value}'", value

    return kind, cell


def text(kind: str, length: int) -> Kind:
    def cell() -> tuple[str, Any]:
        value = "".join(RANDOM.choice("aZ é'\"✓\\") for _ in range(length))
        return "'" + value.replace("'", "''") + "'", value

    return kind, cell


def binary(kind: str, length: int) -> Kind:
    def cell() -> tuple[str, Any]:
        value = RANDOM.randbytes(length)
        return f"x'{value.hex()}'", value

    return kind, cell


def double() -> tuple[str, Any]:
    value = RANDOM.uniform(-1e9, 1e9)
    return f"'{value!r}'", value


def day() -> tuple[str, Any]:
    at = moment(0).date()
    return f"DATE '{at}'", at


def time_of_day() -> tuple[str, Any]:
    at = moment(0).time()
    return f"TIME '{at}'", at


KINDS = [
    number("TINYINT", 8),
    number("SMALLINT", 16),
    number("INT", 32),
    number("BIGINT", 63),
    ("BOOLEAN", lambda: RANDOM.choice([("TRUE", True), ("FALSE", False)])),
    ("DOUBLE", double),
    text("CHAR(5)", 5),
    text("VARCHAR(9)", 9),
    text("STRING", 30),
    binary("BINARY(4)", 4),
    binary("VARBINARY(7)", 7),
    binary("BYTES", 12),
    ("DATE", day),
    ("TIME(0)", time_of_day),
    *(timestamp(digits) for digits in range(7)),
    *(timestamp(digits, "TIMESTAMP_LTZ", UTC) for digits in range(7)),
    *(decimal(precision, scale) for precision, scale in ((1, 0), (9, 9), (18, 4), (38, 10))),
]


@pytest.mark.parametrize("round_", range(3))
def test_any_table_is_the_same_to_official_clients_and_back(
    world: World, registry: SchemaRegistryClient, round_: int
) -> None:
    kinds = RANDOM.sample(KINDS, 15)
    columns = ["n INT NOT NULL", *(f"c{i} {kind}" for i, (kind, _) in enumerate(kinds))]
    columns += ["nested ROW<a INT, seen TIMESTAMP_LTZ(6)>", "tags ARRAY<TIMESTAMP(6)>", "counts MAP<INT, STRING>"]
    name, copy = f"any_{round_}", f"any_{round_}_copy"
    run(world, f"CREATE TABLE {name} ({', '.join(columns)}) DISTRIBUTED INTO 1 BUCKETS")
    written, expected = [], []
    for n in range(8):
        cells = [cell() if RANDOM.random() < 0.8 else ("NULL", None) for _, cell in kinds]
        casts = [f"CAST({sql} AS {kind})" for (sql, _), (kind, _) in zip(cells, kinds, strict=True)]
        at = moment(6)
        literal = f"TIMESTAMP '{at.isoformat(' ', 'microseconds')}'"
        casts.append(f"CAST(ROW({n}, CAST({literal} AS TIMESTAMP_LTZ(6))) AS ROW<a INT, seen TIMESTAMP_LTZ(6)>)")
        casts += [f"ARRAY[CAST({literal} AS TIMESTAMP(6))]", f"MAP[{n}, 'v']"]
        written.append(f"SELECT {n}, {', '.join(casts)}")
        row: dict[str, Any] = {"n": n} | {f"c{i}": value for i, (_, value) in enumerate(cells)}
        row |= {"nested": {"a": n, "seen": at.replace(tzinfo=UTC)}, "tags": [at], "counts": [{"key": n, "value": "v"}]}
        expected.append(row)
    run(world, f"INSERT INTO {name} {' UNION ALL '.join(written)}")
    read = sorted(read_avro(world, registry, name, 1), key=lambda one: one["n"])
    assert read == expected

    schema = json.loads(world.registry.version("lsrc-1", f"{name}-value").schema)
    make(world, copy, value=schema)
    write_avro(world, registry, copy, *read)
    names = ", ".join(column.split()[0] for column in columns)
    assert sorted(world.query(f"SELECT {names} FROM {copy}"), key=str) == sorted(
        world.query(f"SELECT {names} FROM {name}"), key=str
    )
    made, _ = shown(world, name)
    inferred, _ = shown(world, copy)
    assert inferred == ["`key` VARBINARY(2147483647)", *made]


def test_types_that_no_table_declares_are_read_and_written_as_they_are(
    world: World, registry: SchemaRegistryClient
) -> None:
    schema = record(
        id={"type": "string", "logicalType": "uuid"},
        colour={"type": "enum", "name": "colour", "symbols": ["RED", "BLUE"]},
        clock={"type": "long", "logicalType": "time-micros"},
        price={"type": "fixed", "name": "price", "size": 5, "logicalType": "decimal", "precision": 10, "scale": 3},
        small={"type": "int", "connect.type": "int16"},
    )
    make(world, "undeclared", value=schema)
    uuid, clock = "7d444840-9dc0-11d1-b245-5ffdce74fad2", dt.time(13, 14, 15, 161718)
    value = {"id": uuid, "colour": "BLUE", "clock": clock, "price": Decimal("-12.345"), "small": -7}
    write_avro(world, registry, "undeclared", value)
    micros = ((13 * 60 + 14) * 60 + 15) * 1_000_000 + 161718
    assert world.query("SELECT * FROM undeclared") == [[None, uuid, "BLUE", str(micros), "-12.345", "-7"]]
    run(world, "INSERT INTO undeclared SELECT * FROM undeclared /*+ OPTIONS('scan.bounded.mode'='latest-offset') */")
    first, second = read_avro(world, registry, "undeclared", 1)
    assert (str(first.pop("id")), str(second.pop("id"))) == (uuid, uuid)
    assert first == second == {"colour": "BLUE", "clock": clock, "price": Decimal("-12.345"), "small": -7}
    columns, _ = shown(world, "undeclared")
    assert columns[3:] == ["`clock` BIGINT NOT NULL", "`price` DECIMAL(10, 3) NOT NULL", "`small` SMALLINT NOT NULL"]


@pytest.mark.parametrize(
    ("name", "ddl"),
    [
        ("plain", "(a INT COMMENT 'the first', b VARCHAR(7)) COMMENT 'of its own' DISTRIBUTED INTO 2 BUCKETS"),
        (
            "keyed",
            (
                "(k1 INT, k2 STRING, v ROW<x INT> COMMENT 'nested', PRIMARY KEY (k1, k2) NOT ENFORCED)"
                " DISTRIBUTED BY HASH(k1, k2) INTO 3 BUCKETS"
                " WITH ('value.format' = 'json-registry', 'kafka.retention.time' = '90 min')"
            ),
        ),
        (
            "tuned",
            (
                "(k INT, v STRING, twice AS k * 2, at_ TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',"
                " WATERMARK FOR at_ AS at_ - INTERVAL '3' SECOND) DISTRIBUTED BY HASH(k) INTO 1 BUCKETS"
                " WITH ('kafka.cleanup-policy' = 'delete-compact', 'kafka.max-message-size' = '3 mb',"
                " 'kafka.message-timestamp-type' = 'LogAppendTime', 'value.fields-include' = 'all')"
            ),
        ),
        ("raw_key", "(k STRING, v INT) DISTRIBUTED BY HASH(k) INTO 2 BUCKETS WITH ('key.format' = 'raw')"),
        (
            "prefixed",
            (
                "(from_key_v INT, v STRING) DISTRIBUTED BY HASH(from_key_v) INTO 2 BUCKETS"
                " WITH ('key.fields-prefix' = 'from_key_')"
            ),
        ),
    ],
)
def test_what_show_create_table_shows_makes_the_same_table(world: World, name: str, ddl: str) -> None:
    run(world, f"CREATE TABLE {name} {ddl}")
    ((text_of_first,),) = world.query(f"SHOW CREATE TABLE {name}")
    other = f"{name}_again"
    run(world, text_of_first.replace(f"`{name}`", f"`{other}`"))
    ((text_of_other,),) = world.query(f"SHOW CREATE TABLE {other}")
    assert text_of_other == text_of_first.replace(f"`{name}`", f"`{other}`")
    first, second = (world.kafka.topic("lkc-1", each) for each in (name, other))
    assert first.partitions == second.partitions
    assert first.configs.items() <= second.configs.items(), "defaults are settings now"


def test_a_setting_that_was_changed_elsewhere_is_shown_as_it_is(world: World) -> None:
    run(world, "CREATE TABLE changed (a INT) WITH ('kafka.retention.time' = '2 d')")
    world.kafka.alter_topic("lkc-1", "changed", configs={"retention.ms": "5000"})
    assert shown(world, "changed")[1]["kafka.retention.time"] == "5000 ms"


# Inferred tables


KEY = record(id="int")
PAIR = record(id="int", name="string")
RAW, TEXT = "VARBINARY(2147483647)", "VARCHAR(2147483647)"


@pytest.mark.parametrize(
    ("name", "key", "value", "columns", "options"),
    [
        ("i_nothing", None, None, [f"`key` {RAW}", f"`val` {RAW}"], {"key.format": "raw", "value.format": "raw"}),
        (
            "i_atoms",
            "long",
            ["null", "double"],
            ["`key` BIGINT NOT NULL", "`val` DOUBLE"],
            {"key.format": "avro-registry", "value.format": "avro-registry"},
        ),
        (
            "i_overlap",
            None,
            record(key="boolean"),
            [f"`key_key` {RAW}", "`key` BOOLEAN NOT NULL"],
            {"key.fields-prefix": "key_", "key.format": "raw"},
        ),
        (
            "i_disjoint",
            record(id="string"),
            PAIR,
            [f"`key_id` {TEXT} NOT NULL", "`id` INT NOT NULL", f"`name` {TEXT} NOT NULL"],
            {"key.fields-prefix": "key_", "key.format": "avro-registry"},
        ),
        (
            "i_joint",
            KEY,
            PAIR,
            ["`id` INT NOT NULL", f"`name` {TEXT} NOT NULL"],
            {"value.fields-include": "all", "key.format": "avro-registry"},
        ),
        (
            "i_union",
            None,
            ["null", "long", {**PAIR, "name": "Pair"}],
            [f"`key` {RAW}", "`long` BIGINT", f"`Pair` ROW<`id` INT NOT NULL, `name` {TEXT} NOT NULL>"],
            {"key.format": "raw"},
        ),
    ],
)
def test_columns_are_inferred_by_confluents_rules(  # noqa: PLR0917 - a case has these parts
    world: World, name: str, key: Any, value: Any, columns: list[str], options: dict[str, str]
) -> None:
    make(world, name, key, value)
    found, given = shown(world, name)
    assert found == columns
    assert {option: given.get(option) for option in options} == options
    assert given["changelog.mode"] == "append"


@pytest.mark.parametrize(
    ("name", "key", "value", "row", "cells"),
    [
        ("w_raw", None, PAIR, "CAST(NULL AS BYTES), 1, 'a'", [None, "1", "a"]),
        ("w_atom", "string", "int", "'k', 1", ["k", "1"]),
        ("w_disjoint", record(id="string"), PAIR, "'k', 1, 'a'", ["k", "1", "a"]),
        ("w_joint", KEY, PAIR, "1, 'a'", ["1", "a"]),
        ("w_union", None, ["int", "string"], "x'01', CAST(NULL AS INT), 'b'", ["x'01'", None, "b"]),
    ],
)
def test_an_inferred_table_is_read_and_written(  # noqa: PLR0917 - a case has these parts
    world: World, name: str, key: Any, value: Any, row: str, cells: list[Any]
) -> None:
    make(world, name, key, value)
    run(world, f"INSERT INTO {name} VALUES ({row})")
    assert world.query(f"SELECT * FROM {name}") == [cells]


def test_a_compacted_topic_is_a_table_with_a_primary_key(world: World, registry: SchemaRegistryClient) -> None:
    make(world, "latest", value=PAIR, cleanup_policy="compact")
    write_avro(world, registry, "latest", {"id": 1, "name": "old"}, {"id": 2, "name": "new"}, key=b"a")
    write_avro(world, registry, "latest", {"id": 3, "name": "other"}, key=b"b")
    assert world.query("SELECT * FROM latest WHERE id < 3") == [["x'61'", "2", "new"]]
    produce(world, "latest", None, b"b")
    assert world.query("SELECT COUNT(*) FROM latest") == [["1"]]
    columns, options = shown(world, "latest")
    assert columns[0] == f"`key` {RAW} NOT NULL"
    assert columns[-1] == "CONSTRAINT `PK_key` PRIMARY KEY (`key`) NOT ENFORCED"
    assert (options["changelog.mode"], options["kafka.cleanup-policy"]) == ("upsert", "compact")
    run(world, "ALTER TABLE latest SET ('changelog.mode' = 'append')")
    assert sorted(row[1] for row in world.query("SELECT * FROM latest")) == ["1", "2", "3"]


VALUE = {**PAIR, "name": "Value"}
ENVELOPE = record(before=["null", VALUE], after=["null", "Value"], op="string", ts_ms=["null", "long"])


def event(op: str, before: int | None, after: int | None) -> dict[str, Any]:
    rows = [None if number is None else {"id": number, "name": f"n{number}"} for number in (before, after)]
    return {"before": rows[0], "after": rows[1], "op": op, "ts_ms": 1}


def test_change_events_of_debezium_are_changes_of_their_rows(world: World, registry: SchemaRegistryClient) -> None:
    make(world, "captured", KEY, ENVELOPE)
    key = b"\0" + struct.pack(">I", world.registry.version("lsrc-1", "captured-key").id) + b"\x02"
    events = [event("r", None, 1), event("u", 1, 2), event("c", None, 3), event("d", 3, None)]
    write_avro(world, registry, "captured", *events, key=key)
    produce(world, "captured", None, key)
    columns, options = shown(world, "captured")
    assert columns == ["`id` INT NOT NULL", f"`name` {TEXT} NOT NULL"]
    wanted = {"value.format": "avro-debezium-registry", "changelog.mode": "retract", "value.fields-include": "all"}
    assert options.items() >= wanted.items()
    uid = world.run("SELECT id FROM captured")
    changes = [(row["op"], row["row"]) for row in world.rows(uid, 5)]
    assert changes == [(0, ["1"]), (1, ["1"]), (2, ["2"]), (0, ["3"]), (3, ["3"])]
    world.flink.delete(uid)
    refusal = world.refusal("INSERT INTO captured VALUES (4, 'n4')")
    assert refusal == (
        "The table 'captured' holds change events of Debezium, which Flink only reads: INSERT INTO another table."
    )
    run(world, "ALTER TABLE captured SET ('changelog.mode' = 'append')")
    assert sorted(world.query("SELECT id FROM captured")) == [["1"], ["2"], ["3"]]


def test_change_events_in_a_compacted_topic_replace_the_row_of_their_key(world: World) -> None:
    def row(*, nullable: bool) -> dict[str, Any]:
        made = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        return {"oneOf": [{"type": "null"}, made]} if nullable else made

    properties = {"before": row(nullable=True), "after": row(nullable=True), "op": {"type": "string"}}
    make(world, "replaced", None, {"type": "object", "properties": properties}, "JSON", cleanup_policy="compact")
    _, options = shown(world, "replaced")
    assert (options["value.format"], options["changelog.mode"]) == ("json-debezium-registry", "upsert")
    schema_id = world.registry.version("lsrc-1", "replaced-value").id
    for key, op, after in ((b"a", "c", 1), (b"a", "u", 2), (b"b", "c", 3), (b"b", "d", None)):
        value = {"before": None, "after": None if after is None else {"n": after}, "op": op}
        produce(world, "replaced", b"\0" + struct.pack(">I", schema_id) + json.dumps(value).encode(), key)
    assert world.query("SELECT * FROM replaced") == [["x'61'", "2"]]


def test_json_schema_beyond_types_and_properties(world: World) -> None:
    schema = {
        "type": "object",
        "$defs": {"money": {"allOf": [{"$ref": "#/$defs/amount"}, {"required": ["currency"]}]}},
        "properties": {
            "state": {"enum": ["on", "off", None], "connect.index": 0},
            "version": {"const": 3, "connect.index": 1},
            "note": {"type": "string", "nullable": True, "connect.index": 2},
            "either": {"type": ["string", "integer", "null"], "connect.index": 3},
            "price": {"$ref": "#/$defs/money"},
            "labels": {"type": "object", "additionalProperties": {"type": "number"}, "connect.index": 4},
            "when": {"type": "string", "format": "date-time", "connect.index": 5},
        },
        "required": ["state", "version", "note", "price"],
    }
    schema["$defs"] |= {  # type: ignore[operator]
        "amount": {
            "type": "object",
            "properties": {"amount": {"type": "number"}, "currency": {"type": "string"}},
            "connect.index": 9,
        }
    }
    make(world, "beyond", value=schema, kind="JSON")
    columns, _ = shown(world, "beyond")
    assert columns == [
        f"`key` {RAW}",
        f"`state` {TEXT}",
        "`version` BIGINT NOT NULL",
        f"`note` {TEXT}",
        f"`either` ROW<`connect_union_field_0` {TEXT}, `connect_union_field_1` BIGINT>",
        f"`labels` MAP<{TEXT} NOT NULL, DOUBLE NOT NULL>",
        f"`when` {TEXT}",
        f"`price` ROW<`amount` DOUBLE, `currency` {TEXT} NOT NULL> NOT NULL",
    ]
    value = {"state": "on", "version": 3, "note": None, "either": 7, "labels": {"a": 1.5}, "when": "2026-01-02"}
    write_json(world, "beyond", value | {"price": {"amount": 2.5, "currency": "eur"}})
    rows = [[None, "on", "3", None, [None, "7"], [["a", "1.5"]], "2026-01-02", ["2.5", "eur"]]]
    assert world.query("SELECT * FROM beyond") == rows
    run(world, "INSERT INTO beyond SELECT * FROM beyond /*+ OPTIONS('scan.bounded.mode'='latest-offset') */")
    assert world.query("SELECT * FROM beyond") == rows * 2


@pytest.mark.parametrize("kind", ["JSON", "AVRO"])
def test_several_kinds_of_events_in_one_topic(world: World, kind: str) -> None:
    """Schemas of other subjects are referred to; of two events alike in their fields a constant tells which it is."""
    topic = f"events_{kind.lower()}"
    names = ["Opened", "Closed"]
    schemas: dict[str, Any] = {
        "AVRO": {name: {**record(door="string"), "name": name} for name in names},
        "JSON": {
            name: {"type": "object", "properties": {"door": {"type": "string"}, "event": {"const": name}}}
            for name in names
        },
    }
    for name in names:
        world.registry.register("lsrc-1", f"{kind}-{name}", json.dumps(schemas[kind][name]), kind)
    world.kafka.create_topic("lkc-1", TopicInfo(name=topic, partitions=1))
    both: Any = names if kind == "AVRO" else {"oneOf": [{"$ref": name} for name in names]}
    references = [{"name": name, "subject": f"{kind}-{name}", "version": 1} for name in names]
    world.registry.register("lsrc-1", f"{topic}-value", json.dumps(both), kind, references)
    if kind == "JSON":
        write_json(world, topic, {"door": "front", "event": "Closed"})
        second = "connect_union_field_1"
    else:
        second = "Closed"
        run(world, f"INSERT INTO {topic} (Closed) SELECT ROW('front')")
    assert world.query(f"SELECT t.{second}.door FROM {topic} t WHERE {second} IS NOT NULL") == [["front"]]
    run(world, f"INSERT INTO {topic} SELECT * FROM {topic} /*+ OPTIONS('scan.bounded.mode'='latest-offset') */")
    assert len(world.query(f"SELECT * FROM {topic} WHERE {second} IS NOT NULL")) == 2


UNREADABLE = {
    "u_endless": (record(next=["null", "r"]), "AVRO", "The Avro type 'r' contains itself"),
    "u_null": (record(nothing="null"), "AVRO", "A field of an Avro schema is always null"),
    "u_tuple": ({"properties": {"t": {"type": "array", "prefixItems": [{}]}}}, "JSON", "JSON tuples"),
    "u_untyped": ({"properties": {"t": {}}}, "JSON", "A JSON schema has a field without a type"),
    "u_dangling": ({"properties": {"t": {"$ref": "#/$defs/gone"}}}, "JSON", "The reference '#/$defs/gone'"),
}


def test_a_topic_that_cannot_be_a_table_spoils_no_list(world: World) -> None:
    run(world, "CREATE TABLE fine (a INT)")
    for name, (schema, kind, _) in UNREADABLE.items():
        make(world, name, value=schema, kind=kind)
    for name, (_, _, why) in UNREADABLE.items():
        for sql in (f"SELECT * FROM {name}", f"DESCRIBE {name}", f"INSERT INTO {name} SELECT 1"):
            assert world.refusal(sql).startswith(f"The topic '{name}' cannot be a table: {why}"), sql
    tables = "SELECT TABLE_NAME, `COMMENT` FROM INFORMATION_SCHEMA.`TABLES` WHERE TABLE_TYPE = 'BASE TABLE'"
    found = dict(world.query(tables))
    assert found["fine"] is None
    for name, (_, _, why) in UNREADABLE.items():
        assert found[name].startswith(f"The topic '{name}' cannot be a table: {why}")
    listed = {name for (name,) in world.query("SHOW TABLES")}
    assert listed >= {"fine", *UNREADABLE}
    for view in ("COLUMNS", "TABLE_OPTIONS"):
        names = world.query(f"SELECT DISTINCT TABLE_NAME FROM INFORMATION_SCHEMA.`{view}`")
        assert ["fine"] in names
        assert not {name for (name,) in names} & set(UNREADABLE)


# $rowtime is a column, and Confluent's defaults


def test_the_hidden_time_is_there_whatever_the_statement_names(world: World) -> None:
    run(world, "CREATE TABLE clicks (u INT, at_ TIMESTAMP_LTZ(3), WATERMARK FOR at_ AS at_)")
    run(world, "CREATE TABLE users (u INT, city STRING, PRIMARY KEY (u) NOT ENFORCED)")
    join = "clicks AS c JOIN users FOR SYSTEM_TIME AS OF c.at_ AS w ON c.u = w.u"
    for sql in (
        f"SELECT c.u, w.city FROM {join}",
        "SELECT c.$rowtime, c.u FROM clicks AS c WHERE c.$rowtime > TO_TIMESTAMP_LTZ(0, 3)",
        "SELECT LAST_VALUE(u) OVER (ORDER BY c.$rowtime) FROM clicks /* c.$rowtime */ AS c WHERE '.$rowtime' <> 'a'",
    ):
        ((plan,),) = world.query(f"EXPLAIN {sql}")
        assert "$rowtime" in plan, sql


def test_a_table_may_have_its_own_column_of_the_records_time(world: World) -> None:
    columns = (
        "name STRING, seen TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', headers MAP<STRING, STRING> METADATA VIRTUAL,"
        " part INT METADATA FROM 'partition' VIRTUAL"
    )
    run(world, f"CREATE TABLE stamped ({columns}) WITH ('kafka.retention.time' = '0')")  # else a record of 1970 may go
    run(world, "INSERT INTO stamped VALUES ('ann', TO_TIMESTAMP_LTZ(86400000, 3))")
    at = "1970-01-02 00:00:00.000"
    assert world.query("SELECT s.$rowtime, * FROM stamped AS s") == [[at, "ann", at]]
    assert world.query("SELECT part IS NOT NULL, CARDINALITY(headers) FROM stamped") == [["TRUE", "0"]]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT COUNT(*) FROM beats GROUP BY HOP(at_, INTERVAL '1' SECOND, INTERVAL '5' SECOND)", "SQL syntax that"),
        ("INSERT INTO sums SELECT SUM(n) FROM beats GROUP BY n, SESSION(at_, INTERVAL '1' HOUR)", "SQL syntax that"),
        ("CREATE TABLE t AS SELECT COUNT(*) AS c FROM beats GROUP BY TUMBLE(at_, INTERVAL '1' DAY)", "SQL syntax that"),
        ("EXPLAIN SELECT 1 FROM (SELECT n FROM beats GROUP BY n, tumble(at_, INTERVAL '1' DAY))", "SQL syntax that"),
        ("SELECT n, CURRENT_TIMESTAMP AS at_, COUNT(*) FROM beats GROUP BY n", "determinism requirement"),
        ("SELECT RAND() AS r, MAX(n) FROM beats GROUP BY n", "determinism requirement"),
    ],
)
def test_what_confluents_dialect_forbids_is_refused_in_its_words(world: World, sql: str, sentence: str) -> None:
    columns = "n INT, at_ TIMESTAMP_LTZ(3), WATERMARK FOR at_ AS at_"
    run(world, f"CREATE TABLE IF NOT EXISTS beats ({columns})")
    run(world, "CREATE TABLE IF NOT EXISTS sums (n INT)")
    assert sentence in world.refusal(sql)
    if sentence.startswith("SQL syntax"):
        assert "Use table-valued function (TVF) syntax instead" in world.refusal(sql)


def test_windows_as_table_valued_functions_are_served(world: World) -> None:
    window = "TUMBLE(TABLE `product-updates`, DESCRIPTOR($rowtime), INTERVAL '1' DAY)"
    sql = f"SELECT window_start, COUNT(*) FROM {window} GROUP BY window_start, window_end"
    ((plan,),) = world.query(f"EXPLAIN {sql}")
    assert "WindowAggregate" in plan
