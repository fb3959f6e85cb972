"""The life of the worker and of its connectors, against a worker that is a script."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from localcloud.dataplane.connect.plugin_files import PluginFiles
from localcloud.dataplane.connect.worker import sinks as module
from localcloud.dataplane.connect.worker.sinks import Sinks, restart_delay
from localcloud.dataplane.interface import (
    ConnectorSpec,
    ConnectorState,
    DataPlaneError,
    NotFoundError,
    WorkerConnector,
)
from localcloud.dataplane.kafka.broker_folder import KafkaInternal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localcloud.dataplane.connect.worker.process import WorkerProcess
    from localcloud.dataplane.kafka.brokers import BrokerPlane
    from localcloud.dataplane.process.processes import ProcessHost

RUNNING: dict[str, Any] = {
    "state": "RUNNING",
    "trace": "",
    "tasks": [{"id": 0, "state": "RUNNING", "trace": ""}],
    "partitions": 1,
    "sent": 5,
}
STARTING = RUNNING | {"partitions": 0}


def failed(trace: str) -> dict[str, Any]:
    return RUNNING | {"tasks": [{"id": 0, "state": "FAILED", "trace": trace}], "partitions": 0}


FORBIDDEN = failed("org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized: [products]")
BROKEN = failed("com.mongodb.MongoTimeoutException: Timed out")


class Worker:
    """Stands for process, child and client; ``says`` is what it says of every connector."""

    def __init__(self) -> None:
        self.says = RUNNING
        self.settings: dict[str, dict[str, str]] = {}
        self.plugins: dict[str, str] = {}
        self.starts, self.restarts, self.deleted = 0, 0, list[str]()
        self.returncode: int | None = None
        self.refusing = ""

    def start(self) -> tuple[Worker, Worker]:
        self.starts += 1
        if self.refusing:
            raise DataPlaneError(self.refusing)
        self.returncode, self.settings = None, {}
        return self, self

    def stop(self) -> None:
        self.returncode = 0

    def poll(self) -> int | None:
        return self.returncode

    def put(self, name: str, settings: dict[str, str], plugin: str) -> None:
        self.settings[name] = settings
        self.plugins[name] = plugin

    def connectors(self) -> dict[str, Any]:
        return dict.fromkeys(self.settings, self.says)

    def restart(self, name: str) -> None:
        assert name in self.settings
        self.restarts += 1

    def delete(self, name: str) -> None:
        self.settings.pop(name, None)
        self.deleted.append(name)

    def close(self) -> None:
        pass


class Kafka:
    """Its dead-letter topic has three records."""

    def __init__(self) -> None:
        self.topics, self.counts = {"products"}, 0

    def topic(self, cluster_id: str, name: str) -> None:
        assert cluster_id
        if name not in self.topics:
            raise NotFoundError(name)

    def internal(self, cluster_id: str) -> KafkaInternal:
        if cluster_id == "lkc-down":
            raise DataPlaneError("The broker is down.")
        return KafkaInternal(bootstrap="127.0.0.1:1", token="internal-token")

    def start(self, cluster_id: str) -> str:
        return f"127.0.0.1:2-{cluster_id}"

    def lag(self, cluster_id: str, group: str) -> int | None:
        assert cluster_id
        return {"connect-lcc-1": 7}.get(group)

    def high_watermarks(self, cluster_id: str, name: str) -> dict[int, int]:
        assert cluster_id
        self.counts += 1
        if name != "dlq-lcc-1":
            raise NotFoundError(name)
        return {0: 3}


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def kafka() -> Kafka:
    return Kafka()


@pytest.fixture
def sinks(worker: Worker, kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sinks]:
    for name in ("POLL_SECONDS", "RIGHTS_RETRY_SECONDS", "WORKER_RETRY_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)
    made = Sinks(
        tmp_path,
        tmp_path,
        cast("ProcessHost", None),
        cast("BrokerPlane", kafka),
        plugins=PluginFiles(tmp_path, {"neo4j": tmp_path / "neo4j"}),
        base_url="http://127.0.0.1:3",
        internal_token="internal-token",
    )
    made._make_process = lambda: cast("WorkerProcess", worker)
    yield made
    made.close()


def sink(name: str = "lcc-1", cluster: str = "lkc-1", **changes: Any) -> tuple[ConnectorSpec, WorkerConnector]:
    settings = {"connector.class": "x", "value.converter": "io.confluent.connect.json.JsonSchemaConverter"}
    made: dict[str, Any] = {
        "settings": settings,
        "principal": "sa-1",
        "api_key": "",
        "api_secret": "",
        "dead_letters": f"dlq-{name}",
        "restarts": True,
    }
    connector = WorkerConnector(**(made | changes))
    return ConnectorSpec(id=name, name=name, cluster_id=cluster, registry_id="lsrc-1", config={}), connector


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state(sinks: Sinks, name: str = "lcc-1") -> ConnectorState:
    return sinks.status(name).state


def test_the_worker_is_there_as_long_as_a_sink_is(sinks: Sinks, worker: Worker) -> None:
    assert worker.starts == 0
    assert "connect-supervisor" not in {thread.name for thread in threading.enumerate()}
    sinks.start(*sink())
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    assert sinks.status("lcc-1").records_produced == 5
    sinks.remove("lcc-1")
    assert worker.deleted == ["lcc-1"]
    eventually(lambda: worker.returncode == 0)
    with pytest.raises(NotFoundError):
        sinks.status("lcc-1")
    sinks.start(*sink("lcc-2"))
    eventually(lambda: state(sinks, "lcc-2") is ConnectorState.RUNNING)
    assert worker.starts == 2


def test_a_sink_of_a_plugin_that_is_not_installed_says_so_and_runs_once_it_is(
    sinks: Sinks, worker: Worker, tmp_path: Path
) -> None:
    sinks.start(*sink(plugin="neo4j"))
    eventually(lambda: state(sinks) is ConnectorState.FAILED)
    assert sinks.status("lcc-1").trace == (
        "The connector of sinks of kind neo4j is not installed here: run `./pulumiw up` or `./pulumiw cloud start` with"
        " a stack that has such a sink."
    )
    assert worker.settings == {}
    (tmp_path / "neo4j").mkdir()
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    assert worker.plugins == {"lcc-1": str(tmp_path / "neo4j")}


def test_dead_letters_are_counted_when_somebody_asks(sinks: Sinks, worker: Worker, kafka: Kafka) -> None:
    sinks.start(*sink())
    sinks.start(*sink("lcc-2"))
    eventually(lambda: state(sinks) is state(sinks, "lcc-2") is ConnectorState.RUNNING)
    assert kafka.counts == 0
    assert (sinks.dead_letters("lcc-1"), sinks.dead_letters("lcc-2")) == (3, 0)
    assert kafka.counts == 2
    assert worker.says is RUNNING


def test_lag_is_that_of_the_sink_s_own_group(sinks: Sinks) -> None:
    sinks.start(*sink())
    sinks.start(*sink("lcc-2"))
    assert (sinks.lag("lcc-1"), sinks.lag("lcc-2")) == (7, None)
    with pytest.raises(NotFoundError):
        sinks.lag("lcc-3")


@pytest.mark.parametrize("is_there_at_first", [True, False])
def test_a_topic_that_is_not_there_is_told_and_waited_for(
    sinks: Sinks, worker: Worker, kafka: Kafka, *, is_there_at_first: bool
) -> None:
    topics = {"connector.class": "x", "topics": "products, questions"}
    if is_there_at_first:
        kafka.topics.add("questions")
    sinks.start(*sink(settings=topics))
    if is_there_at_first:
        eventually(lambda: state(sinks) is ConnectorState.RUNNING)
        kafka.topics.remove("questions")
        worker.says = STARTING
    eventually(lambda: state(sinks) is ConnectorState.FAILED)
    assert sinks.status("lcc-1").trace == (
        "The cluster has no topic questions: create it, and the connector starts, or correct the connector's topics."
    )
    assert worker.settings == {}
    worker.says = RUNNING
    kafka.topics.add("questions")
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    assert sinks.status("lcc-1").trace == ""


def test_a_pattern_that_matches_no_topic_is_told(sinks: Sinks, worker: Worker) -> None:
    worker.says = STARTING
    sinks.start(*sink(settings={"topics.regex": "product_.*"}))
    eventually(lambda: "no topic that matches product_.*" in sinks.status("lcc-1").trace)
    assert state(sinks) is ConnectorState.PROVISIONING


def test_it_logs_in_as_the_service_account(sinks: Sinks, worker: Worker) -> None:
    sinks.start(*sink())
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    settings = worker.settings["lcc-1"]
    for client in ("consumer", "producer", "admin"):
        assert settings[f"{client}.override.bootstrap.servers"] == "127.0.0.1:1"
        assert 'username="sa-1" password="internal-token"' in settings[f"{client}.override.sasl.jaas.config"]
    assert settings["value.converter"] == "rag.connect.JsonSchemaConverter"
    assert settings["value.converter.schema.registry.url"] == "http://127.0.0.1:3/schema-registry/lsrc-1"
    assert settings["value.converter.user"] == "sa-1"


def test_it_logs_in_with_an_api_key(sinks: Sinks, worker: Worker) -> None:
    sinks.start(*sink(principal="", api_key="KEY", api_secret='a"b\\c'))
    eventually(lambda: "lcc-1" in worker.settings)
    settings = worker.settings["lcc-1"]
    assert settings["consumer.override.bootstrap.servers"] == "127.0.0.1:2-lkc-1"
    assert settings["consumer.override.session.timeout.ms"] == "10000"  # not 45 s without a reader after a kill
    assert r'username="KEY" password="a\"b\\c";' in settings["consumer.override.sasl.jaas.config"]
    assert settings["value.converter.user"] == "internal"


def test_a_worker_that_died_is_started_again_with_all_its_sinks(sinks: Sinks, worker: Worker) -> None:
    sinks.start(*sink())
    sinks.start(*sink("lcc-2"))
    eventually(lambda: len(worker.settings) == 2)
    worker.returncode = -9
    eventually(lambda: worker.starts == 2 and len(worker.settings) == 2)
    eventually(lambda: state(sinks) is state(sinks, "lcc-2") is ConnectorState.RUNNING)


def test_a_worker_that_does_not_start_is_told(sinks: Sinks, worker: Worker) -> None:
    worker.refusing = "There is no java on PATH."
    sinks.start(*sink())
    eventually(lambda: state(sinks) is ConnectorState.FAILED)
    assert sinks.status("lcc-1").trace == "There is no java on PATH."
    worker.refusing = ""
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)


def test_a_right_on_its_way_is_waited_for(sinks: Sinks, worker: Worker) -> None:
    worker.says = FORBIDDEN
    sinks.start(*sink(restarts=False))
    eventually(lambda: worker.restarts > 1)
    assert state(sinks) is ConnectorState.PROVISIONING
    assert "may not use the topic products" in sinks.status("lcc-1").trace
    worker.says = STARTING
    assert "may not use the topic products" in sinks.status("lcc-1").trace
    worker.says = RUNNING
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    assert sinks.status("lcc-1").trace == ""


def test_after_a_while_a_missing_right_is_a_failure(
    sinks: Sinks, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROVISIONING_SECONDS", -1.0)
    worker.says = FORBIDDEN
    sinks.start(*sink())
    eventually(lambda: state(sinks) is ConnectorState.FAILED)


@pytest.mark.parametrize("restarts", [True, False])
def test_a_failed_sink_is_started_again_if_its_settings_say_so(
    sinks: Sinks, worker: Worker, monkeypatch: pytest.MonkeyPatch, *, restarts: bool
) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS", 0.01)
    worker.says = BROKEN
    sinks.start(*sink(restarts=restarts))
    eventually(lambda: state(sinks) is ConnectorState.FAILED)
    assert "cannot be reached" in sinks.status("lcc-1").trace
    if restarts:
        eventually(lambda: worker.restarts > 1)
        return
    time.sleep(0.1)
    assert worker.restarts == 0
    sinks.restart("lcc-1")
    eventually(lambda: worker.restarts == 1)


def test_each_wait_for_a_restart_is_twice_the_one_before_it() -> None:
    assert [restart_delay(restarts) for restarts in range(6)] == [2, 4, 8, 16, 30, 30]
    assert restart_delay(100_000) == 30


def test_one_that_has_run_for_a_while_is_started_again_soon(
    sinks: Sinks, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def delay(restarts: int) -> float:
        asked.append(restarts)
        return 0.01

    monkeypatch.setattr(module, "restart_delay", delay)
    worker.says = BROKEN
    sinks.start(*sink())
    eventually(lambda: asked[:3] == [0, 1, 2])
    monkeypatch.setattr(module, "RESTART_SECONDS", 0.01)

    def runs_and_is_started_again_soon() -> bool:
        worker.says = RUNNING
        time.sleep(0.1)  # which may be too short on a busy machine: then it is tried once more
        asked.clear()
        worker.says = BROKEN
        eventually(lambda: bool(asked))
        return asked[0] == 0

    eventually(runs_and_is_started_again_soon)


def test_changed_settings_reach_the_worker(sinks: Sinks, worker: Worker) -> None:
    sinks.start(*sink())
    eventually(lambda: state(sinks) is ConnectorState.RUNNING)
    spec, connector = sink(settings={"collection": "other"})
    changed = ConnectorSpec(
        id=spec.id, name=spec.name, cluster_id=spec.cluster_id, registry_id=None, config={"collection": "other"}
    )
    sinks.start(changed, connector)
    eventually(lambda: worker.settings["lcc-1"].get("collection") == "other")


def test_a_broker_that_is_down_is_told_and_waited_for(sinks: Sinks, worker: Worker) -> None:
    sinks.start(*sink(cluster="lkc-down"))
    eventually(lambda: sinks.status("lcc-1").trace == "The broker is down.")
    assert state(sinks) is ConnectorState.FAILED
    assert worker.settings == {}
