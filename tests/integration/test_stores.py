"""The MongoDB server of this machine, for real, by MongoDB's own driver."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient, ReplaceOne
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError
from pymongo.operations import SearchIndexModel

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.process.processes import ProcessHost
from localcloud.dataplane.stores.mongodb import MongoDb
from localcloud.dataplane.stores.servers import Servers
from tests.support.listeners import listeners_of
from tests.support.local_cloud import built_jars
from tests.support.store_world import StoreWorld
from tests.support.stranger import is_refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pymongo.collection import Collection

pytestmark = pytest.mark.integration

PASSWORD = "a-password-of-this-test"
UNAUTHORIZED, WRONG, NO_COLLECTION, DUPLICATE_INDEX, OF_SEARCH = 13, 18, 26, 68, 8


class World(StoreWorld):
    """MongoDB's server, and a client."""

    def __init__(self, state: Path, jars: Path) -> None:
        super().__init__(state, partial(MongoDb, jars), PASSWORD)
        self.jars = jars
        self.client: MongoClient[dict[str, Any]] = MongoClient(f"mongodb://admin:{PASSWORD}@{self.address}/")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("a state") / "of mine", built_jars())) as made, made.client:
        assert made.host.infos() == []
        made.server.needed("db.example.net:27017")
        assert made.host.infos() == []  # nothing of this machine's was asked for
        made.server.needed(f"localhost:{made.login.port}")
        yield made


@pytest.fixture
def products(world: World) -> Iterator[Collection[dict[str, Any]]]:
    """Yield an empty collection with a vector index of two dimensions."""
    collection = world.client.store.create_collection("products")
    collection.create_search_index(index())
    yield collection
    collection.drop()


def index(name: str = "vector_index", **changes: Any) -> SearchIndexModel:
    vector = {"type": "vector", "path": "vector", "numDimensions": 2, "similarity": "dotProduct"} | changes
    return SearchIndexModel(
        name=name, type="vectorSearch", definition={"fields": [vector, {"type": "filter", "path": "n"}]}
    )


def search(collection: Collection[dict[str, Any]], *vector: float, **changes: Any) -> list[dict[str, Any]]:
    stage = {"index": "vector_index", "path": "vector", "queryVector": list(vector), "numCandidates": 10, "limit": 2}
    shown = {"n": 1, "_id": 0, "score": {"$meta": "vectorSearchScore"}}
    return list(collection.aggregate([{"$vectorSearch": stage | changes}, {"$project": shown}]))


def code(error: pytest.ExceptionInfo[OperationFailure]) -> int | None:
    return error.value.code


def test_it_is_closed_to_strangers(world: World) -> None:
    (listener,) = listeners_of([world.process])
    assert (listener.host, listener.port) == ("127.0.0.1", world.login.port)
    assert PASSWORD not in " ".join(world.process.cmdline())
    assert is_refused(listener)
    assert not (world.state / "mongodb").stat().st_mode & 0o077
    assert PASSWORD not in world.host.log("mongodb").read_text()


@pytest.mark.parametrize("login", ["admin:wrong@", "root:{password}@"])
def test_a_wrong_login_is_refused(world: World, login: str) -> None:
    with (
        MongoClient[dict[str, Any]](f"mongodb://{login.format(password=PASSWORD)}{world.address}/") as client,
        pytest.raises(OperationFailure, match="Authentication failed") as error,
    ):
        client.store.products.find_one()
    assert code(error) == WRONG


def test_connectors_see_that_they_may_write(world: World) -> None:
    status = world.client.admin.command("connectionStatus", showPrivileges=True)["authInfo"]
    assert [user["user"] for user in status["authenticatedUsers"]] == ["admin"]
    (privilege,) = status["authenticatedUserPrivileges"]
    assert {"insert", "update", "remove"} <= set(privilege["actions"])


def test_vectors_are_found_with_atlass_scores(products: Collection[dict[str, Any]]) -> None:
    products.insert_many(
        [{"n": 1, "vector": [1.0, 0.0]}, {"n": 2, "vector": [0.6, 0.8]}, {"n": 3}, {"n": 4, "vector": [1]}]
    )
    first, second = search(products, 1.0, 0.0)
    assert (first["n"], second["n"]) == (1, 2)
    assert (first["score"], second["score"]) == (pytest.approx(1.0), pytest.approx(0.8))
    assert [one["n"] for one in search(products, 1.0, 0.0, filter={"n": {"$gt": 1}})] == [2]
    products.replace_one({"n": 1}, {"n": 1, "vector": [-1.0, 0.0]})
    assert [one["n"] for one in search(products, 1.0, 0.0)] == [2, 1]
    products.delete_one({"n": 2})
    assert [one["n"] for one in search(products, 1.0, 0.0)] == [1]
    assert set(products.find_one({"n": 1}) or {}) == {"_id", "n", "vector"}


def test_search_errors_are_atlass(products: Collection[dict[str, Any]]) -> None:
    products.insert_one({"n": 1, "vector": [1.0, 0.0]})
    assert search(products, 1.0, 0.0, index="other") == []
    for changes, said in (
        ({"queryVector": [1.0]}, "vector field is indexed with 2 dimensions but queried with 1"),
        ({"path": "n"}, "n is not indexed as vector"),
        ({"filter": {"m": 1}}, "Path 'm' needs to be indexed as filter"),
    ):
        with pytest.raises(OperationFailure, match=said) as error:
            search(products, 1.0, 0.0, **changes)
        assert code(error) == OF_SEARCH
    with pytest.raises(OperationFailure, match="only valid as the first stage"):
        list(products.aggregate([{"$match": {}}, {"$vectorSearch": {}}]))


def test_search_indexes_are_looked_after(world: World, products: Collection[dict[str, Any]]) -> None:
    (shown,) = products.list_search_indexes()
    assert (shown["name"], shown["type"], shown["queryable"]) == ("vector_index", "vectorSearch", True)
    with pytest.raises(OperationFailure) as error:
        products.create_search_index(index())
    assert code(error) == DUPLICATE_INDEX
    with pytest.raises(OperationFailure) as error:
        world.client.store.nothing.create_search_index(index())
    assert code(error) == NO_COLLECTION
    products.insert_one({"n": 1, "vector": [1.0, 0.0, 0.0]})
    assert search(products, 1.0, 0.0) == []
    products.update_search_index("vector_index", index(numDimensions=3).document["definition"])
    assert [one["n"] for one in search(products, 1.0, 0.0, 0.0)] == [1]
    products.drop_search_index("vector_index")
    assert list(products.list_search_indexes()) == []
    with pytest.raises(OperationFailure, match="'vector_index' does not exist"):
        products.drop_search_index("vector_index")


def test_an_ordered_write_stops_at_its_first_error(products: Collection[dict[str, Any]]) -> None:
    with pytest.raises(BulkWriteError) as error:
        products.insert_many([{"_id": one} for one in (1, 1, 1, 2)])
    assert [one["index"] for one in error.value.details["writeErrors"]] == [1]
    assert error.value.details["nInserted"] == 1
    with pytest.raises(BulkWriteError) as error:
        products.insert_many([{"_id": one} for one in (3, 3, 3, 4)], ordered=False)
    assert [one["index"] for one in error.value.details["writeErrors"]] == [1, 2]
    assert [one["_id"] for one in products.find().sort("_id")] == [1, 3, 4]


def replaced(numbers: range) -> list[ReplaceOne[dict[str, Any]]]:
    """Return what MongoDB's own Kafka connector writes: an upsert by a document id."""
    documents = ({"_id": {"product_id": n}, "n": n, "vector": [n / 1000, 0.0]} for n in numbers)
    return [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]


def test_documents_and_indexes_outlive_a_restart(world: World, products: Collection[dict[str, Any]]) -> None:
    for _ in range(2):  # delivered twice
        products.bulk_write(replaced(range(1000)))
    products.create_index("n", unique=True)
    products.delete_one({"n": 999})
    world.client.other.things.insert_one({"_id": 1})
    world.client.drop_database("other")
    world.restart()
    assert products.count_documents({}) == 999
    assert [one["n"] for one in search(products, 1.0, 0.0)] == [998, 997]
    with pytest.raises(BulkWriteError):
        products.insert_many([{"n": 5}])
    assert world.client.list_database_names() == ["store"]
    products.bulk_write(replaced(range(1000)))
    assert products.count_documents({}) == 1000


def test_killed_it_comes_back_with_all_that_was_acknowledged(
    world: World, products: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localcloud.dataplane.stores.servers.RESTART_AFTER_SECONDS", 0.0)
    acknowledged = 0
    killed = world.process.pid
    deadline = time.monotonic() + 60
    while acknowledged < 3000:
        try:
            products.bulk_write(replaced(range(acknowledged, acknowledged + 100)))
        except PyMongoError:
            assert time.monotonic() < deadline
            continue
        acknowledged += 100
        if acknowledged == 1000:
            os.kill(killed, signal.SIGKILL)
    assert world.process.pid != killed
    world.restart()
    assert products.count_documents({}) == acknowledged


def test_damage_and_a_taken_port_are_told(world: World, tmp_path: Path) -> None:
    documents = tmp_path / "mongodb" / "documents.bson"
    documents.parent.mkdir()
    documents.write_bytes(b"no documents at all")
    with (
        closing(World(tmp_path, world.jars)) as other,
        pytest.raises(DataPlaneError, match=r"documents\.bson is damaged at byte 0: put a copy of it back"),
    ):
        other.start()
    assert documents.read_bytes() == b"no documents at all"
    second = ProcessHost(tmp_path / "second state")
    taken = Servers(tmp_path / "second state", second, [MongoDb(world.jars, world.login)])
    with pytest.raises(DataPlaneError, match=rf"Port {world.login.port} of the MongoDB server is taken"):
        taken.needed(world.address)
    second.close()
