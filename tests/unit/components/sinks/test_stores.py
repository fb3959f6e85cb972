"""The keys of each managed connector, against those that Confluent's own templates and dumps list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.config.sinks import KINDS
from components.sinks.registry import STORES, store_of
from tests.unit.components.config.test_sinks import ATLAS, COUCHBASE, ELASTIC, NEO4J, PINECONE, sinks

if TYPE_CHECKING:
    from components.sinks.store import Store


def store(entry: dict[str, Any]) -> Store[Any]:
    (sink,) = sinks(entry)
    return store_of(sink, ["product_vector"])


def test_every_kind_has_a_store() -> None:
    assert STORES.keys() == KINDS.keys()


def test_mongodb() -> None:
    atlas = store(ATLAS)
    assert atlas.connector_class == "MongoDbAtlasSink"
    assert atlas.plain() == {
        "mongodb.instance.type": "MONGODB_ATLAS",
        "connection.host": "shop.abc12.mongodb.net",
        "connection.user": "admin",
        "database": "store",
        "collection": "products",
        "doc.id.strategy": "PartialValueStrategy",
        "value.projection.type": "allowlist",
        "value.projection.list": "product_id",
        "mongo.errors.tolerance": "NONE",
    }
    assert atlas.secrets() == {"connection.password": "very-secret"}
    assert store({**ATLAS, "host": "127.0.0.1:27018"}).plain()["mongodb.instance.type"] == "MONGODB_SELF_MANAGED"


def test_elasticsearch() -> None:
    elastic = store({**ELASTIC, "id": "store_id"})
    assert elastic.connector_class == "ElasticsearchSinkV2"
    assert elastic.plain() == {
        "connection.url": "https://shop.example:443",
        "elastic.server.version": "V9",
        "elastic.ssl.enabled": "true",
        "auth.type": "API_KEY",
        "auto.create": "false",
        "resource.type": "INDEX",
        "topic.to.resource.mapping": "product_vector:products",
        "write.method": "UPSERT",
        "key.ignore": "false",
        "schema.ignore": "true",
        "transforms": "idToKey,idOfKey",
        "transforms.idToKey.type": "org.apache.kafka.connect.transforms.ValueToKey",
        "transforms.idToKey.fields": "store_id",
        "transforms.idOfKey.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
        "transforms.idOfKey.field": "store_id",
    }
    assert elastic.secrets() == {"api.key.value": "very-secret"}
    assert elastic.reports == ("dlq", "success", "error")
    assert elastic.index_comes_first


def test_couchbase() -> None:
    couchbase = store(COUCHBASE)
    assert couchbase.connector_class == "CouchbaseSink"
    assert couchbase.plain() == {
        "couchbase.seed.nodes": "cb.example.com",
        "couchbase.username": "u",
        "couchbase.bucket": "shop",
        "couchbase.default.collection": "_default._default",
        "couchbase.document.id": "${/product_id}",
    }
    assert couchbase.secrets() == {"couchbase.password": "p"}


def test_neo4j() -> None:
    neo4j = store(NEO4J)
    assert neo4j.connector_class == "Neo4jSink"
    assert neo4j.plain() == {
        "neo4j.uri": "neo4j+s://x.databases.neo4j.io",
        "neo4j.authentication.type": "BASIC",
        "neo4j.authentication.basic.username": "neo4j",
        "neo4j.database": "neo4j",
        "neo4j.cypher.topic.map": '{"product_vector": "MERGE (p:Product {product_id: __value.product_id}) SET p +='
        " __value WITH p, __value CALL db.create.setNodeVectorProperty(p, 'vector', __value.vector)\"}",
    }
    assert neo4j.secrets() == {"neo4j.authentication.basic.password": "p"}


def test_pinecone() -> None:
    pinecone = store(PINECONE)
    assert pinecone.connector_class == "PineconeSink"
    assert pinecone.plain() == {
        "pinecone.project": "p1",
        "pinecone.environment": "us-east-1",
        "pinecone.index": "products",
        "pinecone.namespace": "",
        "pinecone.use.openai": "false",
        "behavior.on.error": "log",
    }
    assert pinecone.secrets() == {"pinecone.api.key": "k"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (COUCHBASE, "once shop._default._default has a search index on the field vector"),
        (PINECONE, "how it reads a record that has its vector, and which id it gives it, is unknown"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_where_the_program_makes_no_index_it_says_what_to_do(entry: dict[str, Any], words: str) -> None:
    said = store(entry).make_index(384)
    assert words in said
    assert "384" in said
