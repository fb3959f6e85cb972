"""The vector index of MongoDB: its definition, and what is in its way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pymongo
import pytest
from pymongo.errors import CollectionInvalid, OperationFailure

from components.sinks import mongodb
from components.sinks.mongodb import MongoDbStore
from components.sinks.store import StoreError
from tests.unit.components.config.test_sinks import ATLAS, sinks
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


class Server:
    """A MongoDB with what the index step asks it; it is its own client, database and collection."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.indexes: list[dict[str, Any]] = []
        self.collections: list[str] = []
        self.refusal: Exception | None = None
        self.address: tuple[Any, dict[str, Any]] | None = None

    def __getitem__(self, _: str) -> Server:
        return self

    def create_collection(self, name: str) -> None:
        if self.refusal:
            raise self.refusal
        if name in self.collections:
            raise CollectionInvalid
        self.collections.append(name)

    def list_search_indexes(self, name: str) -> Iterator[dict[str, Any]]:
        return iter([one for one in self.indexes if one["name"] == name])

    def create_search_index(self, model: Any) -> None:
        self.made.append(model.document)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    class Client(contextlib.AbstractContextManager["Server"]):
        def __init__(self, endpoint: str, **options: Any) -> None:
            found.address = endpoint, options

        def __exit__(self, *_: object) -> None:
            pass

        def __getitem__(self, _: str) -> Server:
            return found

    found = Server()
    monkeypatch.setattr(pymongo, "MongoClient", Client)
    return found


def store(**entry: Any) -> MongoDbStore:
    (sink,) = sinks({**ATLAS, **entry})
    return MongoDbStore(sink, ["product_vector"])  # type: ignore[arg-type]


def index_of(size: int, path: str = "vector") -> dict[str, Any]:
    return {"name": "vector_index", "latestDefinition": {"fields": [{"path": path, "numDimensions": size}]}}


def test_collection_and_index_are_made(server: Server) -> None:
    said = store().make_index(384)
    assert server.collections == ["products"]
    assert server.made == [
        {
            "name": "vector_index",
            "type": "vectorSearch",
            "definition": {
                "fields": [{"type": "vector", "path": "vector", "numDimensions": 384, "similarity": "dotProduct"}]
            },
        }
    ]
    assert said == (
        "made vector index vector_index of store.products at shop.abc12.mongodb.net, for vectors of 384 numbers"
    )
    assert server.address is not None
    endpoint, options = server.address
    assert endpoint == "mongodb+srv://shop.abc12.mongodb.net/"
    assert (options["username"], options["password"]) == ("admin", "very-secret")


def test_a_collection_that_the_connector_makes_meanwhile_is_taken(server: Server) -> None:
    server.refusal = OperationFailure("Collection already exists. NS: store.products", 48)
    store().make_index(384)
    assert len(server.made) == 1


def test_an_index_that_is_there_stays(server: Server) -> None:
    server.collections, server.indexes = ["products"], [index_of(384)]
    assert "is there" in store().make_index(384)
    assert server.made == []


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (index_of(256), "takes vectors of 256 numbers, and the model's have 384"),
        (index_of(384, "embedding"), "has no vector field 'vector', and the model's have 384"),
    ],
)
def test_an_index_for_other_vectors_is_told(server: Server, found: dict[str, Any], why: str) -> None:
    server.indexes = [found]
    with pytest.raises(StoreError) as failure:
        store().make_index(384)
    assert str(failure.value) == (
        f"Index vector_index of store.products at shop.abc12.mongodb.net {why}: write another collection in"
        " confluent-rag:sinks, or drop that index"
    )


@pytest.mark.parametrize("code", [18, 8000])
def test_a_wrong_password_is_told_and_not_shown(server: Server, code: int) -> None:
    server.refusal = OperationFailure("bad auth : Authentication failed.", code)
    with pytest.raises(StoreError) as failure:
        store().make_index(384)
    assert str(failure.value) == (
        "MongoDB at shop.abc12.mongodb.net refuses user admin: set the right password with `pulumi config set --secret"
        " --path 'confluent-rag:sinks[N].password'`, N being its place in the list from 0"
    )


def test_another_refusal_is_in_mongodb_s_words(server: Server) -> None:
    server.refusal = OperationFailure("not allowed to do action [createCollection]", 13)
    sentence = r"^MongoDB refuses the index vector_index of .*: not allowed to do action \[createCollection\]$"
    with pytest.raises(StoreError, match=sentence):
        store().make_index(384)


def test_a_host_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongodb, "_SECONDS", 0.2)
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(StoreError) as failure:
        store(host=host).make_index(384)
    said = str(failure.value)
    assert said.startswith(f"MongoDB at {host} cannot be reached (")
    assert said.count(host) == 2
    assert "\n" not in said
    assert "Topology" not in said
