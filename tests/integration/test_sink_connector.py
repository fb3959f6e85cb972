"""A managed sink from the API to the store: MongoDB's own connector in the Kafka Connect worker."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
import pymongo
import pytest
from confluent_kafka import Consumer

from localcloud.credentials import Credentials
from tests.support.files import contents
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.mongodb import PASSWORD
from tests.support.mongodb_sinks import DIMENSIONS, RIGHTS, MongoDbPlace, MongoDbSink
from tests.support.sinks import PATIENCE, PRODUCTS
from tests.support.stranger import is_refused
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

# What Connect may not write into the dead-letter topic it only logs: test_sink_failures takes that right away.
PROVEN = [place for place, right in enumerate(RIGHTS) if right != ("DeveloperWrite", "topic=dlq-lcc*")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoDbPlace]:
    with MongoDbPlace.opened(tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest.fixture
def sink(place: MongoDbPlace) -> Iterator[MongoDbSink]:
    """Yield a sink that is not made yet, and is gone afterwards."""
    made = MongoDbSink(place)
    yield made
    _remove(made)


def _remove(sink: MongoDbSink) -> None:
    if sink.name in sink.cloud.call("GET", f"{sink.place.base}/connectors"):
        sink.call("DELETE")


def test_without_a_sink_there_is_no_worker(place: MongoDbPlace) -> None:
    assert place.processes("connect") == []


def test_each_product_arrives_once_with_its_vector(sink: MongoDbSink) -> None:
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


def test_a_killed_worker_loses_nothing_and_repeats_nothing(sink: MongoDbSink) -> None:
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


def _kill_worker(place: MongoDbPlace, how: signal.Signals) -> None:
    """End the worker, and wait until there is another one."""
    pid = place.worker().pid
    os.kill(pid, how)
    wait_until(lambda: _is_replaced(place, pid), "another worker", PATIENCE)


def _is_replaced(place: MongoDbPlace, pid: int) -> bool:
    with suppress(ValueError, psutil.Error):
        return place.worker().pid != pid
    return False


def test_a_record_that_cannot_be_read_is_a_dead_letter(sink: MongoDbSink) -> None:
    sink.create()
    sink.producer.produce(sink.topic, b"no schema id")
    sink.put({"product_id": "seven", "vector": []})
    sink.put({"articleType": "hat"})
    sink.put({"product_id": 1, "vector": [1.0]})
    sink.flush()
    sink.until_written(1)
    wait_until(lambda: sink.shown()["dead_letters"] == 3, "three dead letters", PATIENCE)
    assert sink.until("RUNNING") == ""
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


def test_the_store_is_restarted_under_load(sink: MongoDbSink) -> None:
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
def test_what_the_store_refuses_is_one_sentence(sink: MongoDbSink, change: dict[str, str], said: str) -> None:
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
def test_each_right_is_needed(place: MongoDbPlace, missing: int) -> None:
    sink = MongoDbSink(place, without=missing)
    try:
        sink.create()
        sink.write(count=5)
        assert "give its service account the right" in sink.until_trace("may not")
        assert sink.documents.count_documents({}) == 0
        sink.grant(missing)
        sink.until_written(5)
        assert sink.until("RUNNING") == ""
        assert sink.shown()["dead_letters"] == 0
    finally:
        _remove(sink)


def test_it_goes_on_after_pause_restart_and_change(sink: MongoDbSink) -> None:
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
    sink.call("PUT", "/config", sink.config() | {"collection": f"{sink.topic}-2"})

    def has_moved() -> bool:
        sink.write(15, 5)  # again: until the worker has the change, they go where they went before
        return elsewhere.count_documents({}) == 5

    wait_until(has_moved, "five documents elsewhere", PATIENCE)
    sink.write(20, 5)
    wait_until(lambda: elsewhere.count_documents({}) == 10, "five more documents elsewhere", PATIENCE)
    assert sink.documents.count_documents({"product_id": {"$gte": 20}}) == 0


def test_nobody_else_can_use_the_worker_and_it_tells_no_secret(sink: MongoDbSink) -> None:
    sink.create(connection_password="wrong%but/secret")
    sink.until("FAILED")
    worker = sink.place.worker()
    (listener,) = listeners_of([worker])
    assert listener.host in LOOPBACK
    assert is_refused(listener)
    assert "secret" not in " ".join(worker.cmdline())
    for path in ("", "/config", "/status", "/tasks"):
        assert "wrong" not in json.dumps(sink.call("GET", path))
    token = Credentials.load_or_make(sink.cloud.state).internal_token
    for log, text in contents(sink.cloud.state / "logs"):
        assert not any(secret in text for secret in (token, PASSWORD, "wrong%but", "wrong%25but")), log


def test_the_worker_is_started_again_and_ends_after_the_last_sink(place: MongoDbPlace) -> None:
    sink = MongoDbSink(place)
    sink.create()
    sink.until("RUNNING")
    _kill_worker(place, signal.SIGTERM)
    sink.write(count=5)
    sink.until_written(5)
    assert sink.until("RUNNING") == ""
    last = place.worker()
    _remove(sink)
    wait_until(lambda: not last.is_running(), "the worker's end", PATIENCE)


def test_a_cloud_that_is_restarted_goes_on_with_its_sinks(sink: MongoDbSink) -> None:
    sink.create()
    sink.write(count=5)
    sink.until_written(5)
    sink.cloud.restart()
    sink.write(5, 5)
    sink.until_written(10)
    assert sink.until("RUNNING") == ""


def test_a_sink_starts_the_clouds_own_store(sink: MongoDbSink) -> None:
    store = Credentials.load_or_make(sink.cloud.state).stores["mongodb"]
    host = f"127.0.0.1:{store.port}"
    login = {"connection_user": store.username, "connection_password": store.password}
    sink.create(connection_host=host, **login)
    sink.write(count=5)
    assert sink.until("RUNNING") == ""
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(host, username=store.username, password=store.password)
    wait_until(lambda: client["store"][sink.topic].count_documents({}) == 5, "five documents", PATIENCE)
    client.close()
