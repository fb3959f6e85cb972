"""The vector index of Neo4j: its statements, and what is in its way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import neo4j
import pytest
from neo4j.exceptions import ClientError, ServiceUnavailable

from components.sinks.neo4j import Neo4jStore
from components.sinks.store import StoreError
from tests.unit.components.config.test_sinks import NEO4J, sinks

if TYPE_CHECKING:
    from collections.abc import Iterator


class Server:
    """A Neo4j with what the index step asks it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.indexes: list[dict[str, Any]] = []
        self.refusal: Exception | None = None
        self.login: tuple[str, Any] | None = None

    def execute_query(self, cypher: str, _: dict[str, Any], *, database_: str) -> Any:
        assert database_ == "neo4j"
        if self.refusal:
            raise self.refusal
        self.asked.append(cypher)
        return Mock(records=self.indexes if cypher.startswith("SHOW") else [])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()

    @contextmanager
    def driver(uri: str, *, auth: tuple[str, str], **_: Any) -> Iterator[Server]:
        found.login = uri, auth
        yield found

    monkeypatch.setattr(neo4j.GraphDatabase, "driver", driver)
    return found


def store(**entry: Any) -> Neo4jStore:
    (sink,) = sinks({**NEO4J, **entry})
    return Neo4jStore(sink, ["product_vector"])  # type: ignore[arg-type]


def index_of(size: int, label: str = "Product", field: str = "vector") -> dict[str, Any]:
    return {"labels": [label], "properties": [field], "options": {"indexConfig": {"vector.dimensions": size}}}


def refusal(code: str) -> ClientError:
    """Return a refusal as the driver makes it of the server's."""
    made = type("Refused", (ClientError,), {"code": code, "message": "It says why.\nAt length."})
    error: ClientError = made("It says why.\nAt length.")
    return error


def test_constraint_and_index_are_made(server: Server) -> None:
    said = store().make_index(384)
    assert server.login == ("neo4j+s://x.databases.neo4j.io", ("neo4j", "p"))
    constraint, _, index = server.asked
    assert constraint == (
        "CREATE CONSTRAINT Product_product_id IF NOT EXISTS FOR (p:Product) REQUIRE p.product_id IS UNIQUE"
    )
    assert index == (
        "CREATE VECTOR INDEX Product_vector IF NOT EXISTS FOR (p:Product) ON (p.vector) OPTIONS {indexConfig:"
        " {`vector.dimensions`: 384, `vector.similarity_function`: 'cosine'}}"
    )
    assert said == (
        "made vector index Product_vector of neo4j at neo4j+s://x.databases.neo4j.io, for vectors of 384 numbers"
    )


def test_an_index_that_fits_stays(server: Server) -> None:
    server.indexes = [index_of(384)]
    assert store().make_index(384).endswith("is there")
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (index_of(256), "takes vectors of 256 numbers, and the model's have 384: write another node in confluent-rag"),
        (index_of(384, "Other"), "is not of the property vector of nodes Product: drop it, or write another node"),
        (index_of(384, "Product", "embedding"), "is not of the property vector of nodes Product"),
    ],
)
def test_an_index_that_does_not_fit_is_told(server: Server, found: dict[str, Any], said: str) -> None:
    server.indexes = [found]
    with pytest.raises(StoreError) as failure:
        store().make_index(384)
    assert said in str(failure.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("Neo.ClientError.Security.Unauthorized"), "refuses user neo4j: set the right password with `pulumi"),
        (refusal("Neo.ClientError.Schema.Broken"), "refuses the index: It says why"),
        (
            ServiceUnavailable("Couldn't connect to x:7687\nmore"),
            "cannot be reached (Couldn't connect to x:7687): look",
        ),
        (ValueError("no such name"), "cannot be reached (no such name): look at uri in confluent-rag:sinks"),
    ],
)
def test_what_is_in_the_way_is_one_sentence(server: Server, error: Exception, said: str) -> None:
    server.refusal = error
    with pytest.raises(StoreError) as failure:
        store().make_index(384)
    assert said in str(failure.value)
    assert "\n" not in str(failure.value)
