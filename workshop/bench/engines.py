"""Stores asked directly, each by its own client: what `ask` and the sink are held against."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, cast

import neo4j
from elasticsearch import Elasticsearch, helpers
from elasticsearch.exceptions import ApiError, TransportError
from neo4j.exceptions import DriverError
from neo4j.exceptions import Neo4jError as ServerError
from pymongo import ReplaceOne
from pymongo.errors import PyMongoError

from toolchain.frontdoor.ask.candidates import candidates_for
from toolchain.frontdoor.stores.mongodb import client_of
from toolchain.frontdoor.stores.neo4j import index_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

COUNT = 3  # as many as `ask` finds unless it is told otherwise
ELSEWHERE = "bench"
_SECONDS = 60


class Engine(ABC):
    """The store that a sink fills. ``poll_seconds``: how often it may be counted without being kept busy by that."""

    settings: ClassVar[str]
    """The address in the sink's entry that stands for the local cloud's own server."""
    poll_seconds: ClassVar[float] = 0.1

    @abstractmethod
    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        """``store`` and ``secrets``: the sink's own of the outputs `sinks` and `sinkSecrets`."""

    @abstractmethod
    def count(self) -> int:
        """Return how many products there are."""

    @abstractmethod
    def search(self, vector: Sequence[float]) -> object:
        """Search for the nearest, as `ask` does it, and read their ids."""

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """Write one batch elsewhere in the store, in the sink's way."""

    @abstractmethod
    def drop(self) -> None:
        """Delete what is elsewhere."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be asked."""


class MongoDbEngine(Engine):
    """By pymongo."""

    settings = "host"
    poll_seconds = 0.01  # its count is a number that it keeps

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._index = store["index"]
        self._database = client_of(store, dict(secrets))[store["database"]]
        self._products = self._database[store["collection"]]

    def count(self) -> int:
        """Return how many there are."""
        return self._products.estimated_document_count()

    def search(self, vector: Sequence[float]) -> object:
        """``$vectorSearch``."""
        search = {"index": self._index, "path": "vector", "numCandidates": candidates_for(COUNT), "limit": COUNT}
        stages = [{"$vectorSearch": {**search, "queryVector": list(vector)}}, {"$project": {"_id": 1}}]
        return list(self._products.aggregate(stages))

    def write(self, rows: Sequence[Row]) -> None:
        """Replace, or insert."""
        batch = [({"_id": {"product_id": row["product_id"]}}, row) for row in rows]
        self._database[ELSEWHERE].bulk_write([ReplaceOne(key, {**key, **row}, upsert=True) for key, row in batch])

    def drop(self) -> None:
        """Drop the collection."""
        self._database.drop_collection(ELSEWHERE)

    def answers(self) -> bool:
        """Whether a ping does."""
        with suppress(PyMongoError):
            return bool(self._database.command("ping"))
        return False


class ElasticsearchEngine(Engine):
    """By Elastic's own client."""

    settings = "url"

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._index = store["index"]
        self._client = Elasticsearch(store["url"], api_key=secrets["api.key.value"], request_timeout=_SECONDS)

    def count(self) -> int:
        """Return how many a search sees, once it sees all."""
        self._client.indices.refresh(index=self._index)
        return int(self._client.count(index=self._index)["count"])

    def search(self, vector: Sequence[float]) -> object:
        """Search by kNN."""
        candidates = candidates_for(COUNT)
        knn = {"field": "vector", "query_vector": list(vector), "k": COUNT, "num_candidates": candidates}
        return self._client.search(index=self._index, knn=knn, size=COUNT, source=False).body

    def write(self, rows: Sequence[Row]) -> None:
        """Update, or insert; the index of the first batch gets the sink's mapping."""
        if not self._client.indices.exists(index=ELSEWHERE):
            mappings = self._client.indices.get_mapping(index=self._index)[self._index]["mappings"]
            self._client.indices.create(index=ELSEWHERE, mappings=mappings)
        update = {"_op_type": "update", "_index": ELSEWHERE, "doc_as_upsert": True}
        helpers.bulk(self._client, [{**update, "_id": str(row["product_id"]), "doc": row} for row in rows])

    def drop(self) -> None:
        """Delete the index."""
        self._client.indices.delete(index=ELSEWHERE, ignore_unavailable=True)

    def answers(self) -> bool:
        """Whether a count does."""
        with suppress(ApiError, TransportError):
            return self.count() >= 0
        return False


class Neo4jEngine(Engine):
    """By Neo4j's own driver."""

    settings = "uri"

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._index, self._node = index_of(store), store["node"]
        login = (store["username"], secrets["neo4j.authentication.basic.password"])
        self._driver = neo4j.GraphDatabase.driver(store["uri"], auth=login, max_transaction_retry_time=_SECONDS)

    def count(self) -> int:
        """Return how many nodes there are."""
        return int(self._query(f"MATCH (p:{self._node}) RETURN count(p) AS found")[0]["found"])

    def search(self, vector: Sequence[float]) -> object:
        """Ask the vector index."""
        call = "CALL db.index.vector.queryNodes($index, $count, $vector) YIELD node, score"
        found = f"{call} RETURN node.product_id AS id, score"
        return self._query(found, index=self._index, count=COUNT, vector=list(vector))

    def write(self, rows: Sequence[Row]) -> None:
        """Merge, with a constraint as the sink's nodes have one."""
        node = ELSEWHERE.capitalize()
        self._query(f"CREATE CONSTRAINT {ELSEWHERE} IF NOT EXISTS FOR (p:{node}) REQUIRE p.product_id IS UNIQUE")
        merge = f"UNWIND $rows AS row MERGE (p:{node} {{product_id: row.product_id}}) SET p += row"
        vector = "WITH p, row CALL db.create.setNodeVectorProperty(p, 'vector', row.vector)"
        self._query(f"{merge} {vector}", rows=[dict(row) for row in rows])

    def drop(self) -> None:
        """Delete the nodes, some at a time."""
        batches = "CALL (p) { DETACH DELETE p } IN TRANSACTIONS OF 1000 ROWS"
        with self._driver.session() as session:
            session.run(f"MATCH (p:{ELSEWHERE.capitalize()}) {batches}").consume()

    def answers(self) -> bool:
        """Whether it lets this client in, without being asked again."""
        with suppress(ServerError, DriverError):
            self._driver.verify_connectivity()
            return True
        return False

    def _query(self, cypher: str, **parameters: Any) -> list[Any]:
        return self._driver.execute_query(cast("Any", cypher), parameters).records


ENGINES: dict[str, type[Engine]] = {
    "mongodb": MongoDbEngine,
    "elasticsearch": ElasticsearchEngine,
    "neo4j": Neo4jEngine,
}
