"""The managed MongoDB sink: what is refused, and what becomes of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.control.connect.mongodb_atlas_sink import MONGODB_ATLAS_SINK as SINK

if TYPE_CHECKING:
    from localcloud.dataplane.interface import WorkerConnector

# The connector file of the tutorial's second part, key by key.
TUTORIAL = {
    "connector.class": "MongoDbAtlasSink",
    "name": "MongoDbAtlasSinkConnector",
    "schema.context.name": "default",
    "input.data.format": "JSON_SR",
    "cdc.handler": "None",
    "input.key.format": "STRING",
    "delete.on.null.values": "false",
    "max.batch.size": "0",
    "bulk.write.ordered": "true",
    "rate.limiting.timeout": "0",
    "rate.limiting.every.n": "0",
    "write.strategy": "DefaultWriteModelStrategy",
    "csfle.enabled": "false",
    "kafka.auth.mode": "KAFKA_API_KEY",
    "kafka.api.key": "KEY",
    "kafka.api.secret": "kafka-secret",
    "topics": "product_vector",
    "connection.host": "cluster0.abc12.mongodb.net",
    "connection.user": "admin",
    "connection.password": "p@ss/word",
    "database": "store",
    "collection": "products",
    "doc.id.strategy": "BsonOidStrategy",
    "doc.id.strategy.overwrite.existing": "false",
    "document.id.strategy.uuid.format": "string",
    "key.projection.type": "none",
    "value.projection.type": "none",
    "namespace.mapper.class": "DefaultNamespaceMapper",
    "server.api.deprecation.errors": "false",
    "server.api.strict": "false",
    "max.num.retries": "3",
    "retries.defer.timeout": "5000",
    "timeseries.timefield.auto.convert": "false",
    "timeseries.timefield.auto.convert.date.format": "yyyy-MM-dd[['T'][ ]][HH:mm:ss[[.][SSSSSS][SSS]][ ]VV[ ]'['VV']']"
    "[HH:mm:ss[[.][SSSSSS][SSS]][ ]X][HH:mm:ss[[.][SSSSSS][SSS]]]",
    "timeseries.timefield.auto.convert.locale.language.tag": "en",
    "timeseries.expire.after.seconds": "0",
    "ts.granularity": "None",
    "mongo.errors.tolerance": "NONE",
    "max.poll.interval.ms": "300000",
    "max.poll.records": "500",
    "tasks.max": "1",
    "value.converter.replace.null.with.default": "true",
    "value.converter.reference.subject.name.strategy": "DefaultReferenceSubjectNameStrategy",
    "value.converter.schemas.enable": "false",
    "errors.tolerance": "all",
    "value.converter.ignore.default.for.nullables": "false",
    "value.converter.decimal.format": "BASE64",
    "value.converter.value.subject.name.strategy": "TopicNameStrategy",
    "key.converter.key.subject.name.strategy": "TopicNameStrategy",
    "auto.restart.on.user.error": "true",
}
REQUIRED = (
    "tasks.max",
    "topics",
    "connection.host",
    "connection.user",
    "connection.password",
    "database",
    "kafka.api.key",
    "kafka.api.secret",
)


def translated(**changes: str) -> WorkerConnector:
    config = TUTORIAL | {key.replace("_", "."): value for key, value in changes.items()}
    assert SINK.errors(config) == {}
    return SINK.worker_connector("lcc-abc123", config)


def own(**changes: str) -> dict[str, str]:
    return dict(translated(**changes).settings)


def test_the_tutorials_connector_is_translated_as_confluents_template_has_it() -> None:
    settings = own()
    assert settings["connector.class"] == "com.mongodb.kafka.connect.MongoSinkConnector"
    assert settings["connection.uri"] == "mongodb+srv://admin:p%40ss%2Fword@cluster0.abc12.mongodb.net"
    assert settings["value.converter"] == "io.confluent.connect.json.JsonSchemaConverter"
    assert settings["key.converter"] == "org.apache.kafka.connect.storage.StringConverter"
    package = "com.mongodb.kafka.connect.sink"
    assert settings["document.id.strategy"] == f"{package}.processor.id.strategy.BsonOidStrategy"
    assert settings["writemodel.strategy"] == f"{package}.writemodel.strategy.DefaultWriteModelStrategy"
    assert settings["namespace.mapper"] == f"{package}.namespace.mapping.DefaultNamespaceMapper"
    assert (settings["database"], settings["collection"], settings["topics"]) == ("store", "products", "product_vector")
    assert settings["consumer.override.isolation.level"] == "read_committed"
    assert settings["consumer.override.max.poll.records"] == "500"
    assert settings["mongo.errors.tolerance"] == "none"
    assert settings["errors.tolerance"] == "all"
    for left_out in ("change.data.capture.handler", "timeseries.granularity", "input.data.format", "doc.id.strategy"):
        assert left_out not in settings


def test_dead_letters_go_to_a_topic_named_after_the_connector() -> None:
    connector = translated()
    assert connector.dead_letters == "dlq-lcc-abc123"
    assert connector.settings["errors.deadletterqueue.topic.name"] == "dlq-lcc-abc123"
    assert connector.settings["errors.deadletterqueue.context.headers.enable"] == "true"
    named = translated(errors_deadletterqueue_topic_name="mine-${connector}")
    assert named.dead_letters == named.settings["errors.deadletterqueue.topic.name"] == "mine-lcc-abc123"


@pytest.mark.parametrize(
    ("changes", "uri"),
    [
        (
            {"connection_host": "127.0.0.1:27017"},
            "mongodb://admin:p%40ss%2Fword@127.0.0.1:27017/?authMechanism=SCRAM-SHA-256",
        ),
        (
            {"connection_host": "db.example", "mongodb_instance_type": "MONGODB_SELF_MANAGED"},
            "mongodb://admin:p%40ss%2Fword@db.example/?authMechanism=SCRAM-SHA-256",
        ),
    ],
)
def test_a_server_that_is_no_atlas_cluster_is_reached_without_srv_records(changes: dict[str, str], uri: str) -> None:
    assert own(**changes)["connection.uri"] == uri


@pytest.mark.parametrize(
    ("strategy", "part"),
    [("PartialValueStrategy", "value"), ("PartialKeyStrategy", "key"), ("ProvidedInValueStrategy", "")],
)
def test_document_ids_are_made_as_asked_for(strategy: str, part: str) -> None:
    projection = {f"{part}_projection_type": "allowlist", f"{part}_projection_list": "product_id"} if part else {}
    settings = own(doc_id_strategy=strategy, **projection)
    assert settings["document.id.strategy"].endswith(f".{strategy}")
    if part:
        assert settings[f"document.id.strategy.partial.{part}.projection.type"] == "allowlist"
        assert settings[f"document.id.strategy.partial.{part}.projection.list"] == "product_id"


def test_it_logs_in_as_the_account_or_with_the_key() -> None:
    keyed = translated()
    assert (keyed.principal, keyed.api_key, keyed.api_secret) == ("", "KEY", "kafka-secret")
    account = translated(kafka_auth_mode="SERVICE_ACCOUNT", kafka_service_account_id="sa-1")
    assert (account.principal, account.api_key, account.api_secret) == ("sa-1", "", "")
    for connector in (keyed, account):
        assert not any("kafka" in key for key in connector.settings)
    assert "secret" not in repr(keyed)
    assert "p@ss" not in repr(keyed)


@pytest.mark.parametrize("key", REQUIRED)
def test_what_is_required(key: str) -> None:
    without = {name: value for name, value in TUTORIAL.items() if name != key}
    assert SINK.errors(without) == {key: [f'Missing required configuration "{key}" which has no default value.']}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("colection", "products", "does not have the setting colection, so remove it. Did you mean collection?"),
        ("tasks.max", "many", "Invalid value many for configuration tasks.max: it must be a whole number."),
        ("tasks.max", "0", "Invalid value 0 for configuration tasks.max: it must be from 1 to 8."),
        ("max.batch.size", "-1", "Invalid value -1 for configuration max.batch.size: it must be from 0 to 2147483647."),
        ("input.data.format", "PROTOBUF", "is not part of the local cloud: use AVRO, JSON_SR, JSON, STRING, BSON."),
        ("input.data.format", "XML", "Invalid value XML for configuration input.data.format: it must be one of AVRO,"),
        ("doc.id.strategy", "Uuid", "Invalid value Uuid for configuration doc.id.strategy: it must be one of Bson"),
        ("doc.id.strategy", "PartialValueStrategy", "set value.projection.type to allowlist and name them in"),
        ("value.projection.type", "allowlist", 'Missing required configuration "value.projection.list"'),
        ("mongodb.auth.mechanism", "MONGODB-X509", "is not part of the local cloud: use SCRAM-SHA-256."),
        ("csfle.enabled", "true", "Invalid value true for configuration csfle.enabled: it must be one of false."),
        ("connection.host", "mongodb+srv://admin:pw@host/", "give the host alone, as in cluster0.abc12.mongodb.net"),
        ("connection.password", "back\\slash", "The connector takes no password with a backslash: set another one."),
        ("topics", "a,b c", "Invalid value b c for configuration topics: a topic's name has up to 249 letters"),
        ("topics.regex", "p.*", "Give either topics or topics.regex, not both."),
        (
            "errors.deadletterqueue.topic.name",
            "product_vector",
            "is one of the topics that are read: name another one.",
        ),
        ("transforms", "a", 'Missing required configuration "transforms.a.type" which has no default value.'),
        ("transforms.a.type", "x", "transforms does not name a: add it there, or remove transforms.a.type."),
    ],
)
def test_what_is_wrong_is_one_sentence(key: str, value: str, said: str) -> None:
    wrong = SINK.errors({**TUTORIAL, key: value})
    (message,) = [message for messages in wrong.values() for message in messages]
    assert said in message
    assert "pw@" not in message
    assert "back\\slash" not in message


def test_a_transform_of_apache_kafka_is_handed_on_and_another_one_refused() -> None:
    kind = "org.apache.kafka.connect.transforms.ReplaceField$Value"
    transform = {"transforms": "less", "transforms.less.type": kind, "transforms.less.exclude": "content"}
    settings = SINK.worker_connector("lcc-1", {**TUTORIAL, **transform}).settings
    assert SINK.errors({**TUTORIAL, **transform}) == {}
    assert transform.items() <= settings.items()
    theirs = {**transform, "transforms.less.type": "io.confluent.connect.transforms.Drop$Value"}
    (message,) = SINK.errors({**TUTORIAL, **theirs})["transforms.less.type"]
    assert message.endswith("Drop$Value is not part of the local cloud: it has those of Apache Kafka.")


def test_several_topics_or_a_pattern() -> None:
    assert own(topics="a, b")["topics"] == "a, b"
    without = {name: value for name, value in TUTORIAL.items() if name != "topics"}
    settings = SINK.worker_connector("lcc-1", {**without, "topics.regex": "prod.*"}).settings
    assert (settings["topics.regex"], settings.get("topics")) == ("prod.*", None)
    (message,) = SINK.errors({**without, "topics.regex": "("})["topics.regex"]
    assert "it is no regular expression" in message


def test_what_is_secret() -> None:
    assert SINK.sensitive_keys() == {"kafka.api.key", "kafka.api.secret", "connection.password"}
