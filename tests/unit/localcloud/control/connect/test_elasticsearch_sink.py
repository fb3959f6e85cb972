"""The managed Elasticsearch sink: what is refused, and what becomes of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.sinks.registry import store_of
from localcloud.control.connect.elasticsearch_sink import ELASTICSEARCH_SINK_V2 as SINK
from localcloud.control.connect.registry import Registry
from localcloud.control.core.plane import Plane
from localcloud.control.core.store import Store
from tests.unit.components.config.test_sinks import ELASTIC, sinks

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = {
    "connector.class": "ElasticsearchSinkV2",
    "name": "products",
    "kafka.api.key": "KEY",
    "kafka.api.secret": "kafka-secret",
    "topics": "product_vector",
    "tasks.max": "1",
    "input.data.format": "JSON_SR",
    "connection.url": "https://shop.example:443",
    "auth.type": "API_KEY",
    "api.key.value": "very-secret",
    "schema.ignore": "true",
}


def wrong(**changes: str) -> dict[str, str]:
    """Return what is wrong with the settings but for these changes."""
    config = CONFIG | {key.replace("_", "."): value for key, value in changes.items()}
    return {key: " ".join(errors) for key, errors in SINK.errors(config).items()}


def test_what_the_program_declares_can_run() -> None:
    (entry,) = sinks(ELASTIC)
    store = store_of(entry, ["product_vector"])
    config = {**CONFIG, **store.plain(), **store.secrets()}
    assert SINK.errors(config) == {}
    own = SINK.worker_connector("lcc-abc123", config).settings
    assert own["connector.class"] == "rag.connect.elasticsearch.ElasticsearchSink"
    assert own["key.converter"] == "org.apache.kafka.connect.storage.StringConverter"
    assert (own["write.method"], own["auto.create"]) == ("UPSERT", "false")
    assert own["topic.to.resource.mapping"] == "product_vector:products"
    assert (own["api.key.value"], own["errors.deadletterqueue.topic.name"]) == ("very-secret", "dlq-lcc-abc123")


def test_the_topics_of_the_reporter_can_be_named_as_the_cloud_does_it() -> None:
    assert (
        wrong(reporter_result_topic_name="success-${connector}", reporter_error_topic_name="error-${connector}") == {}
    )


def test_the_store_is_known_by_its_address() -> None:
    assert SINK.store_hosts(CONFIG) == ["shop.example:443"]
    assert SINK.store_hosts({**CONFIG, "connection.url": "http://127.0.0.1:19018/"}) == ["127.0.0.1:19018"]


def test_secrets_are_masked() -> None:
    assert {"api.key.value", "connection.password", "kafka.api.secret"} <= SINK.sensitive_keys()


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"connection_url": ""}, "connection.url", 'Missing required configuration "connection.url"'),
        ({"connection_url": "https://u:p@shop.example"}, "connection.url", "give one URL, as in https://shop"),
        ({"connection_url": "https://a.example,https://b.example"}, "connection.url", "give one URL"),
        (
            {"connection_url": "http://shop.example", "elastic_ssl_enabled": "true"},
            "elastic.ssl.enabled",
            "write https://, or set it to false",
        ),
        ({"api_key_value": ""}, "api.key.value", 'Missing required configuration "api.key.value"'),
        ({"auth_type": "BASIC"}, "connection.password", 'Missing required configuration "connection.password"'),
        ({"schema_ignore": "false"}, "schema.ignore", "is not part of the local cloud: use true."),
        ({"resource_type": "DATASTREAM"}, "resource.type", "is not part of the local cloud: use INDEX, ALIAS_INDEX."),
        ({"topic_to_resource_mapping": "product_vector:p"}, "topic.to.resource.mapping", "with true, an index has its"),
        ({"auto_create": "false"}, "topic.to.resource.mapping", "must give each topic an index"),
        (
            {"auto_create": "false", "topic_to_resource_mapping": "product_vector:Products"},
            "topic.to.resource.mapping",
            "'Products' cannot be an index",
        ),
        ({"batch_size": "0"}, "batch.size", "it must be from 1 to 2000"),
        ({"flush_timeout_ms": "1"}, "flush.timeout.ms", "does not have the setting flush.timeout.ms, so remove it"),
        ({"write_method": "REPLACE"}, "write.method", "it must be one of INSERT, UPSERT"),
        (
            {"reporter_error_topic_name": "refused"},
            "reporter.error.topic.name",
            "it must be one of error-${connector}. The local cloud writes no such topic, since what its records hold",
        ),
    ],
)
def test_what_cannot_run_is_told_by_setting(changes: dict[str, str], key: str, said: str) -> None:
    found = wrong(**changes)
    assert said in found[key]
    assert "u:p" not in str(found)


def test_the_class_of_unknown_behaviour_is_said_to_be_one(tmp_path: Path) -> None:
    (said,) = Registry(Plane(), Store(tmp_path / "resources.db")).errors({"connector.class": "PineconeSink"})[
        "connector.class"
    ]
    assert said.startswith("PineconeSink is not part of the local cloud: what it makes of a record that has its vector")


def test_the_deprecated_class_names_its_successor(tmp_path: Path) -> None:
    (said,) = Registry(Plane(), Store(tmp_path / "resources.db")).errors({"connector.class": "ElasticsearchSink"})[
        "connector.class"
    ]
    assert said.endswith("is deprecated and not part of the local cloud: use ElasticsearchSinkV2, whose keys differ.")
