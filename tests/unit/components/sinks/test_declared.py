"""Sinks into stores that have no server here: what the program asks Confluent Cloud for, whole."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import set_all_config

from components.sinks import sink as sink_module
from tests.support.recorded_program import CLUSTER, REGISTRY
from tests.unit.components.config.test_sinks import COUCHBASE, SINGLESTORE
from tests.unit.components.test_identities import rows
from tests.unit.components.test_program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.recorded_program import Recorded

K = f"{CLUSTER}/kafka=lkc-1"
OF_EVERY_SINK = {
    "kafka.auth.mode": "SERVICE_ACCOUNT",
    "topics": "product_vector",
    "tasks.max": "1",
    "consumer.override.isolation.level": "read_committed",
    "consumer.override.auto.offset.reset": "earliest",
    "errors.tolerance": "all",
}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return what the program tells while it runs."""

    async def answer(*_: Any) -> tuple[Any, ...]:
        return "ready?", [0.1, 0.2, 0.3]

    told: list[str] = []
    monkeypatch.setattr(sink_module, "answer_of", answer)
    monkeypatch.setattr(pulumi.log, "info", told.append)
    yield told
    set_all_config({})


def declared(entry: dict[str, Any]) -> tuple[Recorded, dict[str, Any]]:
    recorded, outputs, _ = run({"confluent-rag:openaiApiKey": "k", "confluent-rag:sinks": json.dumps([entry])})
    return recorded, outputs


def test_couchbase_is_a_managed_connector(said: list[str]) -> None:
    recorded, outputs = declared(COUCHBASE)
    connector = recorded["couchbase-sink-connector"]
    assert connector.inputs["configNonsensitive"] == {
        **OF_EVERY_SINK,
        "connector.class": "CouchbaseSink",
        "name": "CouchbaseSinkCouchbase",
        "kafka.service.account.id": "sa-sink-couchbase",
        "schema.context.name": "default",
        "input.data.format": "JSON_SR",
        "auto.restart.on.user.error": "true",
        "couchbase.seed.nodes": "cb.example.com",
        "couchbase.username": "u",
        "couchbase.bucket": "shop",
        "couchbase.default.collection": "_default._default",
        "couchbase.document.id": "${/product_id}",
    }
    assert connector.inputs["configSensitive"] == {"couchbase.password": "p"}
    assert connector.secrets == {"configSensitive"}
    assert rows(recorded, "sink-couchbase") == {
        ("DeveloperRead", f"{K}/topic=product_vector"),
        ("DeveloperRead", f"{K}/group=connect-lcc*"),
        ("DeveloperWrite", f"{K}/topic=dlq-lcc*"),
        ("DeveloperManage", f"{K}/topic=dlq-lcc*"),
        ("DeveloperRead", f"{REGISTRY}/subject=product_vector-*"),
    }
    assert outputs["sinks"]["couchbase"]["deadLetters"] == "dlq-lcc-1"
    assert "password" not in json.dumps(outputs["sinks"])
    assert any("search index on the field vector" in one for one in said)


def test_singlestore_is_a_connector_of_its_archive(said: list[str], tmp_path: Path) -> None:
    archive = tmp_path / "singlestore.zip"
    archive.write_bytes(b"its connector")
    digest = hashlib.sha256(b"its connector").hexdigest()
    recorded, outputs = declared({**SINGLESTORE, "archive": str(archive), "sha256": digest})
    plugin = recorded[f"singlestore-plugin-{digest[:8]}"].inputs
    assert plugin["connectorClass"] == "com.singlestore.kafka.SingleStoreSinkConnector"
    assert plugin["sensitiveConfigProperties"] == ["connection.password"]
    connector = recorded["singlestore-sink-connector"]
    assert connector.inputs["configNonsensitive"] == {
        **OF_EVERY_SINK,
        "confluent.connector.type": "CUSTOM",
        "confluent.custom.plugin.id": f"ccp-singlestore-plugin-{digest[:8]}",
        "confluent.custom.connection.endpoints": "s.example:3306:TCP",
        "confluent.custom.schema.registry.auto": "true",
        "connector.class": "com.singlestore.kafka.SingleStoreSinkConnector",
        "name": "SingleStoreSinkConnectorSinglestore",
        "kafka.service.account.id": "sa-sink-singlestore",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "io.confluent.connect.json.JsonSchemaConverter",
        "errors.deadletterqueue.topic.name": "dlq-singlestore",
        "errors.deadletterqueue.context.headers.enable": "true",
        "connection.ddlEndpoint": "s.example:3306",
        "connection.database": "db",
        "connection.user": "admin",
        "singlestore.upsert": "true",
        "singlestore.tableName.product_vector": "products",
    }
    assert connector.inputs["configSensitive"] == {"connection.password": "very-secret"}
    assert rows(recorded, "sink-singlestore") == {
        ("DeveloperRead", f"{K}/topic=product_vector"),
        ("DeveloperRead", f"{K}/group=connect-clcc*"),
        ("DeveloperWrite", f"{K}/topic=dlq-singlestore"),
        ("DeveloperManage", f"{K}/topic=dlq-singlestore"),
        ("DeveloperRead", f"{REGISTRY}/subject=product_vector-*"),
    }
    assert outputs["sinks"]["singlestore"]["deadLetters"] == "dlq-singlestore"
    assert any("CREATE TABLE IF NOT EXISTS `db`.`products`" in one for one in said)
