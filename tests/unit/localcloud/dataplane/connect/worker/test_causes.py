"""Why a connector failed, in one sentence."""

from __future__ import annotations

import pytest

from localcloud.dataplane.connect.worker.causes import cause

URI = "mongodb://admin:s3cret@127.0.0.1:27017/?authMechanism=SCRAM-SHA-256"
LACKING = (
    "The user admin of MongoDB at 127.0.0.1:27017 lacks the permission to insert, update: give it the role readWrite on"
    " the database."
)
NO_DEAD_LETTERS = (
    "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with topic=dlq-lcc-1\n"
    "\tat x.Y.z(Y.java:1)\nCaused by: java.util.concurrent.ExecutionException:"
    " org.apache.kafka.common.errors.TopicAuthorizationException: Authorization failed."
)
CHECKED = (
    "Connector configuration is invalid and contains the following 1 error(s):\n{}\n"
    "You can also find the above list of errors at the endpoint `/connector-plugins/{{connectorType}}/config/validate`"
)
TRACE = (
    "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n"
    "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)\n"
    "Caused by: {}\n\tat com.mongodb.kafka.connect.sink.StartedMongoSinkTask.handle(StartedMongoSinkTask.java:196)\n"
    "\t... 11 more\n"
)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            CHECKED.format("Invalid value [hidden] for configuration connection.uri: Unable to connect to the server."),
            "MongoDB at 127.0.0.1:27017 cannot be reached: correct connection.host, or start the server there.",
        ),
        (
            CHECKED.format("Invalid user permissions authentication failed. Exception authenticating MongoCredential"),
            "MongoDB at 127.0.0.1:27017 refuses the login of admin: correct connection.user and connection.password.",
        ),
        (
            CHECKED.format("Invalid user permissions. Missing the following action permissions: insert, update"),
            LACKING,
        ),
        (
            CHECKED.format(f"Invalid value {URI} for configuration connection.uri: it is wrong"),
            "connection.uri: it is wrong.",
        ),
        (
            CHECKED.format(
                "Invalid value many for configuration max.batch.size: Not a number of type INT\n"
                "Invalid value null for configuration max.batch.size: Value must be non-null."
            ),
            "max.batch.size: Not a number of type INT.",
        ),
        (
            TRACE.format("com.mongodb.MongoTimeoutException: Timed out after 30000 ms"),
            "MongoDB at 127.0.0.1:27017 cannot be reached: correct connection.host, or start the server there.",
        ),
        (
            TRACE.format("org.apache.kafka.connect.errors.DataException: no field product_id in com.mongodb.Thing"),
            "no field product_id in.",
        ),
        ("java.lang.NullPointerException\n\tat x.Y.z(Y.java:1)\n", None),
    ],
)
def test_a_cause_is_a_sentence_without_classes_and_secrets(said: str, sentence: str | None) -> None:
    found = cause(said, {"connection.uri": URI})
    assert found.sentence == (sentence or found.sentence)
    assert "Exception" not in found.sentence
    assert "s3cret" not in found.sentence
    assert not found.is_about_rights
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("thrown", "part"),
    [
        (
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [products]",
            "may not use the topic products",
        ),
        (
            "org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: connect-lcc-1",
            "may not use its consumer group connect-lcc-1",
        ),
        (
            NO_DEAD_LETTERS,
            "may not create its dead-letter topic dlq-lcc-1",
        ),
        (
            "rag.connect.MissingRightError: Schema Registry: the connector may not read schema 7.",
            "may not read schema 7",
        ),
    ],
)
def test_a_missing_right_is_told_from_other_causes(thrown: str, part: str) -> None:
    found = cause(TRACE.format(thrown), {})
    assert part in found.sentence
    assert "give its service account the right" in found.sentence
    assert found.is_about_rights
