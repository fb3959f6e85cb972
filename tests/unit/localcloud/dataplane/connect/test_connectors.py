"""The life of a connector, as far as it goes without a broker (with one: tests/integration/test_kafka_plane.py)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.connect.connectors import ConnectorPlane
from localcloud.dataplane.connect.datagen.progress import Progress
from localcloud.dataplane.interface import ConnectorSpec, ConnectorState, DataPlaneError, InvalidError, NotFoundError
from localcloud.dataplane.kafka.brokers import BrokerPlane
from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.registry.registry import SqliteRegistry
from tests.support.product import connector_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[ConnectorPlane]:
    """Yield a plane over a real Kafka plane that has no cluster."""
    host = ProcessHost(tmp_path)
    registry = SqliteRegistry(tmp_path)
    made = ConnectorPlane(tmp_path, BrokerPlane(tmp_path, tmp_path, host, "token"), registry)
    yield made
    made.close()
    registry.close()
    host.close()


def spec(cluster_id: str = "lkc-none", **changes: str) -> ConnectorSpec:
    return ConnectorSpec(
        id="lcc-1", name="d", cluster_id=cluster_id, registry_id="lsrc-1", config=connector_config(**changes)
    )


def wait_for(connect: ConnectorPlane, state: ConnectorState) -> str:
    deadline = time.monotonic() + 10
    while (status := connect.status("lcc-1")).state != state:
        assert time.monotonic() < deadline, status
        time.sleep(0.02)
    return status.trace


def test_a_failure_is_told_with_its_cause(connect: ConnectorPlane) -> None:
    connect.start(spec())
    assert wait_for(connect, ConnectorState.FAILED) == "Kafka cluster lkc-none does not exist."
    assert connect.status("lcc-1").tasks == [ConnectorState.FAILED]
    started = time.monotonic()
    connect.delete("lcc-1")  # also ends the wait for the next attempt
    assert time.monotonic() - started < 5
    with pytest.raises(NotFoundError, match="Connector lcc-1 does not exist"):
        connect.status("lcc-1")


def test_a_name_of_a_cluster_is_no_path(connect: ConnectorPlane) -> None:
    connect.start(spec("../../etc"))
    assert "is no Kafka cluster id" in wait_for(connect, ConnectorState.FAILED)


def test_a_configuration_that_cannot_run_is_refused_and_nothing_starts(connect: ConnectorPlane) -> None:
    with pytest.raises(InvalidError, match=r"tasks\.max"):
        connect.start(spec(**{"tasks.max": "none"}))
    with pytest.raises(NotFoundError):
        connect.status("lcc-1")


def test_paused_and_unknown(connect: ConnectorPlane) -> None:
    connect.start(spec())
    connect.pause("lcc-1")
    assert connect.status("lcc-1").state == ConnectorState.PAUSED
    connect.resume("lcc-1")
    wait_for(connect, ConnectorState.FAILED)
    for call in (connect.pause, connect.resume, connect.status):
        with pytest.raises(NotFoundError):
            call("lcc-2")
    connect.delete("lcc-2")


def test_settings_of_a_source_are_checked(connect: ConnectorPlane) -> None:
    assert not connect.datagen_errors(spec(**{"connector.class": "DatagenSource"}).config)
    assert "connector.class" in connect.datagen_errors(spec(**{"connector.class": "S3_SINK"}).config)


def test_a_restarted_source_runs_again(connect: ConnectorPlane) -> None:
    connect.start(spec())
    connect.pause("lcc-1")
    connect.restart("lcc-1")
    assert connect.status("lcc-1").state is not ConnectorState.PAUSED
    with pytest.raises(NotFoundError):
        connect.restart("lcc-2")


def test_progress_survives(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.save("lcc-1", 0, 5, 4)
    progress.save("lcc-1", 1, 7, 7)
    progress.save("lcc-2", 0, 1, 1)
    progress.close()
    again = Progress(tmp_path)
    assert (again.load("lcc-1", 0), again.load("lcc-1", 1), again.load("lcc-1", 2)) == ((5, 4), (7, 7), (0, 0))
    again.forget("lcc-1")
    assert (again.load("lcc-1", 0), again.load("lcc-2", 0)) == ((0, 0), (1, 1))
    again.close()


def test_progress_that_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(DataPlaneError, match="cannot be used"):
        Progress(tmp_path / "nowhere")
