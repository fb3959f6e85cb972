"""Kafka REST: records that are written by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localcloud.dataplane.interface import KafkaRecord
    from tests.unit.localcloud.conftest import Local


class Topic:
    """The topic ``queries`` of a running cluster."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.cluster = local.cluster(local.environment())
        self.path = f"/kafka/v3/clusters/{self.cluster}/topics/queries/records"
        local.call("POST", f"/kafka/v3/clusters/{self.cluster}/topics", {"topic_name": "queries"}, status=201)

    def post(self, body: str) -> Any:
        """Send a body as it is, return the reply."""
        return self.local.client.post(self.path, content=body.encode(), auth=self.local.admin)

    def reports(self, *records: dict[str, Any]) -> list[Any]:
        """Write records in one request, return a report for each."""
        reply = self.post(" \n".join(json.dumps(record) for record in records))
        assert reply.status_code == 200, reply.text
        return [json.loads(line) for line in reply.text.split("\n")]

    @property
    def written(self) -> list[KafkaRecord]:
        return self.local.plane.kafka.kept.get((self.cluster, "queries"), [])


@pytest.fixture
def topic(local: Local) -> Topic:
    return Topic(local)


def test_a_record_is_written_and_reported(topic: Topic) -> None:
    value = {"query": "grüne Schuhe", "limit": 3, "exact": 1.5, "more": [None, True]}
    (report,) = topic.reports(
        {
            "partition_id": 2,
            "key": {"type": "BINARY", "data": "AAEC"},
            "value": {"type": "JSON", "data": value},
            "timestamp": "2021-02-05T19:14:42Z",
        }
    )
    (written,) = topic.written
    assert written.key == b"\x00\x01\x02"
    assert written.value == '{"query":"grüne Schuhe","limit":3,"exact":1.5,"more":[null,true]}'.encode()
    assert report == {
        "error_code": 200,
        "cluster_id": topic.cluster,
        "topic_name": "queries",
        "partition_id": 2,
        "offset": 0,
        "timestamp": "2021-02-05T19:14:42.000Z",
        "key": {"type": "BINARY", "size": 3},
        "value": {"type": "JSON", "size": len(written.value)},
    }


def test_each_record_of_a_request_has_a_report_of_its_own(topic: Topic) -> None:
    reports = topic.reports(
        {"value": {"type": "STRING", "data": "one"}},
        {"value": {"type": "BINARY", "data": "1"}},
        {"value": {"type": "STRING", "data": "three"}, "partition_id": 99},
        {"value": {"schema_id": 1, "data": {"a": 1}}},
        {"value": {"type": "AVRO", "data": "x"}},
        {"key": {"type": "string", "data": "k"}, "value": {"type": "JSON", "data": None}},
        {},
    )
    assert [report["error_code"] for report in reports] == [200, 400, 400, 400, 400, 200, 200]
    assert "is not a base64 string" in reports[1]["message"]
    assert "no such partition" in reports[2]["message"]
    assert all("BINARY, JSON or STRING" in reports[at]["message"] for at in (3, 4))
    assert [(one.key, one.value) for one in topic.written] == [(None, b"one"), (b"k", None), (None, None)]
    assert "value" not in reports[5]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "it is empty"),
        ("{", "at character 47"),
        ('{"value": NaN}', "NaN is no JSON"),
        ("[1]", "the document: it must be a JSON object."),
        ('{"partition_id": -1}', "partition_id"),
        ('{"timestamp": "yesterday"}', "timestamp"),
        ('{"value": {"data": ' + "[" * 200 + "]" * 200 + "}}", "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_is_no_record_is_refused_and_nothing_written(topic: Topic, body: str, why: str) -> None:
    reply = topic.post('{"value": {"type": "STRING", "data": "first"}}' + body if body else body)
    assert reply.status_code == 400
    assert why in reply.json()["message"]
    assert topic.written == []


def test_a_topic_must_be_there_and_the_right_to_write(topic: Topic) -> None:
    record = {"value": {"type": "STRING", "data": "x"}}
    missing = topic.path.replace("queries", "nowhere")
    assert topic.local.call("POST", missing, record, status=404)["error_code"] == 40403
    stranger = topic.local.key(topic.local.account(), {"id": topic.cluster, "kind": "Cluster"})
    assert topic.local.call("POST", topic.path, record, key=stranger, status=403)["error_code"] == 40301
    assert topic.written == []
