"""Which module serves which kind of sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.config.sinks import Couchbase, Elasticsearch, MongoDb, Neo4j, Pinecone
from components.sinks.couchbase import CouchbaseStore
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.mongodb import MongoDbStore
from components.sinks.neo4j import Neo4jStore
from components.sinks.pinecone import PineconeStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.config.sinks import Sink
    from components.sinks.store import Store

STORES: dict[str, type[Store[Any]]] = {
    MongoDb.kind: MongoDbStore,
    Elasticsearch.kind: ElasticsearchStore,
    Couchbase.kind: CouchbaseStore,
    Neo4j.kind: Neo4jStore,
    Pinecone.kind: PineconeStore,
}


def store_of(entry: Sink, topics: Sequence[str]) -> Store[Any]:
    """Return the store of an entry of the settings; ``topics``: those that are copied into it."""
    return STORES[entry.kind](entry, topics)
