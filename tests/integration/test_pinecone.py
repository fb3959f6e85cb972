"""The Pinecone server of this machine, for real, by Pinecone's own client."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from pinecone import Index, ServerlessSpec
from pinecone import Pinecone as Client
from pinecone.exceptions import NotFoundException, PineconeException, UnauthorizedException

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.stores.pinecone.store import Pinecone
from tests.support.listeners import listeners_of
from tests.support.store_world import StoreWorld
from tests.support.stranger import is_refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

KEY = "a-key-of-this-test"
SPEC = ServerlessSpec(cloud="aws", region="us-east-1")


class World(StoreWorld):
    """Pinecone's server, and a client."""

    def __init__(self, state: Path) -> None:
        super().__init__(state, Pinecone, KEY)
        self.client = Client(api_key=KEY, host=f"http://{self.address}")

    def index(self) -> Index:
        host = self.client.describe_index("products").host
        assert host is not None
        found = self.client.Index(host=host)
        assert isinstance(found, Index)
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("a state") / "of mine")) as made:
        made.server.needed("index-abc.svc.aped.pinecone.io:443")
        assert made.host.infos() == []  # nothing of this machine's was asked for
        made.start()
        yield made


@pytest.fixture
def products(world: World) -> Iterator[Index]:
    """Yield an empty index of two dimensions."""
    world.client.create_index("products", dimension=2, metric="cosine", spec=SPEC)
    yield world.index()
    world.client.delete_index("products")


def vectors(numbers: range) -> list[tuple[str, list[float], dict[str, int]]]:
    return [(str(n), [1.0, n / 1000], {"n": n}) for n in numbers]


def test_it_is_closed_to_strangers(world: World) -> None:
    (listener,) = listeners_of([world.process])
    assert (listener.host, listener.port) == ("127.0.0.1", world.login.port)
    assert KEY not in " ".join(world.process.cmdline())
    assert is_refused(listener)
    assert not (world.state / "pinecone").stat().st_mode & 0o077
    with pytest.raises(UnauthorizedException, match="Invalid API Key"):
        Client(api_key="wrong", host=f"http://{world.address}").list_indexes()
    assert KEY not in world.host.log("pinecone").read_text()


def test_its_own_client_writes_finds_reads_and_deletes(world: World, products: Index) -> None:
    for _ in range(2):  # delivered twice
        assert products.upsert(vectors=vectors(range(1000))).upserted_count == 1000
    stats = products.describe_index_stats()
    assert (stats.total_vector_count, stats.dimension, stats.metric) == (1000, 2, "cosine")
    found = products.query(vector=[1.0, 0.4], top_k=2, include_metadata=True, filter={"n": {"$gte": 400}}).matches
    assert [(one.id, one.metadata) for one in found] == [("400", {"n": 400}), ("401", {"n": 401})]
    assert found[0].score == pytest.approx(1.0)
    assert products.fetch(ids=["7", "none"]).vectors["7"].values == pytest.approx([1.0, 0.007])
    assert sum(len(page.vectors) for page in products.list(prefix="99")) == 11
    products.delete(ids=["400"])
    assert products.query(vector=[1.0, 0.4], top_k=1, filter={"n": {"$gte": 400}}).matches[0].id == "401"
    assert [one.name for one in world.client.list_indexes()] == ["products"]


def test_its_own_client_is_refused_with_reasons(world: World, products: Index) -> None:
    with pytest.raises(PineconeException, match="Vector dimension 3 does not match the dimension of the index 2"):
        products.upsert(vectors=[("1", [1.0, 2.0, 3.0])])
    with pytest.raises(NotFoundException, match="Resource nothing not found"):
        world.client.describe_index("nothing")
    with pytest.raises(NotFoundException, match="Namespace not found"):
        products.delete(ids=["1"], namespace="none")


def test_killed_it_comes_back_with_all_that_was_acknowledged(
    world: World, products: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localcloud.dataplane.stores.servers.RESTART_AFTER_SECONDS", 0.0)
    acknowledged, killed = 0, world.process.pid
    deadline = time.monotonic() + 60
    while acknowledged < 2000:
        try:
            products.upsert(vectors=vectors(range(acknowledged, acknowledged + 100)))
        except PineconeException:
            assert time.monotonic() < deadline
            continue
        acknowledged += 100
        if acknowledged == 1000:
            os.kill(killed, signal.SIGKILL)
    assert world.process.pid != killed
    world.restart()
    assert world.index().describe_index_stats().total_vector_count == acknowledged


def test_damage_is_told(tmp_path: Path) -> None:
    kept = tmp_path / "pinecone" / "vectors.sqlite"
    kept.parent.mkdir()
    kept.write_bytes(b"no vectors at all" * 100)
    with (
        closing(World(tmp_path)) as other,
        pytest.raises(DataPlaneError, match=r"vectors\.sqlite cannot be used .*: put the file back"),
    ):
        other.start()
