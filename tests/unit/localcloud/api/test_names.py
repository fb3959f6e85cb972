"""Whatever a thing is to be called: it is refused with a sentence, or kept and read back as it was. Nothing else."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from localcloud.dataplane.registry.registry import SqliteRegistry
from tests.support.fake_plane import FakePlane
from tests.unit.localcloud.conftest import cluster_body, datagen_config, pool_body, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.unit.localcloud.conftest import Key, Local

# Any character that JSON can carry, lone halves of surrogate pairs too, and what would lead elsewhere on a disk.
PATHS = ["..", ".", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "\0", "a\0b", "%2e%2e%2f", "~", "C:", "a" * 5000]
NAMES = st.one_of(
    st.text(st.characters(), max_size=30),
    st.text("abcXYZ019-_. /\\%?#'\"\n", max_size=110),
    st.sampled_from(PATHS),
)
TRIES = settings(
    max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


class World:
    """A cloud whose Schema Registry is the real one, and one of everything to make things in."""

    def __init__(self, state: Path) -> None:
        plane = FakePlane()
        self.registry_store = plane.registry = SqliteRegistry(state)  # type: ignore[assignment]
        self.local: Local = start(state, plane)
        self.state = state
        self.env = self.local.environment()
        self.cluster = self.local.cluster(self.env)
        self.registry = self.local.registry(self.env)
        self.account = self.local.account("runs")
        self.pool = self.local.pool(self.env)
        self.local.grant(self.account, "FlinkAdmin", f"environment={self.env}")
        self.flink_key: Key = self.local.flink_key(self.account, self.env)
        self.files = self.found()

    def found(self) -> set[str]:
        """Return every file around the state, and in it, but for SQLite's own."""
        return {str(path) for path in self.state.parent.rglob("*") if not path.name.endswith(("-wal", "-shm"))}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send a body as ASCII, so that any string gets there, with the key for that API."""
        key = self.flink_key if path.startswith("/sql/") else self.local.admin
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        return self.local.client.request(method, path, content=content, headers=headers, auth=key)

    def close(self) -> None:
        """End it."""
        self.local.cloud.close()
        self.local.cloud.store.close()
        self.registry_store.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield a place for all of these tests."""
    state = tmp_path_factory.mktemp("around") / "state"
    state.mkdir()
    made = World(state)
    with made.local.client:
        yield made
    made.close()


# Kind -> how to make one: path and body; where its name is in the reply; where it can be read and removed.
Made = tuple[str, Any]
KINDS: dict[str, tuple[Callable[[World, str], Made], Callable[[Any], str], Callable[[World, str, Any], str]]] = {
    "environment": (
        lambda _, name: ("/org/v2/environments", {"display_name": name}),
        lambda reply: str(reply["display_name"]),
        lambda _, __, reply: f"/org/v2/environments/{reply['id']}",
    ),
    "service account": (
        lambda _, name: ("/iam/v2/service-accounts", {"display_name": name}),
        lambda reply: str(reply["display_name"]),
        lambda _, __, reply: f"/iam/v2/service-accounts/{reply['id']}",
    ),
    "cluster": (
        lambda world, name: ("/cmk/v2/clusters", cluster_body(world.env, name)),
        lambda reply: str(reply["spec"]["display_name"]),
        lambda world, _, reply: f"/cmk/v2/clusters/{reply['id']}?environment={world.env}",
    ),
    "compute pool": (
        lambda world, name: ("/fcpm/v2/compute-pools", pool_body(world.env, name)),
        lambda reply: str(reply["spec"]["display_name"]),
        lambda world, _, reply: f"/fcpm/v2/compute-pools/{reply['id']}?environment={world.env}",
    ),
    "topic": (
        lambda world, name: (f"/kafka/v3/clusters/{world.cluster}/topics", {"topic_name": name}),
        lambda reply: str(reply["topic_name"]),
        lambda world, name, _: f"/kafka/v3/clusters/{world.cluster}/topics/{quote(name, safe='')}",
    ),
    "connector": (
        lambda world, name: (
            f"/connect/v1/environments/{world.env}/clusters/{world.cluster}/connectors",
            {"name": name, "config": datagen_config(world.account, name)},
        ),
        lambda reply: str(reply["name"]),
        lambda world, name, _: (
            f"/connect/v1/environments/{world.env}/clusters/{world.cluster}/connectors/{quote(name, safe='')}"
        ),
    ),
    "connection": (
        lambda world, name: (
            f"{world.local.sql(world.env)}/connections",
            {
                "name": name,
                "spec": {
                    "connection_type": "OPENAI",
                    "endpoint": "https://api.openai.com/v1/embeddings",
                    "auth_data": {"kind": "PlaintextProvider", "data": '{"API_KEY": "k"}'},
                },
            },
        ),
        lambda reply: str(reply["name"]),
        lambda world, name, _: f"{world.local.sql(world.env)}/connections/{quote(name, safe='')}",
    ),
    "statement": (
        lambda world, name: (
            f"{world.local.sql(world.env)}/statements",
            {"name": name, "spec": {"statement": "SELECT 1", "compute_pool_id": world.pool}},
        ),
        lambda reply: str(reply["name"]),
        lambda world, name, _: f"{world.local.sql(world.env)}/statements/{quote(name, safe='')}",
    ),
}


def sentence(reply: Any) -> str:
    body = reply.json()
    found = body["message"] if "message" in body else body["errors"][0]["detail"]
    return str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_refused_or_kept_as_it_is(world: World, kind: str) -> None:
    make, name_of, place_of = KINDS[kind]
    kept = itertools.count()

    @TRIES
    @given(NAMES)
    @example("plain-name")
    def try_one(name: str) -> None:
        reply = world.send("POST", *make(world, name))
        assert reply.status_code < 500, (name, reply.text)
        if reply.status_code >= 400:
            assert sentence(reply).strip(), reply.text
            return
        next(kept)
        assert name_of(reply.json()) == name
        place = place_of(world, name, reply.json())
        read = world.send("GET", place)
        assert read.status_code == 200, (name, read.text)
        assert name_of(read.json()) == name
        gone = world.send("DELETE", place)
        assert gone.status_code < 300, (name, gone.text)

    try_one()
    assert next(kept) > 0, "no name at all was taken"
    assert world.found() == world.files


def test_a_subject_too(world: World) -> None:
    base = f"/schema-registry/{world.registry}/subjects"
    kept = itertools.count()

    @TRIES
    @given(NAMES.filter(lambda name: "%" not in name))  # which Starlette's client decodes twice
    @example("product-updates-value")
    def try_one(subject: str) -> None:
        place = f"{base}/{quote(subject, safe='', errors='replace')}"
        reply = world.send("POST", f"{place}/versions", {"schema": '"string"', "schemaType": "AVRO"})
        if reply.status_code >= 400:
            is_other_path = subject in {"", ".", ".."} or "/" in subject
            assert reply.status_code < 500 or is_other_path, (subject, reply.text)
            assert sentence(reply).strip(), reply.text
            return
        next(kept)
        in_url = subject.encode(errors="replace").decode()
        assert world.send("GET", base).json() == [in_url]
        assert world.send("GET", f"{place}/versions/latest").json()["subject"] == in_url
        for permanent in ("", "?permanent=true"):
            assert world.send("DELETE", place + permanent).status_code == 200

    try_one()
    assert next(kept) > 0, "no name at all was taken"
    assert world.found() == world.files
