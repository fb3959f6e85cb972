"""The statements that make Qdrant's records, run by Flink."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.config.sinks import Qdrant
from components.flinksql import Statement
from components.sinks.records import with_records
from components.sql_files import SqlFiles

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration

TABLE = """\
CREATE TABLE wares (`product_id` INT, `count` INT, articleType STRING, price DOUBLE, sold DATE, vector ARRAY<FLOAT>)
WITH ('value.format' = 'json-registry')"""


def test_flink_makes_them_of_a_table(cloud: LocalCloud) -> None:
    entry = Qdrant.model_validate(
        {"url": "https://q.example", "archive": "a.zip", "sha256": "0" * 64, "topics": ["wares"]}
    )
    given = SqlFiles(statements={"create-table-wares": Statement.parse(TABLE)}, topics=frozenset())
    made = with_records([entry], given).statements
    cloud.run(TABLE)
    cloud.run(
        "INSERT INTO wares VALUES (7, 2, 'hat', 1.5, DATE '2026-11-27', ARRAY[CAST(0.5 AS FLOAT), CAST(2 AS FLOAT)])"
    )
    cloud.run(made["create-table-wares-qdrant"].text)
    insert = cloud.post(made["insert-into-wares-qdrant"].text)
    assert insert.until("RUNNING", "FAILED")["phase"] == "RUNNING"
    (row,) = cloud.post("SELECT CAST(val AS STRING) FROM wares_qdrant").rows(1)
    assert json.loads(row["row"][0]) == {
        "collection_name": "products",
        "id": 7,
        "vector": [0.5, 2.0],
        "payload": {"product_id": 7, "count": 2, "articleType": "hat", "price": 1.5, "sold": "2026-11-27"},
    }
    insert.delete()
