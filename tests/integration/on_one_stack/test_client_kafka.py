"""confluent-kafka as it comes: producers, consumers and admin calls with an API key over SASL/PLAIN."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Message

    from workshop.stack import Key, Stack

pytestmark = pytest.mark.integration

SECONDS = 30.0
TOPIC = "orders"


def settings(stack: Stack, key: Key) -> dict[str, Any]:
    """Return what Confluent Cloud tells a client to use, but TLS, which nobody listens for on loopback."""
    return {
        "bootstrap.servers": stack.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": "PLAIN",
        "sasl.username": key.id,
        "sasl.password": key.secret,
    }


@pytest.fixture(scope="module")
def key(stack: Stack) -> Key:
    """Make a key of an account that owns one topic and what else a transactional client of it needs."""
    owned = {"ResourceOwner": [f"topic={TOPIC}", "group=shop-*", "transactional-id=shop-*"]}
    return stack.kafka_key(stack.account("shop", owned | {"DeveloperRead": ["topic=product-updates"]}))


@pytest.fixture(scope="module")
def topic(stack: Stack, key: Key) -> Iterator[str]:
    """Make a topic of two partitions by the admin client."""
    admin = AdminClient(settings(stack, key))
    wanted = NewTopic(TOPIC, num_partitions=2, config={"retention.ms": "3600000"})
    admin.create_topics([wanted])[TOPIC].result(SECONDS)
    yield TOPIC
    admin.delete_topics([TOPIC])[TOPIC].result(SECONDS)


def consumed(consumer: Consumer, count: int) -> list[Message]:
    """Return the next ``count`` records."""
    found: list[Message] = []
    while len(found) < count:
        message = consumer.poll(SECONDS)
        assert message is not None, f"{len(found)} of {count} records came"
        assert message.error() is None, message.error()
        found.append(message)
    return found


def test_a_consumer_group_goes_on_where_it_committed(stack: Stack, key: Key, topic: str) -> None:
    producer = Producer({**settings(stack, key), "enable.idempotence": True})
    reports: list[int | None] = []
    for number in range(20):
        producer.produce(
            topic,
            key=str(number),
            value=json.dumps({"number": number}),
            headers={"origin": b"test"},
            on_delivery=lambda error, message: reports.append(None if error else message.offset()),
        )
    assert producer.flush(SECONDS) == 0
    assert len(reports) == 20
    assert None not in reports
    seen: list[int] = []
    for _ in range(2):
        group = {"group.id": "shop-readers", "auto.offset.reset": "earliest", "enable.auto.commit": False}
        consumer = Consumer({**settings(stack, key), **group})
        consumer.subscribe([topic])
        for message in consumed(consumer, 10):
            assert message.headers() == [("origin", b"test")]
            seen.append(json.loads(message.value() or b"")["number"])
            consumer.commit(message, asynchronous=False)
        consumer.close()
    assert sorted(seen) == list(range(20))


def test_an_aborted_transaction_is_not_read(stack: Stack, key: Key, topic: str) -> None:
    producer = Producer({**settings(stack, key), "transactional.id": "shop-writer"})
    producer.init_transactions(SECONDS)
    before = _ends(stack, key, topic)
    for value, end in (("dropped", producer.abort_transaction), ("kept", producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value=value, partition=0)
        producer.flush(SECONDS)
        end(SECONDS)
    consumer = Consumer({**settings(stack, key), "group.id": "shop-audit", "isolation.level": "read_committed"})
    consumer.assign([TopicPartition(topic, 0, before[0])])
    (message,) = consumed(consumer, 1)
    consumer.close()
    assert message.value() == b"kept"


def _ends(stack: Stack, key: Key, topic: str) -> list[int]:
    consumer = Consumer({**settings(stack, key), "group.id": "shop-ends"})
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, number), SECONDS)[1] for number in range(2)]
    consumer.close()
    return ends


def test_the_admin_client_sees_and_changes_the_topic(stack: Stack, key: Key, topic: str) -> None:
    admin = AdminClient(settings(stack, key))
    listed = admin.list_topics(timeout=SECONDS)
    assert len(listed.topics[topic].partitions) == 2
    change = ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[change])
    admin.incremental_alter_configs([resource])[resource].result(SECONDS)

    def retention() -> str:
        described = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)])
        (configs,) = [future.result(SECONDS) for future in described.values()]
        return str(configs["retention.ms"].value)

    # The controller has the change when it answers, the broker soon after.
    wait_until(lambda: retention() == "7200000", "the topic's new retention")


def test_the_pipelines_records_arrive_as_they_are_generated(stack: Stack, key: Key) -> None:
    consumer = Consumer({**settings(stack, key), "group.id": "shop-live", "auto.offset.reset": "earliest"})
    consumer.subscribe(["product-updates"])
    (message,) = consumed(consumer, 1)
    consumer.close()
    value = message.value() or b""
    assert value[0] == 0
    assert "articleType" in json.loads(value[5:])


def test_a_right_that_is_missing(stack: Stack, key: Key) -> None:
    errors: list[KafkaError | None] = []
    producer = Producer(settings(stack, key))
    producer.produce("product-updates", value=b"x", on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(SECONDS) == 0
    assert [error.code() for error in errors if error] == [KafkaError.TOPIC_AUTHORIZATION_FAILED]
    admin = AdminClient(settings(stack, key))
    with pytest.raises(KafkaException) as refused:
        admin.create_topics([NewTopic("elsewhere", 1)])["elsewhere"].result(SECONDS)
    assert refused.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_a_deleted_key_opens_nothing(stack: Stack) -> None:
    key = stack.kafka_key(stack.account("gone", {"DeveloperRead": [f"topic={TOPIC}"]}))
    AdminClient(settings(stack, key)).list_topics(timeout=SECONDS)
    stack.forget(key)
    errors: list[int] = []
    producer = Producer({**settings(stack, key), "error_cb": lambda error: errors.append(error.code())})
    wait_until(lambda: bool(producer.poll(0.1) or errors), "the broker to refuse the key")
    assert errors[0] == KafkaError._AUTHENTICATION
