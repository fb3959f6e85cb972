"""Every listener of a running stack refuses whoever has no key, whichever listeners there are."""

from __future__ import annotations

import json
import re
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.apis import cloud_api
from tests.support.files import modes_in
from tests.support.listeners import LOOPBACK, Listener, listeners_of
from tests.support.stranger import UNAUTHORIZED, is_refused, status_without_a_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workshop.clone import Clone
    from workshop.stack import Stack

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of every socket in /proc"),
]

# Pulumi's own protocol: its engine and plugins reach each other over gRPC without a secret, while a command runs.
# The process that bundled plugins are forked from has another name than its forks.
PULUMI = re.compile(r"pulumi|(language|confluentcloud|random): |.* -m offline\.plugins\.(?!warm)")


@pytest.fixture(scope="module")
def listening(stack: Stack) -> Iterator[set[Listener]]:
    """Yield the listeners of the local cloud while its statements run, one of them a query that is being read."""
    clone = stack.clone
    query = clone.start("sql", "SELECT content FROM product_vector", "--json", "--seconds", "300")
    assert query.stdout is not None
    assert query.stdout.readline().startswith("{")
    ours = [process for process in clone.processes() if process.pid != query.pid]
    yield listeners_of(ours)
    query.terminate()
    query.wait()


def ports_of(listeners: set[Listener], part: str) -> list[int]:
    """Ports of the processes whose command line has ``part``."""
    return sorted(one.port for one in listeners if part in one.process)


def test_it_is_known_who_listens(clone: Clone, listening: set[Listener]) -> None:
    """That the search finds what there is, and that there is no more."""
    state = clone.path / ".local" / "cloud"
    (ports,) = (json.loads(file.read_text()) for file in state.glob("kafka/*/ports.json"))
    assert ports_of(listening, "-m localcloud serve") == [clone.port]
    assert ports_of(listening, "rag.kafka.Broker") == sorted(ports.values())
    assert ports_of(listening, "rag.flink.Main") == [int((state / "flink" / "port").read_text())]
    assert len(listening) == 1 + len(ports) + 1, listening


def test_every_listener_refuses_a_stranger(listening: set[Listener]) -> None:
    assert [one for one in listening if not is_refused(one)] == []
    assert {one.host for one in listening if one.kind == "tcp"} <= LOOPBACK


def test_flinks_endpoint_refuses_before_it_reads_a_body(clone: Clone) -> None:
    port = int((clone.path / ".local/cloud/flink/port").read_text())
    for method, path in (("PUT", "/workspace"), ("POST", "/jobs")):
        assert status_without_a_body(port, method, path) == UNAUTHORIZED


def test_during_up_nobody_else_listens(seen_during_up: set[Listener], listening: set[Listener]) -> None:
    """Neither the front door nor the process that plugins are forked from, with which launchers share a socket."""
    assert {one.kind for one in seen_during_up} == {"tcp"}
    assert {one.host for one in seen_during_up} <= LOOPBACK
    ours = {(one.host, one.port) for one in seen_during_up if not PULUMI.match(one.process)}
    assert ours == {(one.host, one.port) for one in listening}


def test_a_store_that_was_asked_for_is_one_listener_more(stack: Stack, listening: set[Listener]) -> None:
    before = {(one.host, one.port) for one in listening}
    clone, keys, login = stack.clone, stack.clone.credentials(), stack.clone.store_login("mongodb")
    spec = {
        "connection_type": "MONGODB",
        "endpoint": f"mongodb://127.0.0.1:{login.port}/",
        "auth_data": {
            "kind": "PlaintextProvider",
            "data": json.dumps({"USERNAME": login.username, "PASSWORD": login.password}),
        },
    }
    environment = stack.outputs["environmentId"]
    place = f"/sql/v1/organizations/{keys['organization_id']}/environments/{environment}/connections"
    with cloud_api(clone) as api:
        api.post(place, json={"name": "store", "spec": spec}).raise_for_status()
        api.delete(f"{place}/store").raise_for_status()
    (store,) = (one for one in listeners_of(clone.processes()) if (one.host, one.port) not in before)
    assert "rag.stores.Main" in store.process
    assert (store.host, store.port) == ("127.0.0.1", login.port)
    assert login.password not in store.process
    assert is_refused(store)


def test_nobody_else_reads_the_state(clone: Clone, listening: set[Listener]) -> None:
    assert listening
    state = clone.path / ".local" / "cloud"
    modes = modes_in(state)
    assert len(modes) > 1
    assert [path for path, mode in modes.items() if mode & (stat.S_IRWXG | stat.S_IRWXO)] == []
