"""A second table with its INSERT is two files; a second source is one file and one line. Nothing else is touched.

What else the project holds is deployed and verified with it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tables import topic_end
from workshop.clone import wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

ORDERS: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "order_id", "type": {"type": "int", "arg.properties": {"range": {"min": 1, "max": 1000}}}},
        {"name": "wish", "type": {"type": "string", "arg.properties": {"options": ["red socks", "a warm hat"]}}},
    ],
}
FILES = {
    "sql/create-table-cheap.sql": "CREATE TABLE cheap (product_id INT, price DOUBLE);",
    "sql/insert-into-cheap.sql": "INSERT INTO cheap SELECT product_id, price FROM product_vector;",
    "schemas/orders.avsc": json.dumps(ORDERS),
    "sql/create-table-order-vector.sql": "CREATE TABLE order_vector (order_id INT, wish STRING, vector ARRAY<FLOAT>);",
    "sql/insert-into-order-vector.sql": (
        "INSERT INTO order_vector SELECT order_id, wish, vector FROM orders,"
        " LATERAL TABLE(ML_PREDICT('vector_embedding', wish));"
    ),
}
DOCUMENTED = re.compile(r"^-- (?P<name>\S+\.sql)\n(?P<text>.+?;)$", re.MULTILINE | re.DOTALL)
LINE = '    "datagen-source": RecordSchema.load(HERE / "schemas" / "product-updates.avsc"),\n'


def chunks(clone: Clone) -> dict[str, str]:
    """Return the files of docs/statements.md that embed texts in chunks, by path."""
    page = (clone.path / "docs" / "statements.md").read_text()
    return {f"sql/{found['name']}": found["text"] for found in DOCUMENTED.finditer(page)}


def test_both_are_deployed_verified_and_destroyed(clone: Clone) -> None:
    for name, text in {**FILES, **chunks(clone)}.items():
        (clone.path / name).write_text(text)
    clone.edit("__main__.py", LINE, LINE + '    "orders": RecordSchema.load(HERE / "schemas" / "orders.avsc"),\n')
    clone.up()
    outputs = clone.outputs()
    assert outputs["connectors"].keys() >= {"DatagenSourceProductUpdates", "DatagenSourceOrders"}
    assert {(tuple(flow["sources"]), flow["sink"]) for flow in outputs["flows"].values()} >= {
        (("product-updates",), "product_vector"),
        (("product_vector",), "cheap"),
        (("orders",), "order_vector"),
        (("documents",), "document_vector"),
    }
    clone.ok("sql", "INSERT INTO documents VALUES ('long', REPEAT('forty characters with their blank behind ', 30))")
    wait_until(lambda: topic_end(clone, "document_vector") > 1, "the vectors of the chunks")
    report = json.loads(clone.ok("verify", "--json"))
    assert {lag["sink_topic"] for lag in report["lags"]} >= {
        "product_vector",
        "cheap",
        "order_vector",
        "document_vector",
    }
    dimensions = {record["topic"]: record["dimensions"] for record in report["fresh"]}
    assert dimensions.items() >= {"product_vector": 256, "cheap": 0, "order_vector": 256}.items()
    clone.ok("preview", "--expect-no-changes")


def test_of_removed_files_the_statements_go_and_the_table_is_told(clone: Clone) -> None:
    held = topic_end(clone, "cheap")
    for name in ("sql/create-table-cheap.sql", "sql/insert-into-cheap.sql"):
        (clone.path / name).unlink()
    done = clone.run("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "table cheap stays" in done.stdout + done.stderr
    assert "cheap" not in json.dumps(clone.outputs()["statements"])
    assert topic_end(clone, "cheap") >= held
    before = topic_end(clone, "product_vector")
    wait_until(lambda: topic_end(clone, "product_vector") > before, "vectors of what was not touched")
    clone.ok("destroy", "--yes", "--skip-preview")
    assert clone.status()["resources"] == []
