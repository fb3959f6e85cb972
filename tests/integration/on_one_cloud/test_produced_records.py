"""Records that are written by Kafka REST, as SQL reads them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration

COLUMNS = (
    "k STRING, v STRING, part INT METADATA FROM 'partition' VIRTUAL, heads MAP<STRING, STRING> METADATA FROM 'headers'"
)


def write(cloud: LocalCloud, topic: str, record: dict[str, Any]) -> Any:
    """Write a record, return its report."""
    return cloud.call("POST", f"/kafka/v3/clusters/{cloud.cluster}/topics/{topic}/records", record)


def test_a_record_of_rest_is_a_row(cloud: LocalCloud) -> None:
    name = f"asked_{uuid.uuid4().hex[:12]}"
    cloud.run(
        f"CREATE TABLE {name} ({COLUMNS}) DISTRIBUTED BY HASH(k) INTO 4 BUCKETS"
        " WITH ('key.format' = 'raw', 'value.format' = 'raw')"
    )
    cloud.run(f"INSERT INTO {name} VALUES ('alpha', 'by SQL', MAP['from', 'sql'])")
    report = write(
        cloud,
        name,
        {
            "key": {"type": "STRING", "data": "alpha"},
            "value": {"type": "JSON", "data": {"query": "blue shoes"}},
            "headers": [{"name": "from", "value": "cmVzdA=="}],
            "timestamp": "2021-02-05T19:14:42.5Z",
        },
    )
    assert (report["error_code"], report["timestamp"]) == (200, "2021-02-05T19:14:42.500Z")
    assert report["offset"] > 0
    here = str(report["partition_id"])
    rows = cloud.query(
        f"SELECT v, part, heads['from'], CAST($rowtime AS STRING) LIKE '2021-02-05 19:14:42.5%' FROM {name}"
    )
    assert sorted(rows) == [["by SQL", here, "sql", "FALSE"], ['{"query":"blue shoes"}', here, "rest", "TRUE"]]
    refused = write(cloud, name, {"partition_id": 4, "value": {"type": "STRING", "data": "x"}})
    assert refused == {"error_code": 400, "message": "The record cannot be written: the topic has no such partition."}
    large = write(cloud, name, {"value": {"type": "STRING", "data": "x" * 3_000_000}})
    assert large["error_code"] == 400
    assert "max.message.bytes" in large["message"]
    assert write(cloud, name, {"value": {"type": "STRING", "data": "x" * 1_500_000}})["error_code"] == 200
