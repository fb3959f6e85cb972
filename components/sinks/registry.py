"""Which module serves which kind of sink."""

from collections.abc import Sequence
from typing import Any

from components.config.sinks import (
    Couchbase,
    Elasticsearch,
    Milvus,
    MongoDb,
    Neo4j,
    Pinecone,
    Qdrant,
    SingleStore,
    Sink,
)
from components.flinksql import Column
from components.sinks.couchbase import CouchbaseStore
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.milvus import MilvusStore
from components.sinks.mongodb import MongoDbStore
from components.sinks.neo4j import Neo4jStore
from components.sinks.pinecone import PineconeStore
from components.sinks.qdrant import QdrantStore
from components.sinks.singlestore import SingleStoreStore
from components.sinks.store import Store

STORES: dict[str, type[Store[Any]]] = {
    MongoDb.kind: MongoDbStore,
    Elasticsearch.kind: ElasticsearchStore,
    Couchbase.kind: CouchbaseStore,
    Neo4j.kind: Neo4jStore,
    Pinecone.kind: PineconeStore,
    Qdrant.kind: QdrantStore,
    Milvus.kind: MilvusStore,
    SingleStore.kind: SingleStoreStore,
}


def store_of(entry: Sink, topics: Sequence[str], columns: Sequence[Column] = ()) -> Store[Any]:
    """Return the store of an entry of the settings; ``topics``: those that are copied into it; ``columns``: theirs."""
    return STORES[entry.kind](entry, topics, columns)
