"""A managed sink from the API to the store: MongoDB's own connector in the Kafka Connect worker."""

from __future__ import annotations

import json
import os
import signal
import struct
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
import pymongo
import pytest
from confluent_kafka import Consumer, Producer

from localcloud.credentials import Credentials
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.local_cloud import LocalCloud, built_jars
from tests.support.mongodb import PASSWORD, USER, MongoDb
from tests.support.stranger import is_refused
from workshop.clone import wait_until
from workshop.docs.rights_table import SINK as TABLE
from workshop.docs.rights_table import STORE, bindings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

PATIENCE = 180.0  # seconds, on a machine that may have much else to do
PRODUCTS = 1_000
DIMENSIONS = 384
NUMBER = {"type": "number"}
SCHEMA = {
    "type": "object",
    "title": "product",
    "properties": {
        "product_id": {**NUMBER, "connect.type": "int32", "connect.index": 0},
        "articleType": {"oneOf": [{"type": "null"}, {"type": "string"}], "connect.index": 1},
        "vector": {"type": "array", "items": {**NUMBER, "connect.type": "float32"}, "connect.index": 2},
    },
    "required": ["product_id"],
}
# Role -> what a sink needs it on, as the program gives it.
RIGHTS = [
    (one.grant.role, one.grant.pattern.rpartition("/")[2].replace(TABLE, "{topic}"))
    for one in bindings(with_sink=True)
    if one.account == STORE
]
# What Connect may not write into the dead-letter topic it only logs: test_sink_failures takes that right away.
PROVEN = [place for place, right in enumerate(RIGHTS) if right != ("DeveloperWrite", "topic=dlq-lcc*")]


class Place:
    """A local cloud and a MongoDB server."""

    def __init__(self, state: Path, jars: Path) -> None:
        self.state = state
        self.mongodb = MongoDb(jars, state.parent)
        self.cloud = LocalCloud(state, jars)
        self.base = f"/connect/v1/environments/{self.cloud.environment}/clusters/{self.cloud.cluster}"
        keys = json.loads((state / "credentials.json").read_text())
        environment = (
            f"crn://confluent.cloud/organization={keys['organization_id']}/environment={self.cloud.environment}"
        )
        self.kafka_crn = f"{environment}/cloud-cluster={self.cloud.cluster}/kafka={self.cloud.cluster}"
        self.registry_crn = f"{environment}/schema-registry={self.cloud.registry}"
        owner = self.account()
        self.grant(owner, "CloudClusterAdmin", self.kafka_crn.rpartition("/")[0])
        resource = {"id": self.cloud.cluster, "environment": self.cloud.environment, "kind": "Cluster"}
        key = self.cloud.call("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": owner}, "resource": resource}})
        path = f"/cmk/v2/clusters/{self.cloud.cluster}?environment={self.cloud.environment}"
        self.login = {
            "bootstrap.servers": self.cloud.call("GET", path)["spec"]["kafka_bootstrap_endpoint"].rpartition("/")[2],
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key["id"],
            "sasl.password": key["spec"]["secret"],
        }

    def account(self) -> str:
        """A new service account."""
        made: str = self.cloud.call("POST", "/iam/v2/service-accounts", {"display_name": uuid.uuid4().hex})["id"]
        return made

    def grant(self, account: str, role: str, crn: str) -> str:
        """Bind a role, return the binding's id."""
        body = {"principal": f"User:{account}", "role_name": role, "crn_pattern": crn}
        made: str = self.cloud.call("POST", "/iam/v2/role-bindings", body)["id"]
        return made

    def worker(self) -> psutil.Process:
        """The worker's process."""
        (found,) = [one for one in self.cloud.call("GET", "/local/v1/status")["processes"] if one["name"] == "connect"]
        return psutil.Process(found["pid"])

    def close(self) -> None:
        """Stop both."""
        self.mongodb.stop()
        self.cloud.close()


class Sink:
    """A topic of products and a sink that reads it, into a collection of their own."""

    def __init__(self, place: Place, *, without: int | None = None) -> None:
        self.place, self.cloud = place, place.cloud
        self.topic = f"products-{uuid.uuid4().hex[:8]}"
        self.name = f"sink-{self.topic}"
        body = {"topic_name": self.topic, "partitions_count": 2}
        self.cloud.call("POST", f"/kafka/v3/clusters/{self.cloud.cluster}/topics", body)
        subject = f"/schema-registry/{self.cloud.registry}/subjects/{self.topic}-value/versions"
        registered = self.cloud.call("POST", subject, {"schema": json.dumps(SCHEMA), "schemaType": "JSON"})
        self.schema_id: int = registered["id"]
        self.account = place.account()
        self.bindings = [self._grant(right) for right in range(len(RIGHTS)) if right != without]
        self.documents = place.mongodb.client["store"][self.topic]

    def _grant(self, right: int) -> str:
        role, resource = RIGHTS[right]
        crn = self.place.registry_crn if resource.startswith("subject") else self.place.kafka_crn
        return self.place.grant(self.account, role, f"{crn}/{resource.format(topic=self.topic)}")

    def grant_rest(self, right: int) -> None:
        """Grant what it was made without."""
        self._grant(right)

    def config(self, **changes: str) -> dict[str, str]:
        """Return the settings as the tutorial has them, but with an id that is the same at each delivery."""
        return {
            "connector.class": "MongoDbAtlasSink",
            "name": self.name,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": self.account,
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "connection.host": self.place.mongodb.host,
            "connection.user": USER,
            "connection.password": PASSWORD,
            "database": "store",
            "collection": self.topic,
            "doc.id.strategy": "PartialValueStrategy",
            "value.projection.type": "allowlist",
            "value.projection.list": "product_id",
            "tasks.max": "2",
            **{key.replace("_", "."): value for key, value in changes.items()},
        }

    def create(self, **changes: str) -> None:
        """Make the connector."""
        self.cloud.call("POST", f"{self.place.base}/connectors", {"name": self.name, "config": self.config(**changes)})

    def call(self, method: str, path: str = "", body: Any = None) -> Any:
        """Call the connector's API."""
        return self.cloud.call(method, f"{self.place.base}/connectors/{self.name}{path}", body)

    def status(self) -> tuple[str, str]:
        """State and cause."""
        status = self.call("GET", "/status")["connector"]
        return status["state"], status["trace"]

    def until(self, state: str) -> str:
        """Wait for that state; return the cause that goes with it."""
        wait_until(lambda: self.status()[0] == state, f"{self.name} to be {state}", PATIENCE)
        return self.status()[1]

    def until_trace(self, part: str) -> str:
        """Wait for a cause that says that; return it."""
        wait_until(lambda: part in self.status()[1], f"{self.name} to say {part!r}", PATIENCE)
        return self.status()[1]

    def write(self, first: int = 0, count: int = PRODUCTS) -> None:
        """Write products."""
        producer = Producer({**self.place.login, "linger.ms": 20})
        for number in range(first, first + count):
            vector = [((number * 31 + place) % 97) / 97 for place in range(DIMENSIONS)]
            self.put(producer, {"product_id": number, "articleType": f"hat-{number}", "vector": vector})
        assert producer.flush(60) == 0

    def put(self, producer: Producer, value: Any) -> None:
        """Write one record with the registered schema."""
        header = struct.pack(">bI", 0, self.schema_id)
        while True:
            with suppress(BufferError):
                producer.produce(self.topic, header + json.dumps(value).encode())
                break
            producer.poll(0.1)

    def until_written(self, count: int) -> None:
        """Wait for that many documents."""
        wait_until(lambda: self.documents.count_documents({}) >= count, f"{count} documents", PATIENCE)

    @property
    def id(self) -> str:
        """``lcc-...``."""
        listed = self.cloud.call("GET", f"{self.place.base}/connectors?expand=id")
        identifier: str = listed[self.name]["id"]["id"]
        return identifier

    def shown(self) -> Any:
        """How ``cloud status`` shows it."""
        (one,) = [one for one in self.cloud.call("GET", "/local/v1/status")["connectors"] if one["name"] == self.name]
        return one


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place") / "state", built_jars())
    yield made
    made.close()


@pytest.fixture
def sink(place: Place) -> Iterator[Sink]:
    """Yield a sink that is not made yet, and is gone afterwards."""
    made = Sink(place)
    yield made
    _remove(made)


def _remove(sink: Sink) -> None:
    if sink.name in sink.cloud.call("GET", f"{sink.place.base}/connectors"):
        sink.call("DELETE")


def test_without_a_sink_there_is_no_worker(place: Place) -> None:
    names = {one["name"] for one in place.cloud.call("GET", "/local/v1/status")["processes"]}
    assert "connect" not in names


def test_each_product_arrives_once_with_its_vector(sink: Sink) -> None:
    sink.write()
    sink.create()
    assert sink.until("RUNNING") == ""
    sink.until_written(PRODUCTS)
    sink.write()  # all of them once more
    wait_until(lambda: sink.shown()["records"] == 2 * PRODUCTS, "the second delivery", PATIENCE)
    assert sink.documents.count_documents({}) == PRODUCTS
    document = sink.documents.find_one({"_id": {"product_id": 7}})
    assert document is not None
    assert (document["product_id"], document["articleType"]) == (7, "hat-7")
    assert document["vector"] == pytest.approx([((7 * 31 + place) % 97) / 97 for place in range(DIMENSIONS)])
    assert len(sink.call("GET", "/tasks")) == 2
    assert sink.shown()["dead_letters"] == 0


def test_a_killed_worker_loses_nothing_and_repeats_nothing(sink: Sink) -> None:
    sink.create()
    sink.until("RUNNING")
    for part in range(4):
        sink.write(part * PRODUCTS)
        if part in (1, 2):
            wait_until(lambda: sink.documents.count_documents({}) > 0, "the first documents", PATIENCE)
            _kill_worker(sink.place, signal.SIGKILL)
    sink.until_written(4 * PRODUCTS)
    assert sink.documents.count_documents({}) == 4 * PRODUCTS
    assert len(sink.documents.distinct("product_id")) == 4 * PRODUCTS
    assert sink.until("RUNNING") == ""


def _kill_worker(place: Place, how: signal.Signals) -> None:
    """End the worker, and wait until there is another one."""
    pid = place.worker().pid
    os.kill(pid, how)
    wait_until(lambda: _is_replaced(place, pid), "another worker", PATIENCE)


def _is_replaced(place: Place, pid: int) -> bool:
    with suppress(ValueError, psutil.Error):
        return place.worker().pid != pid
    return False


def test_a_record_that_cannot_be_read_is_a_dead_letter(sink: Sink) -> None:
    sink.create()
    producer = Producer(sink.place.login)
    producer.produce(sink.topic, b"no schema id")
    sink.put(producer, {"product_id": "seven", "vector": []})
    sink.put(producer, {"articleType": "hat"})
    sink.put(producer, {"product_id": 1, "vector": [1.0]})
    assert producer.flush(60) == 0
    sink.until_written(1)
    wait_until(lambda: sink.shown()["dead_letters"] == 3, "three dead letters", PATIENCE)
    assert sink.status() == ("RUNNING", "")
    consumer = Consumer({**sink.place.login, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest"})
    consumer.subscribe([f"dlq-{sink.id}"])
    found: list[Any] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < 3 and time.monotonic() < deadline:
        found += [message for message in consumer.consume(3, 0.5) if not message.error()]
    consumer.close()
    headers = [dict(message.headers()) for message in found]
    assert {one["__connect.errors.topic"] for one in headers} == {sink.topic.encode()}
    assert {one["__connect.errors.stage"] for one in headers} == {b"VALUE_CONVERTER"}
    said = sorted(one["__connect.errors.exception.message"].decode() for one in headers)
    assert "does not begin with a schema id" in " ".join(said)
    assert "The value of the field product_id is a JSON string, but its schema says a number." in " ".join(said)
    assert "There is no value for the field product_id, which its schema requires." in " ".join(said)


def test_the_store_is_restarted_under_load(sink: Sink) -> None:
    sink.create()
    sink.write()
    sink.until_written(1)
    sink.place.mongodb.stop()
    sink.write(PRODUCTS)
    sink.place.mongodb.start()
    sink.documents = sink.place.mongodb.client["store"][sink.topic]
    sink.until_written(2 * PRODUCTS)
    assert sink.documents.count_documents({}) == 2 * PRODUCTS
    sink.until("RUNNING")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"connection_password": "wrong"}, "refuses the login of admin: correct connection.user"),
        ({"connection_host": "127.0.0.1:9"}, "cannot be reached: correct connection.host"),
    ],
)
def test_what_the_store_refuses_is_one_sentence(sink: Sink, change: dict[str, str], said: str) -> None:
    sink.create(**change)
    trace = sink.until("FAILED")
    assert said in trace
    assert trace.count(". ") == 0
    assert "Exception" not in trace
    sink.call("PUT", "/config", sink.config())
    assert sink.until("RUNNING") == ""
    sink.write(count=5)
    sink.until_written(5)


@pytest.mark.parametrize("missing", PROVEN, ids=lambda place: RIGHTS[place][1])
def test_each_right_is_needed(place: Place, missing: int) -> None:
    sink = Sink(place, without=missing)
    try:
        sink.create()
        sink.write(count=5)
        assert "give its service account the right" in sink.until_trace("may not")
        assert sink.documents.count_documents({}) == 0
        sink.grant_rest(missing)
        sink.until_written(5)
        assert sink.until("RUNNING") == ""
        assert sink.shown()["dead_letters"] == 0
    finally:
        _remove(sink)


def test_it_goes_on_after_pause_restart_and_change(sink: Sink) -> None:
    sink.create()
    sink.write(count=5)
    sink.until_written(5)
    sink.call("PUT", "/pause")
    sink.until("PAUSED")
    sink.write(5, 5)
    time.sleep(2)
    assert sink.documents.count_documents({}) == 5
    sink.call("PUT", "/resume")
    sink.until_written(10)
    sink.call("POST", "/restart")
    sink.write(10, 5)
    sink.until_written(15)
    assert sink.until("RUNNING") == ""
    elsewhere = sink.place.mongodb.client["store"][f"{sink.topic}-2"]
    sink.call("PUT", "/config", sink.config(collection=f"{sink.topic}-2"))

    def has_moved() -> bool:
        sink.write(15, 5)  # again: until the worker has the change, they go where they went before
        return elsewhere.count_documents({}) == 5

    wait_until(has_moved, "five documents elsewhere", PATIENCE)
    sink.write(20, 5)
    wait_until(lambda: elsewhere.count_documents({}) == 10, "five more documents elsewhere", PATIENCE)
    assert sink.documents.count_documents({"product_id": {"$gte": 20}}) == 0


def test_nobody_else_can_use_the_worker_and_it_tells_no_secret(sink: Sink) -> None:
    sink.create(connection_password="wrong%but/secret")
    sink.until("FAILED")
    worker = sink.place.worker()
    (listener,) = listeners_of([worker])
    assert listener.host in LOOPBACK
    assert is_refused(listener)
    assert "secret" not in " ".join(worker.cmdline())
    for path in ("", "/config", "/status", "/tasks"):
        assert "wrong" not in json.dumps(sink.call("GET", path))
    token = json.loads((sink.place.state / "credentials.json").read_text())["internal_token"]
    for log in (sink.place.state / "logs").iterdir():
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in (token, PASSWORD, "wrong%but", "wrong%25but"))


def test_the_worker_is_started_again_and_ends_after_the_last_sink(place: Place) -> None:
    sink = Sink(place)
    sink.create()
    sink.until("RUNNING")
    _kill_worker(place, signal.SIGTERM)
    sink.write(count=5)
    sink.until_written(5)
    assert sink.until("RUNNING") == ""
    last = place.worker()
    _remove(sink)
    wait_until(lambda: not last.is_running(), "the worker's end", PATIENCE)


def test_a_cloud_that_is_restarted_goes_on_with_its_sinks(sink: Sink) -> None:
    sink.create()
    sink.write(count=5)
    sink.until_written(5)
    sink.place.cloud.restart()
    sink.write(5, 5)
    sink.until_written(10)
    assert sink.until("RUNNING") == ""


def test_a_sink_starts_the_clouds_own_store(sink: Sink) -> None:
    store = Credentials.load_or_make(sink.place.state).stores["mongodb"]
    host = f"127.0.0.1:{store.port}"
    login = {"connection_user": store.username, "connection_password": store.password}
    sink.create(connection_host=host, **login)
    sink.write(count=5)
    assert sink.until("RUNNING") == ""
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(host, username=store.username, password=store.password)
    wait_until(lambda: client["store"][sink.topic].count_documents({}) == 5, "five documents", PATIENCE)
    client.close()
