"""The Qdrant server of this machine, by Qdrant's own client, by `up`, `ask` and `verify`."""

from __future__ import annotations

import os
import random
import signal
from contextlib import closing
from typing import TYPE_CHECKING, Any

import grpc
import httpx
import psutil
import pytest
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from components.config.sinks import Qdrant as Entry
from components.sinks.qdrant import QdrantStore
from components.sinks.store import StoreError
from localcloud.dataplane.stores.qdrant import Qdrant
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.store_world import StoreWorld
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.qdrant import Qdrant as Asked
from toolchain.frontdoor.verify.qdrant import Qdrant as Copied
from toolchain.frontdoor.verify.store import StoreUnreadableError
from workshop.clone import wait_until
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

KEY = "a-key-of-this-test"
COUNT, SIZE = 1_000, 64
UUID = "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"


class World(StoreWorld):
    """Qdrant's server."""

    def __init__(self, state: Path) -> None:
        super().__init__(state, Qdrant, KEY)

    def client(self, *, over_grpc: bool = True, key: str = KEY) -> QdrantClient:
        """Return Qdrant's own client."""
        port = self.login.port
        return QdrantClient(
            host="127.0.0.1", port=port, grpc_port=port, prefer_grpc=over_grpc, api_key=key, https=False, timeout=30
        )

    def store(self, **changes: str) -> QdrantStore:
        """Return what `up` makes the collection with."""
        given = {"url": f"http://{self.address}", "apiKey": KEY, "archive": "a.zip", "sha256": "0" * 64, **changes}
        return QdrantStore(Entry.model_validate(given).model_copy(update={"grpc_url": f"http://{self.address}"}), [])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("qdrant"))) as made:
        made.start()
        yield made


def vector(number: int) -> list[float]:
    made = random.Random(number)
    return [made.gauss(0, 1) for _ in range(SIZE)]


def points(count: int = COUNT) -> list[models.PointStruct]:
    return [
        models.PointStruct(id=one, vector=vector(one), payload={"articleType": f"hat-{one}", "price": 1.5})
        for one in range(count)
    ]


@pytest.mark.parametrize("over_grpc", [True, False], ids=["grpc", "rest"])
def test_what_is_written_is_found(world: World, *, over_grpc: bool) -> None:
    client, name = world.client(over_grpc=over_grpc), f"found-{over_grpc}"
    assert not client.collection_exists(name)
    client.create_collection(name, models.VectorParams(size=SIZE, distance=models.Distance.COSINE))
    client.upsert(name, points())
    client.upsert(name, points())  # again
    client.upsert(name, [models.PointStruct(id=UUID, vector=[1.0] * SIZE, payload={"nested": {"a": [1, None]}})])
    assert client.count(name).count == COUNT + 1
    found = client.query_points(name, query=vector(7), limit=3, with_payload=True).points
    assert found[0].payload == {"articleType": "hat-7", "price": 1.5}
    assert found[0].score == pytest.approx(1)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    (record,) = client.retrieve(name, [UUID], with_vectors=True)
    assert (record.id, record.payload) == (UUID, {"nested": {"a": [1, None]}})
    client.delete(name, points_selector=[UUID])
    assert client.count(name).count == COUNT
    vectors = client.get_collection(name).config.params.vectors
    assert isinstance(vectors, models.VectorParams)
    assert (vectors.size, vectors.distance) == (SIZE, models.Distance.COSINE)
    assert name in [one.name for one in client.get_collections().collections]
    client.delete_collection(name)
    assert not client.collection_exists(name)


def test_what_it_refuses_it_refuses_in_qdrants_words(world: World) -> None:
    client = world.client()
    client.create_collection("refusing", models.VectorParams(size=SIZE, distance=models.Distance.DOT))
    short = [models.PointStruct(id=1, vector=[1.0])]
    for name, wrong, status, said in (
        ("refusing", short, "INVALID_ARGUMENT", "got 1"),
        ("nowhere", points(1), "NOT_FOUND", "Collection `nowhere` doesn't exist!"),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            client.upsert(name, wrong)
        error: Any = refused.value
        assert error.code() is grpc.StatusCode[status]
        assert said in error.details()
    rest = world.client(over_grpc=False)
    with pytest.raises(UnexpectedResponse, match="already exists"):
        rest.create_collection("refusing", models.VectorParams(size=SIZE, distance=models.Distance.DOT))
    with pytest.raises(UnexpectedResponse, match="filters are not part"):
        rest.query_points(
            "refusing", query=vector(1), query_filter=models.Filter(must=[models.HasIdCondition(has_id=[1])])
        )
    with pytest.raises(UnexpectedResponse, match="an unsigned integer or a UUID"):
        rest.scroll("refusing", offset="no-id")
    client.delete_collection("refusing")


def test_nobody_gets_in_without_the_key(world: World) -> None:
    for key in ("", "wrong"):
        with pytest.raises(grpc.RpcError) as refused:
            world.client(key=key).get_collections()
        error: Any = refused.value
        assert error.code() is grpc.StatusCode.UNAUTHENTICATED
        for path in ("/", "/collections", "/collections/x/points", "/docs", "/metrics"):
            assert httpx.get(f"http://{world.address}{path}", headers={"api-key": key}).status_code == 401
    assert all(one.host in LOOPBACK or one.is_private_file for one in listeners_of([world.process]))
    assert KEY not in " ".join(world.process.cmdline())


def test_a_killed_server_comes_back_with_all_that_it_had_confirmed(world: World) -> None:
    client = world.client()
    client.create_collection("kept", models.VectorParams(size=SIZE, distance=models.Distance.COSINE))
    client.upsert("kept", points())
    pid = world.process.pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "its end", 60)
    world.start()
    assert world.client().count("kept").count == COUNT
    world.restart()
    assert world.client().count("kept").count == COUNT
    world.client().delete_collection("kept")


def test_up_makes_the_collection_and_ask_and_verify_read_it(world: World) -> None:
    store = world.store(collection="products")
    assert (
        store.make_index(SIZE) == f"made collection products at http://{world.address}, for vectors of {SIZE} numbers"
    )
    assert store.make_index(SIZE) == f"collection products at http://{world.address} is there"
    with pytest.raises(StoreError) as other:
        store.make_index(SIZE + 1)
    assert f"takes vectors of {SIZE} numbers, and the model's have {SIZE + 1}: write another collection" in str(
        other.value
    )
    output, secrets = {"url": f"http://{world.address}", "collection": "products"}, {"qdrant.api.key": KEY}
    asked = Asked(output, secrets)
    assert asked.search(vector(1), 3, "m") == []
    world.client().upsert("products", points(10))
    first, second = asked.search(vector(7), 2, "m")
    assert (first["articleType"], first["score"] > second["score"]) == ("hat-7", True)
    copied = Copied(output, secrets)
    assert (copied.documents(), copied.missing([3, 12, "9"]), copied.index_problem()) == (10, [12, "9"], "")
    assert copied.document(7) == {"articleType": "hat-7", "price": 1.5}
    assert copied.document(12) is None
    with pytest.raises(StoreUnreadableError, match=r"gone at .* does not exist"):
        Copied({**output, "collection": "gone"}, secrets).documents()
    with pytest.raises(AskError, match=f"is for vectors of {SIZE} numbers, and model m gives 2: name another"):
        asked.search([1.0, 2.0], 1, "m")
    with pytest.raises(AskError, match=r"does not exist: run `\./pulumiw up`, which makes it"):
        Asked({**output, "collection": "gone"}, secrets).search(vector(1), 1, "m")
    with pytest.raises(AskError, match="refuses the key: set the right apiKey"):
        Asked(output, {"qdrant.api.key": "wrong"}).search(vector(1), 1, "m")


def test_what_is_in_the_way_of_up_is_one_sentence(world: World) -> None:
    with pytest.raises(StoreError, match=r"refuses the key: set the right one with .*sinks\[N\]\.apiKey"):
        world.store(apiKey="wrong").make_index(SIZE)
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreError, match=f"Qdrant at {nowhere} cannot be reached"):
        world.store(url=nowhere).make_index(SIZE)
