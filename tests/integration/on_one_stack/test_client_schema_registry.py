"""confluent-kafka's Schema Registry client and serializers as they come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

if TYPE_CHECKING:
    from workshop.stack import Key, Stack

pytestmark = pytest.mark.integration

SECONDS = 30.0
ORDER: dict[str, Any] = {"id": 7, "item": "a red shirt", "prices": [1.5, 2.25], "note": None}
AVRO: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "item", "type": "string"},
        {"name": "prices", "type": {"type": "array", "items": "double"}},
        {"name": "note", "type": ["null", "string"], "default": None},
    ],
}
JSON_SCHEMA: dict[str, Any] = {
    "title": "Order",
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "item": {"type": "string"},
        "prices": {"type": "array", "items": {"type": "number"}},
        "note": {"type": ["string", "null"]},
    },
    "required": ["id", "item"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def key(stack: Stack) -> Key:
    """Make a key of an account that owns the subjects of its topics, and reads the pipeline's."""
    roles = {"ResourceOwner": ["subject=orders*"], "DeveloperRead": ["subject=product-updates-*"]}
    return stack.registry_key(stack.account("registrar", roles))


@pytest.fixture(scope="module")
def registry(stack: Stack, key: Key) -> SchemaRegistryClient:
    """Open the registry."""
    return SchemaRegistryClient(
        {"url": stack.outputs["schemaRegistryEndpoint"], "basic.auth.user.info": f"{key.id}:{key.secret}"}
    )


def test_avro_there_and_back(registry: SchemaRegistryClient) -> None:
    context = SerializationContext("orders-avro", MessageField.VALUE)
    packed = AvroSerializer(registry, json.dumps(AVRO))(ORDER, context)
    assert packed is not None
    made = registry.get_latest_version("orders-avro-value")
    assert packed[:5] == b"\0" + made.schema_id.to_bytes(4, "big")
    assert AvroDeserializer(registry)(packed, context) == ORDER


def test_json_schema_there_and_back(registry: SchemaRegistryClient) -> None:
    context = SerializationContext("orders-json", MessageField.VALUE)
    serialize = JSONSerializer(json.dumps(JSON_SCHEMA), registry)
    packed = serialize(ORDER, context)
    assert packed is not None
    assert registry.get_latest_version("orders-json-value").schema.schema_type == "JSON"
    assert JSONDeserializer(None, schema_registry_client=registry)(packed, context) == ORDER
    with pytest.raises(SerializationError, match="'seven' is not of type 'integer'"):
        serialize({**ORDER, "id": "seven"}, context)


def test_the_pipelines_records_are_read_by_their_schema(stack: Stack, registry: SchemaRegistryClient) -> None:
    key = stack.kafka_key(stack.account("reader", {"DeveloperRead": ["topic=product-updates", "group=orders-*"]}))
    consumer = Consumer(
        {
            "bootstrap.servers": stack.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanisms": "PLAIN",
            "sasl.username": key.id,
            "sasl.password": key.secret,
            "group.id": "orders-live",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe(["product-updates"])
    message = consumer.poll(SECONDS)
    consumer.close()
    assert message is not None
    context = SerializationContext("product-updates", MessageField.VALUE)
    product = JSONDeserializer(None, schema_registry_client=registry)(message.value(), context)
    assert 1 <= product["store_id"] <= 50


def test_versions_are_registered_looked_up_and_deleted(registry: SchemaRegistryClient) -> None:
    subject = "orders-versions"
    first = registry.register_schema(subject, Schema(json.dumps(AVRO), "AVRO"))
    assert registry.register_schema(subject, Schema(json.dumps(AVRO), "AVRO")) == first
    wider = {**AVRO, "fields": [*AVRO["fields"], {"name": "shop", "type": "string", "default": ""}]}
    second = registry.register_schema(subject, Schema(json.dumps(wider), "AVRO"))
    assert registry.get_versions(subject) == [1, 2]
    assert registry.lookup_schema(subject, Schema(json.dumps(wider), "AVRO")).version == 2
    assert registry.get_version(subject, 1).schema_id == first
    assert registry.get_latest_version(subject).schema_id == second
    assert json.loads(str(registry.get_schema(second).schema_str)) == wider
    assert subject in registry.get_subjects()
    assert [(one.subject, one.version) for one in registry.get_schema_versions(second)] == [(subject, 2)]
    with pytest.raises(SchemaRegistryError) as early:
        registry.delete_version(subject, 2, permanent=True)
    assert (early.value.http_status_code, early.value.error_code) == (404, 40407)
    assert registry.delete_version(subject, 2) == 2
    assert (registry.get_versions(subject), registry.get_versions(subject, deleted=True)) == ([1], [1, 2])
    assert registry.delete_version(subject, 2, permanent=True) == 2
    assert registry.delete_subject(subject) == [1]
    assert subject in registry.get_subjects(deleted=True)
    with pytest.raises(SchemaRegistryError) as gone:
        registry.get_versions(subject)
    assert (gone.value.http_status_code, gone.value.error_code) == (404, 40401)
    assert registry.delete_subject(subject, permanent=True) == [1]
    registry.register_schema(subject, Schema(json.dumps(wider), "AVRO"))
    assert registry.get_versions(subject) == [1]


def test_a_schema_that_refers_to_another(registry: SchemaRegistryClient) -> None:
    registry.register_schema("orders-item", Schema('{"type": "enum", "name": "Item", "symbols": ["HAT"]}', "AVRO"))
    fields = [{"name": "item", "type": "Item"}]
    text = json.dumps({"type": "record", "name": "Line", "fields": fields})
    schema = Schema(text, "AVRO", [SchemaReference("Item", "orders-item", 1)])
    context = SerializationContext("orders-line", MessageField.VALUE)
    packed = AvroSerializer(registry, schema)({"item": "HAT"}, context)
    assert AvroDeserializer(registry)(packed, context) == {"item": "HAT"}


def test_a_right_that_is_missing(registry: SchemaRegistryClient) -> None:
    with pytest.raises(SchemaRegistryError) as refused:
        registry.register_schema("product-updates-value", Schema('"string"', "AVRO"))
    assert (refused.value.http_status_code, refused.value.error_code) == (403, 40301)
    with pytest.raises(SchemaRegistryError) as refused:
        registry.get_latest_version("product_vector-value")
    assert (refused.value.http_status_code, refused.value.error_code) == (403, 40301)
    assert "product_vector-value" not in registry.get_subjects()


def test_a_wrong_secret(stack: Stack, key: Key) -> None:
    settings = {"url": stack.outputs["schemaRegistryEndpoint"], "basic.auth.user.info": f"{key.id}:wrong"}
    with pytest.raises(SchemaRegistryError) as refused:
        SchemaRegistryClient(settings).get_subjects()
    assert refused.value.http_status_code == 401


def test_compatibility(registry: SchemaRegistryClient) -> None:
    subject = "orders-compatibility"
    registry.register_schema(subject, Schema(json.dumps(AVRO), "AVRO"))
    added = {"name": "shop", "type": "string"}
    lacking = Schema(json.dumps({**AVRO, "fields": [*AVRO["fields"], added]}), "AVRO")
    optional = Schema(json.dumps({**AVRO, "fields": [*AVRO["fields"], {**added, "default": ""}]}), "AVRO")
    assert registry.test_compatibility(subject, optional)
    assert not registry.test_compatibility(subject, lacking)
    with pytest.raises(SchemaRegistryError) as refused:
        registry.register_schema(subject, lacking)
    assert (refused.value.http_status_code, refused.value.error_code) == (409, 409)
    registry.set_compatibility(subject, "FORWARD")
    assert registry.get_compatibility(subject) == "FORWARD"
    assert registry.test_compatibility(subject, lacking)
    registry.register_schema(subject, lacking)
    assert registry.get_versions(subject) == [1, 2]
