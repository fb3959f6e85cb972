"""Brokers, API keys and connectors, for real."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from localcloud.dataplane.connect.connectors import ConnectorPlane
from localcloud.dataplane.interface import (
    AclRule,
    ApiKeyGrant,
    ConflictError,
    ConnectorSpec,
    ConnectorState,
    DataPlaneError,
    InvalidError,
    NotFoundError,
    TopicInfo,
)
from localcloud.dataplane.kafka.admin import client_config
from localcloud.dataplane.kafka.brokers import BrokerPlane
from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.registry.registry import SqliteRegistry
from tests.support.local_cloud import built_jars
from tests.support.product import PRODUCT_FIELDS, connector_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

TOKEN = "internal-token-of-this-test"
CLUSTER = "lkc-a1"


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Plane:
    """A data plane without Flink in a folder with a space in its name."""

    def __init__(self, state: Path, jars: Path) -> None:
        self.state, self.jars = state, jars
        self.open()

    def open(self) -> None:
        self.host = ProcessHost(self.state)
        self.registry = SqliteRegistry(self.state)
        self.kafka = BrokerPlane(self.state, self.jars, self.host, TOKEN)
        self.connect = ConnectorPlane(self.state, self.kafka, self.registry)

    def close(self) -> None:
        self.connect.close()
        self.kafka.close()
        self.host.close()
        self.registry.close()

    def broker(self) -> psutil.Process:
        (info,) = [info for info in self.host.infos() if info.name == f"kafka-{CLUSTER}"]
        return psutil.Process(info.pid)

    def kill_broker(self) -> None:
        """Send SIGKILL and wait until that process is gone; another may have taken its place by then."""
        pid = self.broker().pid
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: all(info.pid != pid for info in self.host.infos()))

    def records(self, topic: str, count: int, seconds: float = 30) -> list[Any]:
        """Return the first records of a topic's partition 0."""
        login = client_config(self.kafka.internal(CLUSTER), "admin")
        consumer = Consumer({**login, "group.id": "test", "enable.auto.commit": False})
        consumer.assign([TopicPartition(topic, 0, 0)])
        found: list[Any] = []
        deadline = time.monotonic() + seconds
        while len(found) < count and time.monotonic() < deadline:
            found += [message for message in consumer.consume(count - len(found), 0.2) if not message.error()]
        consumer.close()
        assert len(found) == count, f"{len(found)} records of {topic} within {seconds} s"
        return found


@pytest.fixture(scope="module")
def jars() -> Path:
    """Return where the modules were built."""
    return built_jars()


@pytest.fixture(scope="module")
def plane(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    made = Plane(tmp_path_factory.mktemp("a state") / "of mine", jars)
    made.kafka.start(CLUSTER)
    made.kafka.authorize(CLUSTER, EVERYTHING)
    yield made
    made.close()


@pytest.fixture
def topic(plane: Plane) -> Iterator[str]:
    """Yield the name of a topic that is gone afterwards."""
    name = f"t-{time.monotonic_ns()}"
    yield name
    with contextlib.suppress(NotFoundError):
        plane.kafka.delete_topic(CLUSTER, name)


EVERYTHING = [
    AclRule(principal=principal, resource_type=type_, resource_name="*", operation="ALL")
    for principal in ("User:sa-1", "User:sa-123")  # the second: as whom the connector of tests/support/product.py runs
    for type_ in ("TOPIC", "GROUP", "TRANSACTIONAL_ID")
]


def written(plane: Plane, topic: str, principal: str, **settings: Any) -> str:
    """Return ``ok``, or the name of the error that a record of ``principal`` is refused with."""
    login = client_config(plane.kafka.internal(CLUSTER), principal)
    outcomes: list[Any] = []
    producer = Producer({**login, **settings})
    producer.produce(topic, b"x", on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(30)
    (error,) = outcomes
    return "ok" if error is None else str(error.name())


def test_nobody_writes_without_a_rule(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    assert written(plane, topic, "sa-2") == "TOPIC_AUTHORIZATION_FAILED"
    rule = {"principal": "User:sa-2", "resource_type": "TOPIC", "resource_name": topic[:-1], "pattern_type": "PREFIXED"}
    plane.kafka.authorize(CLUSTER, [*EVERYTHING, AclRule(**rule, operation="WRITE")])
    assert written(plane, topic, "sa-2", **{"enable.idempotence": True}) == "ok"
    plane.kafka.authorize(CLUSTER, [*EVERYTHING, AclRule(**rule, operation="READ")])
    assert written(plane, topic, "sa-2") == "TOPIC_AUTHORIZATION_FAILED"
    assert written(plane, topic, "admin") == "ok"


def test_the_list_of_rules_is_replaced_and_survives_a_restart(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    cluster = AclRule(
        principal="User:sa-2", resource_type="CLUSTER", resource_name="kafka-cluster", operation="IDEMPOTENT_WRITE"
    )
    write = AclRule(principal="User:sa-2", resource_type="TOPIC", resource_name=topic, operation="WRITE")
    for _ in range(2):  # the second time nothing changes
        plane.kafka.authorize(CLUSTER, [*EVERYTHING, cluster, write])
    plane.kafka.stop(CLUSTER)
    plane.kafka.start(CLUSTER)
    assert written(plane, topic, "sa-2") == "ok"
    plane.kafka.authorize(CLUSTER, EVERYTHING)
    assert written(plane, topic, "sa-2") == "TOPIC_AUTHORIZATION_FAILED"


def grant(key: str, secret: str, principal: str = "sa-1") -> ApiKeyGrant:
    return ApiKeyGrant(key=key, secret_sha256=hashlib.sha256(secret.encode()).hexdigest(), principal=principal)


def login(bootstrap: str, user: str, password: str) -> str:
    """Log in as a client does; return ``ok`` or the name of the error."""
    errors: list[Any] = []
    client = Producer(
        {
            "bootstrap.servers": bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": user,
            "sasl.password": password,
            "error_cb": errors.append,
            "log_level": 0,
        }
    )
    for _ in range(20):
        client.poll(0.1)
        if any(error.code() == KafkaError._AUTHENTICATION for error in errors):
            return "refused"
        try:
            client.list_topics(timeout=0.3)
        except KafkaException:
            continue
        return "ok"
    return "unreachable"


# Life -----------------------------------------------------------------------------------------------------------------


def test_start_is_idempotent_and_the_endpoint_is_kept(plane: Plane) -> None:
    endpoint = plane.kafka.start(CLUSTER)
    pid = plane.broker().pid
    assert plane.kafka.start(CLUSTER) == endpoint
    assert plane.broker().pid == pid
    plane.kafka.stop(CLUSTER)
    assert plane.host.infos() == []
    assert plane.kafka.start(CLUSTER) == endpoint


def test_no_secret_on_the_command_line_or_in_a_file(plane: Plane) -> None:
    assert TOKEN not in " ".join(plane.broker().cmdline())
    folder = plane.state / "kafka" / CLUSTER
    for name in ("broker.properties", "api-keys.json", "ports.json"):
        assert TOKEN not in (folder / name).read_text()
    assert (folder / "broker.properties").stat().st_mode & 0o077 == 0
    assert (folder / "api-keys.json").stat().st_mode & 0o077 == 0
    assert TOKEN not in plane.host.log(f"kafka-{CLUSTER}").read_text()
    assert TOKEN not in repr(plane.kafka.internal(CLUSTER))


def test_a_killed_broker_is_noticed_by_the_next_call(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    plane.kill_broker()
    assert plane.kafka.topic(CLUSTER, topic).partitions == 1


def test_a_broker_that_dies_later_comes_back_by_itself(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localcloud.dataplane.kafka.brokers.RESTART_AFTER_SECONDS", 0)
    plane.kill_broker()
    assert eventually(lambda: plane.host.is_alive(f"kafka-{CLUSTER}"))
    assert plane.kafka.topics(CLUSTER) is not None


def test_two_clusters_are_apart_and_a_deleted_one_leaves_nothing(plane: Plane) -> None:
    other = "lkc-b2"
    assert plane.kafka.start(other) != plane.kafka.start(CLUSTER)
    plane.kafka.create_topic(other, TopicInfo(name="same", partitions=1))
    assert "same" not in [found.name for found in plane.kafka.topics(CLUSTER)]
    plane.kafka.delete(other)
    assert not (plane.state / "kafka" / other).exists()
    assert [info.name for info in plane.host.infos()] == [f"kafka-{CLUSTER}"]
    with pytest.raises(NotFoundError, match="lkc-b2 does not exist"):
        plane.kafka.topics(other)
    plane.kafka.delete(other)


def test_a_taken_port_is_named(plane: Plane) -> None:
    plane.kafka.stop(CLUSTER)
    ports = json.loads((plane.state / "kafka" / CLUSTER / "ports.json").read_text())
    complaint = f"Port {ports['internal']} of Kafka cluster {CLUSTER} is taken"
    with socket.create_server(("127.0.0.1", ports["internal"])), pytest.raises(DataPlaneError, match=complaint):
        plane.kafka.start(CLUSTER)
    plane.kafka.start(CLUSTER)


def test_without_java(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(DataPlaneError, match="no java on PATH: install a JDK 17"):
        plane.kafka.start("lkc-c3")
    shutil.rmtree(plane.state / "kafka" / "lkc-c3")


@pytest.mark.parametrize("name", ["../x", "lkc-", "lkc-A", "lkc-a/../b", ""])
def test_a_cluster_id_is_never_a_path(plane: Plane, name: str) -> None:
    for call in (plane.kafka.start, plane.kafka.stop, plane.kafka.delete, plane.kafka.topics, plane.kafka.internal):
        with pytest.raises(InvalidError, match="is no Kafka cluster id"):
            call(name)


# API keys -------------------------------------------------------------------------------------------------------------


def test_api_keys_are_checked_and_revoked(plane: Plane) -> None:
    client = plane.kafka.start(CLUSTER)
    internal = plane.kafka.internal(CLUSTER).bootstrap
    plane.kafka.grant(CLUSTER, [grant("KEY1", "right"), grant("KEY2", "other")])
    assert login(client, "KEY1", "right") == "ok"
    assert login(client, "KEY1", "wrong") == "refused"
    assert login(client, "KEY1", "other") == "refused"
    assert login(client, "NOKEY", "right") == "refused"
    assert login(client, "admin", TOKEN) == "refused"
    assert login(internal, "KEY1", "right") == "refused"
    assert login(internal, "sa-1", TOKEN) == "ok"
    plane.kafka.grant(CLUSTER, [grant("KEY1", "rotated")])
    assert login(client, "KEY1", "right") == "refused"
    assert login(client, "KEY1", "rotated") == "ok"
    assert login(client, "KEY2", "other") == "refused"
    plane.kafka.grant(CLUSTER, [])
    assert login(client, "KEY1", "rotated") == "refused"


# Topics ---------------------------------------------------------------------------------------------------------------


def test_the_life_of_a_topic(plane: Plane, topic: str) -> None:
    kafka = plane.kafka
    kafka.create_topic(
        CLUSTER, TopicInfo(name=topic, partitions=2, replication_factor=3, configs={"retention.ms": "60000"})
    )
    found = kafka.topic(CLUSTER, topic)
    assert (found.partitions, found.replication_factor, found.configs) == (2, 1, {"retention.ms": "60000"})
    assert TopicInfo(name=topic, partitions=2) in kafka.topics(CLUSTER), "a list has no configs"
    with pytest.raises(ConflictError, match=f"Topic '{topic}' already exists"):
        kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    kafka.alter_topic(CLUSTER, topic, partitions=3, configs={"retention.ms": None, "cleanup.policy": "compact"})
    found = kafka.topic(CLUSTER, topic)
    assert (found.partitions, found.configs) == (3, {"cleanup.policy": "compact"})
    assert (found.defaults["retention.ms"], found.defaults["max.message.bytes"]) == ("604800000", "2097164")
    with pytest.raises(InvalidError, match="can only grow"):
        kafka.alter_topic(CLUSTER, topic, partitions=1)
    assert kafka.high_watermarks(CLUSTER, topic) == {0: 0, 1: 0, 2: 0}
    producer = Producer(client_config(kafka.internal(CLUSTER), "sa-1"))
    outcomes: list[Any] = []
    producer.produce(topic, b"x", b"key", partition=1, on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(10)
    assert outcomes == [None]
    assert kafka.high_watermarks(CLUSTER, topic) == {0: 0, 1: 1, 2: 0}
    kafka.delete_topic(CLUSTER, topic)
    assert topic not in [info.name for info in kafka.topics(CLUSTER)]


def test_records_are_what_a_consumer_reads(plane: Plane, topic: str) -> None:
    kafka = plane.kafka
    kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=2))
    settings = client_config(kafka.internal(CLUSTER), "sa-1")
    producer = Producer(settings | {"transactional.id": topic, "linger.ms": 0})
    producer.init_transactions(30)

    def has(records: int) -> bool:
        return sum(kafka.records(CLUSTER)[topic].values()) == records

    committed = 0
    for is_committed in (True, False, True):
        producer.begin_transaction()
        for number in range(3):
            producer.produce(topic, str(number), partition=number % 2)
            producer.flush(10)
        if is_committed:
            producer.commit_transaction(30)
            committed += 3
        else:
            producer.abort_transaction(30)
        # A commit is answered before the broker has written the transaction's end into the partitions.
        assert eventually(partial(has, committed))
    producer.begin_transaction()
    producer.produce(topic, "open", partition=0)
    producer.flush(10)
    assert has(6)
    plain = Producer(settings)
    plain.produce(topic, "last", partition=1)
    plain.flush(10)
    assert has(7)
    assert sum(kafka.high_watermarks(CLUSTER, topic).values()) > 7 + 3
    producer.abort_transaction(30)
    kafka.delete_topic(CLUSTER, topic)


def test_wrong_topics(plane: Plane, topic: str) -> None:
    kafka = plane.kafka
    for call in (
        lambda: kafka.topic(CLUSTER, topic),
        lambda: kafka.delete_topic(CLUSTER, topic),
        lambda: kafka.alter_topic(CLUSTER, topic, configs={"retention.ms": "1"}),
        lambda: kafka.high_watermarks(CLUSTER, topic),
    ):
        with pytest.raises(NotFoundError, match=f"Topic '{topic}' does not exist"):
            call()
    with pytest.raises(InvalidError):
        kafka.create_topic(CLUSTER, TopicInfo(name="a/b", partitions=1))
    with pytest.raises(InvalidError, match="nonsense"):
        kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1, configs={"nonsense": "1"}))
    with pytest.raises(InvalidError):
        kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=0))


def test_transactions_work_with_one_broker(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    settings = {"transactional.id": "tx", "transaction.timeout.ms": 900_000}
    producer = Producer({**client_config(plane.kafka.internal(CLUSTER), "sa-1"), **settings})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"once")
    producer.commit_transaction(30)
    assert plane.records(topic, 1)[0].value() == b"once"


# Connectors -----------------------------------------------------------------------------------------------------------


def spec(topic: str, **changes: str) -> ConnectorSpec:
    config = connector_config(**{"kafka.topic": topic, "max.interval": "5", **changes})
    return ConnectorSpec(id="lcc-1", name=config["name"], cluster_id=CLUSTER, registry_id="lsrc-1", config=config)


@pytest.fixture
def connector(plane: Plane, topic: str) -> Iterator[str]:
    """Yield the topic of the connector ``lcc-1``, which is gone afterwards."""
    yield topic
    plane.connect.delete("lcc-1")
    if plane.registry.all("lsrc-1", f"{topic}-value"):
        plane.registry.delete_subject("lsrc-1", f"{topic}-value")


def produced(plane: Plane) -> int:
    return plane.connect.status("lcc-1").records_produced


def test_products_arrive_as_the_tutorial_says(plane: Plane, connector: str) -> None:
    plane.connect.start(spec(connector))
    records = plane.records(connector, 200)
    schema = plane.registry.version("lsrc-1", f"{connector}-value")
    assert schema.schema_type == "JSON"
    assert plane.kafka.topic(CLUSTER, connector).partitions == 1
    for record in records:
        assert record.key() is None
        assert struct.unpack(">bI", record.value()[:5]) == (0, schema.id)
        product = json.loads(record.value()[5:])
        price = product.pop("price")
        assert 10 <= price < 95
        assert price == round(price, 2)
        assert product.keys() == PRODUCT_FIELDS.keys()
        assert all(product[name] in allowed for name, allowed in PRODUCT_FIELDS.items())
    status = plane.connect.status("lcc-1")
    assert (status.state, status.tasks) == (ConnectorState.RUNNING, [ConnectorState.RUNNING])
    assert eventually(lambda: produced(plane) >= 200)


def test_the_first_record_does_not_wait_for_the_interval(plane: Plane, connector: str) -> None:
    plane.connect.start(spec(connector, **{"max.interval": "600000"}))
    assert len(plane.records(connector, 1, seconds=5)) == 1
    assert eventually(lambda: produced(plane) == 1)


def counting(topic: str, **changes: str) -> ConnectorSpec:
    number = {"type": "int", "arg.properties": {"iteration": {"start": 0}}}
    schema = {"type": "record", "name": "n", "fields": [{"name": "n", "type": number}]}
    plain = {
        "schema.string": json.dumps(schema),
        "output.data.format": "JSON",
        "transforms": "",
        "schema.keyfield": "n",
    }
    made = spec(topic, **{**plain, **changes})
    config = {key: value for key, value in made.config.items() if not key.startswith("transforms.")}
    return ConnectorSpec(id=made.id, name=made.name, cluster_id=CLUSTER, registry_id=None, config=config)


def test_progress_survives_pause_change_and_restart(plane: Plane, connector: str) -> None:
    plane.connect.start(counting(connector))
    assert eventually(lambda: produced(plane) >= 20)
    plane.connect.pause("lcc-1")
    paused = produced(plane)
    assert plane.connect.status("lcc-1").state == ConnectorState.PAUSED
    time.sleep(0.3)
    assert plane.kafka.high_watermarks(CLUSTER, connector) == {0: paused}
    plane.connect.start(counting(connector))
    assert eventually(lambda: produced(plane) > paused)
    plane.connect.start(counting(connector, **{"max.interval": "2"}))
    changed = produced(plane)
    assert eventually(lambda: produced(plane) > changed)
    plane.close()
    plane.open()
    plane.connect.start(counting(connector))
    before = produced(plane)
    assert before > changed
    assert eventually(lambda: produced(plane) > before + 5)
    records = plane.records(connector, before + 5)
    assert [json.loads(record.value())["n"] for record in records] == list(range(before + 5))
    assert records[7].key() == b"7"


def test_a_killed_broker_costs_no_record(plane: Plane, connector: str) -> None:
    plane.connect.start(counting(connector))
    assert eventually(lambda: produced(plane) >= 10)
    plane.kill_broker()
    before = produced(plane)
    assert eventually(lambda: produced(plane) > before + 10, 60)
    records = plane.records(connector, before + 10)
    assert [json.loads(record.value())["n"] for record in records] == list(range(before + 10))


def test_a_configured_number_of_records_by_several_tasks(plane: Plane, connector: str) -> None:
    plane.connect.start(counting(connector, **{"iterations": "7", "tasks.max": "3"}))
    assert eventually(lambda: plane.connect.status("lcc-1").state == ConnectorState.FAILED)
    status = plane.connect.status("lcc-1")
    assert (status.records_produced, len(status.tasks)) == (21, 3)
    assert "generated the configured 7" in status.trace


def test_avro_goes_out_with_the_registered_schema(plane: Plane, connector: str) -> None:
    plane.connect.start(spec(connector, **{"output.data.format": "AVRO"}))
    (record,) = plane.records(connector, 1)
    schema = plane.registry.version("lsrc-1", f"{connector}-value")
    assert schema.schema_type == "AVRO"
    assert struct.unpack(">bI", record.value()[:5]) == (0, schema.id)


def test_an_api_key_that_is_wrong_fails_the_connector(plane: Plane, connector: str) -> None:
    plane.kafka.grant(CLUSTER, [grant("KEY", "right")])
    key = {"kafka.auth.mode": "KAFKA_API_KEY", "kafka.api.key": "KEY", "auto.restart.on.user.error": "false"}
    plane.connect.start(counting(connector, **key, **{"kafka.api.secret": "wrong"}))
    assert eventually(lambda: plane.connect.status("lcc-1").state == ConnectorState.FAILED)
    trace = plane.connect.status("lcc-1").trace
    assert trace.startswith("Kafka refused the connector")
    assert "wrong" not in trace
    plane.connect.start(counting(connector, **key, **{"kafka.api.secret": "right"}))
    assert eventually(lambda: produced(plane) > 3)


def test_what_needs_a_registry_says_so(plane: Plane, connector: str) -> None:
    made = spec(connector)
    plane.connect.start(
        ConnectorSpec(id=made.id, name=made.name, cluster_id=CLUSTER, registry_id=None, config=made.config)
    )
    assert eventually(lambda: plane.connect.status("lcc-1").state == ConnectorState.FAILED)
    assert "needs a Schema Registry" in plane.connect.status("lcc-1").trace


def test_a_reader_begins_with_the_newest_committed_records_and_goes_on(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=2))
    login = client_config(plane.kafka.internal(CLUSTER), "admin")
    plain = Producer(login)
    for number in range(20):
        plain.produce(topic, key=b"k", value=str(number), partition=number % 2)
    plain.flush(30)
    writer = Producer({**login, "transactional.id": f"tx-{topic}"})
    writer.init_transactions(30)
    writer.begin_transaction()
    writer.produce(topic, value="committed", partition=0)
    writer.commit_transaction(30)
    # The marker of the transaction's end is written soon after the commit.
    assert eventually(lambda: plane.kafka.high_watermarks(CLUSTER, topic) == {0: 12, 1: 10})
    ends = plane.kafka.end_offsets(CLUSTER)
    assert ends[topic] == {0: 12, 1: 10}
    assert not [name for name in ends if name.startswith("__")]
    reader = plane.kafka.reader(CLUSTER, topic, 3)
    try:
        found: list[Any] = []
        assert eventually(lambda: found.extend(reader.read(0.1)) or reader.has_caught_up)  # type: ignore[func-returns-value]
        # The last offset of partition 0 is that marker.
        assert sorted(one.value for one in found) == [b"15", b"17", b"18", b"19", b"committed"]
        assert {one.key for one in found} == {b"k", None}
        assert all(one.timestamp > 1_700_000_000_000 for one in found)
        writer.begin_transaction()
        writer.produce(topic, value="open", partition=1)
        writer.flush(30)
        assert reader.read(0.5) == []
        writer.commit_transaction(30)
        assert eventually(lambda: [one.value for one in reader.read(0.1)] == [b"open"])
    finally:
        reader.close()


def test_lag_is_what_a_group_has_not_committed(plane: Plane, topic: str) -> None:
    plane.kafka.create_topic(CLUSTER, TopicInfo(name=topic, partitions=1))
    login = client_config(plane.kafka.internal(CLUSTER), "admin")
    producer = Producer(login)
    for number in range(9):
        producer.produce(topic, value=str(number))
    producer.flush(30)
    group = f"g-{topic}"
    assert plane.kafka.lag(CLUSTER, group) is None
    consumer = Consumer({**login, "group.id": group, "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(topic, 0, 4)], asynchronous=False)
    consumer.close()
    assert plane.kafka.lag(CLUSTER, group) == 5
