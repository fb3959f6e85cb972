"""The Milvus server of this machine, by its own client, by the Kafka connector's calls, by `up`, `ask`, `verify`."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from components.config.sinks import Milvus as Entry
from components.flinksql import Column
from components.sinks.milvus import MilvusStore
from components.sinks.store import StoreError
from localcloud.dataplane.stores.milvus import Milvus
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.store_servers import installed
from tests.support.store_world import StoreWorld
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.milvus import Milvus as Asked
from toolchain.frontdoor.verify.milvus import Milvus as Copied
from toolchain.frontdoor.verify.store import StoreUnreadableError
from workshop.clone import PROJECT, wait_until
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.integration

PASSWORD = "a-password-of-this-test"
TOKEN = f"admin:{PASSWORD}"
COUNT, SIZE, BATCH = 1_000, 64, 500
COLUMNS = [
    Column(name="product_id", type="BIGINT"),
    Column(name="articleType", type="STRING"),
    Column(name="price", type="DOUBLE"),
    Column(name="vector", type="ARRAY<FLOAT>"),
]


class World(StoreWorld):
    """Milvus's server."""

    def __init__(self, state: Path) -> None:
        installation = installed("milvus")
        self.packages = installation
        super().__init__(state, lambda login: Milvus(installation, login), PASSWORD)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def rest(self, action: str, token: str = TOKEN, **asked: Any) -> Any:
        """Call the REST API as the Kafka connector does it."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.url}/v2/vectordb/{action}"
        return httpx.post(url, json={"dbName": "default", **asked}, headers=headers, timeout=60).json()

    def client(self, *calls: tuple[str, dict[str, Any]], token: str = TOKEN) -> list[Any]:
        """Call Milvus's own client."""
        given = {"uri": self.url, "token": token, "calls": calls}
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.pymilvus_calls"],
            input=json.dumps(given),
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(self.packages)},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        found: list[Any] = json.loads(done.stdout)
        return found

    def store(self, **changes: str) -> MilvusStore:
        """Return what `up` makes the collection with."""
        given = {"endpoint": self.url, "apiKey": TOKEN, "archive": "a.zip", "sha256": "0" * 64, **changes}
        return MilvusStore(Entry.model_validate(given), [], COLUMNS)

    def write(self, collection: str, numbers: Sequence[int], article: str = "hat") -> None:
        """Write products in the connector's way."""
        assert self.rest("collections/has", collectionName=collection)["data"]["has"]
        state = self.rest("collections/get_load_state", collectionName=collection)
        assert state["data"]["loadState"] == "LoadStateLoaded"
        described = self.rest("collections/describe", collectionName=collection)["data"]
        fields = {one["name"]: one["type"] for one in described["fields"]}
        assert fields == {"product_id": "Int64", "articleType": "VarChar", "price": "Double", "vector": "FloatVector"}
        assert described["autoId"] is False
        for start in range(0, len(numbers), BATCH):
            data = [product(number, article) for number in numbers[start : start + BATCH]]
            answer = self.rest("entities/upsert", collectionName=collection, data=data)
            assert (answer["code"], answer["data"]["upsertCount"]) == (0, len(data))


def vector(number: int) -> list[float]:
    made = random.Random(number)
    return [made.gauss(0, 1) for _ in range(SIZE)]


def product(number: int, article: str = "hat") -> dict[str, Any]:
    return {"product_id": number, "articleType": f"{article}-{number}", "price": 1.5, "vector": vector(number)}


def output_of(world: World, collection: str) -> dict[str, str]:
    """Return what the stack's outputs say of its store."""
    return {"endpoint": world.url, "database": "default", "collection": collection, "id": "product_id"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("milvus"))) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def products(world: World) -> str:
    """Return a collection that `up` has made and the connector filled, each product twice."""
    made = world.store(collection="products").make_index(SIZE)
    assert made == f"made collection products at {world.url}, for vectors of {SIZE} numbers"
    for _ in range(2):
        world.write("products", range(COUNT))
    return "products"


def test_the_official_client_finds_each_product_once(world: World, products: str) -> None:
    asked = {"collection_name": products, "data": [vector(7)], "limit": 3, "output_fields": ["articleType", "price"]}
    counted, found = world.client(
        ("query", {"collection_name": products, "filter": "", "output_fields": ["count(*)"]}), ("search", asked)
    )
    assert counted == [{"count(*)": COUNT}]
    (hits,) = found
    assert (hits[0]["product_id"], hits[0]["entity"]["articleType"], hits[0]["entity"]["price"]) == (7, "hat-7", 1.5)
    assert hits[0]["distance"] == pytest.approx(1, abs=1e-5)
    assert [one["distance"] for one in hits] == sorted((one["distance"] for one in hits), reverse=True)


def test_a_changed_product_is_the_same_entity(world: World, products: str) -> None:
    world.write(products, [8], "cap")
    (found,) = world.rest("entities/get", collectionName=products, id=[8])["data"]
    assert found["articleType"] == "cap-8"
    assert world.rest("collections/get_stats", collectionName=products)["data"] == {"rowCount": COUNT}


def test_ask_and_verify_find_products_and_say_what_is_wrong(world: World, products: str) -> None:
    output, secrets = output_of(world, products), {"token": TOKEN}
    first, second = Asked(output, secrets).search(vector(9), 2, "m")
    assert first == {"product_id": 9, "articleType": "hat-9", "price": 1.5, "score": pytest.approx(1, abs=1e-5)}
    assert first["score"] > second["score"]
    copied = Copied(output, secrets)
    assert (copied.documents(), copied.missing([3, COUNT, 9]), copied.index_problem()) == (COUNT, [COUNT], "")
    assert (copied.document(9) or {})["articleType"] == "hat-9"
    assert copied.document(COUNT) is None
    with pytest.raises(AskError, match=f"is for vectors of {SIZE} numbers, and model m gives 2: name another"):
        Asked(output, secrets).search([1.0, 2.0], 1, "m")
    with pytest.raises(AskError, match=r"does not exist: run `\./pulumiw up`, which makes it"):
        Asked(output_of(world, "gone"), secrets).search(vector(1), 1, "m")
    with pytest.raises(AskError, match="refuses the token: set the right apiKey"):
        Asked(output, {"token": "wrong"}).search(vector(1), 1, "m")
    with pytest.raises(StoreUnreadableError, match=r"gone at .* does not exist"):
        Copied(output_of(world, "gone"), secrets).documents()
    world.rest("collections/release", collectionName=products)
    with pytest.raises(AskError, match=r"is not loaded: run `\./pulumiw up`, which loads it"):
        Asked(output, secrets).search(vector(1), 1, "m")
    assert "is not loaded, so no search finds anything" in copied.index_problem()
    assert world.store(collection=products).make_index(SIZE) == f"collection products at {world.url} is there"
    assert copied.index_problem() == ""


def test_nobody_gets_in_without_the_token(world: World) -> None:
    for token in ("wrong", "admin:", f"root:{PASSWORD}"):
        assert world.rest("collections/list", token=token) == {"code": 1800, "message": "user hasn't authenticated"}
    (refused,) = world.client(("list_collections", {}), token="admin:wrong")
    assert "auth check failure" in refused["message"]
    assert world.rest("collections/list", token=PASSWORD)["code"] == 0  # as an API key
    assert all(one.host in LOOPBACK or one.is_private_file for one in listeners_of([world.process]))
    assert PASSWORD not in " ".join(world.process.cmdline())


def test_what_it_refuses_is_said_in_milvus_s_form(world: World, products: str) -> None:
    short = world.rest("entities/upsert", collectionName=products, data=[{**product(1), "vector": [1.0]}])
    assert short["code"] != 0
    assert f"dim {SIZE}, got 1" in short["message"]
    searched = world.rest("entities/search", collectionName=products, data=[[1.0]], annsField="vector")
    assert f"vector dimension mismatch, expected vector size(byte) {4 * SIZE}, actual 4" in searched["message"]
    assert world.rest("entities/get", collectionName="gone", id=[1])["code"] == 100
    assert "missing required parameters" in world.rest("entities/get", collectionName=products)["message"]
    assert "is not part of the local cloud's Milvus" in world.rest("roles/list")["message"]
    odd = {"fields": [{"fieldName": "a", "dataType": "Odd"}]}
    assert "data type Odd of field a" in world.rest("collections/create", collectionName="odd", schema=odd)["message"]


def test_what_is_in_the_way_of_up_is_one_sentence(world: World, products: str) -> None:
    with pytest.raises(StoreError, match=f"takes vectors of {SIZE} numbers, and the model's have 3: write another"):
        world.store(collection=products).make_index(3)
    with pytest.raises(StoreError, match=r"refuses the key: set the right one with .*sinks\[N\]\.apiKey"):
        world.store(apiKey="wrong").make_index(SIZE)
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreError, match=f"Milvus at {nowhere} cannot be reached"):
        world.store(endpoint=nowhere).make_index(SIZE)


def test_a_killed_server_comes_back_with_all_that_it_had_confirmed(world: World) -> None:
    world.store(collection="kept").make_index(SIZE)
    world.write("kept", range(COUNT))
    pid = world.process.pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "its end", 60)
    for again in (world.start, world.restart):
        again()
        copied = Copied(output_of(world, "kept"), {"token": TOKEN})
        assert (copied.documents(), copied.missing(range(BATCH)), copied.index_problem()) == (COUNT, [], "")
    (found,) = Asked(output_of(world, "kept"), {"token": TOKEN}).search(vector(500), 1, "m")
    assert found["product_id"] == 500
