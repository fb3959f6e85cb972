from __future__ import annotations

from typing import Any

from toolchain.frontdoor.state.makers import makers_in


def test_a_table_is_made_by_its_statement_or_by_its_connector() -> None:
    statement, connector = (
        "confluentcloud:index/flinkStatement:FlinkStatement",
        "confluentcloud:index/connector:Connector",
    )
    resources: list[dict[str, Any]] = [
        {
            "urn": "urn:s",
            "type": statement,
            "inputs": {"statement": "-- vectors\nCREATE TABLE product_vector (a STRING)"},
        },
        {"urn": "urn:q", "type": statement, "inputs": {"statement": "create table if not exists `a-b` (a STRING)"}},
        {"urn": "urn:i", "type": statement, "inputs": {"statement": "INSERT INTO product_vector SELECT 1"}},
        {"urn": "urn:c", "type": connector, "inputs": {"configNonsensitive": {"kafka.topic": "product-updates"}}},
        {"urn": "urn:n", "type": connector, "inputs": {"configNonsensitive": {"topics": "product_vector"}}},
        {"urn": "urn:p", "type": "pulumi:pulumi:Stack"},
    ]
    made = {"product_vector": "urn:s", "a-b": "urn:q", "product-updates": "urn:c"}
    assert makers_in(resources) == made
