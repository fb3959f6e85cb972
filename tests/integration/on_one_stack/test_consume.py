"""`./pulumiw consume` on a stack that is up."""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient

from toolchain.frontdoor.consume.failure import ConsumeError
from toolchain.frontdoor.consume.records import Cluster, Topic

if TYPE_CHECKING:
    from workshop.stack import Stack

pytestmark = pytest.mark.integration


def test_records_are_decoded_by_their_schemas(stack: Stack) -> None:
    lines = stack.clone.ok("consume", "product-updates", "--from-beginning", "--json", "-n", "3").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["offset"] for record in records] == [0, 1, 2]
    assert all({"product_id", "brandName"} <= record["value"].keys() for record in records)  # JSON Schema


def test_avro_with_a_key(stack: Stack) -> None:
    stack.clone.ok("sql", "CREATE TABLE lab_consume (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED)")
    stack.clone.ok("sql", "INSERT INTO lab_consume VALUES (7, 'boots')")
    try:
        done = stack.clone.run("consume", "lab_consume", "--from-beginning", "--json", "-n", "1")
        record = json.loads(done.stdout)
        assert (record["key"], record["value"]) == ({"id": 7}, {"name": "boots"})
        shown = stack.clone.ok("consume", "lab_consume", "--from-beginning", "-n", "1")
        assert shown == '{"id": 7}\t{"name": "boots"}\n'
    finally:
        stack.clone.ok("sql", "DROP TABLE lab_consume")


def test_vectors_are_shortened_for_people(stack: Stack) -> None:
    assert "256 dimensions]" in stack.clone.ok("consume", "product_vector", "--from-beginning", "-n", "1")


def test_new_records_come_until_ctrl_c(stack: Stack) -> None:
    end = next(one["records"] for one in stack.clone.status()["topics"] if one["name"] == "product-updates")
    process = stack.clone.start("consume", "product-updates", "--json")
    assert process.stdout
    assert json.loads(process.stdout.readline())["offset"] >= end
    draining = threading.Thread(target=process.stdout.read, daemon=True)
    draining.start()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0


def test_an_unknown_topic_is_one_sentence(stack: Stack) -> None:
    said = stack.clone.refused("consume", "no-such-topic")
    assert "has no topic 'no-such-topic'" in said
    assert "SHOW TABLES" in said
    assert "is no name of a topic" in stack.clone.refused("consume", "a/b")


def test_who_may_not_read_is_told_so(stack: Stack) -> None:
    key = stack.kafka_key(stack.account("stranger", {}))

    def refused(secret: str) -> str:
        cluster = Cluster("lkc-1", stack.outputs["kafkaBootstrapEndpoint"], key.id, secret)
        with Topic(cluster, "product-updates") as topic, pytest.raises(ConsumeError) as refusal:
            topic.open(from_beginning=True)
        return str(refusal.value)

    assert f"Kafka refuses the key {key.id}" in refused("wrong")
    assert "may not read the topic 'product-updates'" in refused(key.secret)


def test_it_leaves_no_consumer_group(stack: Stack) -> None:
    stack.clone.ok("consume", "product-updates", "--from-beginning", "-n", "1")
    admin = AdminClient(stack.kafka_settings(stack.admin))  # it must outlive its future
    groups = admin.list_consumer_groups().result(30).valid
    assert not [group.group_id for group in groups if group.group_id.startswith("pulumiw")]
