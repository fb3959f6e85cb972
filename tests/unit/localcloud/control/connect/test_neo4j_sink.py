"""The managed Neo4j sink: what is refused, and what becomes of its settings."""

from __future__ import annotations

import json

import pytest

from components.sinks.registry import store_of
from localcloud.control.connect.neo4j_sink import NEO4J_SINK as SINK
from tests.unit.components.config.test_sinks import NEO4J, sinks

STATEMENTS = {"product_vector": "MERGE (p:Product {product_id: __value.product_id}) SET p += __value"}
CONFIG = {
    "connector.class": "Neo4jSink",
    "name": "products",
    "kafka.api.key": "KEY",
    "kafka.api.secret": "kafka-secret",
    "topics": "product_vector",
    "tasks.max": "1",
    "input.data.format": "JSON_SR",
    "neo4j.uri": "neo4j+s://abc12.databases.neo4j.io",
    "neo4j.authentication.type": "BASIC",
    "neo4j.authentication.basic.username": "neo4j",
    "neo4j.authentication.basic.password": "very-secret",
    "neo4j.cypher.topic.map": json.dumps(STATEMENTS),
}
MAP = "neo4j.cypher.topic.map"


def wrong(changes: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with the settings but for these changes."""
    return {key: " ".join(errors) for key, errors in SINK.errors({**CONFIG, **changes}).items()}


def test_what_the_program_declares_can_run() -> None:
    (entry,) = sinks(NEO4J)
    store = store_of(entry, ["product_vector"])
    config = {**CONFIG, **store.plain(), **store.secrets()}
    assert SINK.errors(config) == {}
    runs = SINK.worker_connector("lcc-abc123", config)
    own = runs.settings
    assert (own["connector.class"], runs.plugin) == ("rag.connect.neo4j.Neo4jSinkConnector", "neo4j")
    assert own["neo4j.uri"] == "neo4j+s://x.databases.neo4j.io"
    assert (own["neo4j.batch-size"], own["neo4j.cypher.bind-value-as"]) == ("1000", "__value")
    assert list(json.loads(own[MAP])) == ["product_vector"]
    assert own["neo4j.authentication.basic.password"] == "p"
    assert own["errors.deadletterqueue.topic.name"] == "dlq-lcc-abc123"


def test_the_defaults_of_the_live_class_can_be_written_out() -> None:
    defaults = {
        "neo4j.security.encrypted": "false",
        "neo4j.security.trust-strategy": "TRUST_SYSTEM_CA_SIGNED_CERTIFICATES",
        "neo4j.security.hostname-verification-enabled": "true",
        "neo4j.batch-timeout": "0s",
        "neo4j.pattern.topic.map": "{}",
        "neo4j.pattern.merge-node-properties": "false",
        "neo4j.pattern.bind-header-as": "__header",
        "neo4j.cdc.source-id.label-name": "SourceEvent",
        "neo4j.cypher.bind-value-as-event": "true",
        "input.key.format": "STRING",
    }
    assert wrong(defaults) == {}


def test_the_store_is_known_by_its_address() -> None:
    assert SINK.store_hosts({**CONFIG, "neo4j.uri": "neo4j://127.0.0.1:19018"}) == ["127.0.0.1:19018"]


def test_secrets_are_masked() -> None:
    assert {"neo4j.authentication.basic.password", "kafka.api.secret"} <= SINK.sensitive_keys()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("neo4j.uri", "", 'Missing required configuration "neo4j.uri"'),
        ("neo4j.uri", "neo4j://u:p@shop.example", "give one address, as in neo4j+s://abc12"),
        ("neo4j.uri", "neo4j://a.example,neo4j://b.example", "give one address"),
        ("neo4j.authentication.basic.password", "", "Missing required configuration"),
        ("neo4j.authentication.type", "KERBEROS", "is not part of the local cloud: use BASIC, NONE."),
        ("neo4j.security.trust-strategy", "TRUST_CUSTOM_CA_SIGNED_CERTIFICATES", "is not part of the local cloud"),
        ("neo4j.batch-size", "0", "it must be from 1 to"),
        ("neo4j.batch-timeout", "soon", "write a number and ms, s, m, h or d, as in 30s."),
        ("neo4j.pattern.topic.map", '{"a": "(:A{!id})"}', "it must be one of {}."),
        ("neo4j.cud.topics", "a", "does not have the setting neo4j.cud.topics, so remove it."),
        (MAP, "MERGE (p)", "must be a JSON object of topics and Cypher statements, as in"),
        (MAP, '{"product_vector": ""}', "must be a JSON object of topics and Cypher statements, as in"),
        (MAP, "{}", "has no statement for the topic product_vector: add one"),
        (MAP, json.dumps({**STATEMENTS, "b": "RETURN 1"}), "has a statement for b, which is not one of the topics"),
    ],
)
def test_what_cannot_run_is_told_by_setting(key: str, value: str, said: str) -> None:
    found = wrong({key: value})
    assert said in found[key]
    assert "u:p" not in str(found)
    assert "very-secret" not in str(found)


def test_a_database_without_logins_needs_none() -> None:
    config = {key: value for key, value in CONFIG.items() if "basic" not in key}
    assert SINK.errors({**config, "neo4j.authentication.type": "NONE"}) == {}
