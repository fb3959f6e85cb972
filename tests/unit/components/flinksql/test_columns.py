from __future__ import annotations

import pytest

from components.flinksql import Statement, columns_of


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("a INT, `b c` string", [("a", "INT"), ("b c", "STRING")]),
        ("a DECIMAL(10, 2) NOT NULL COMMENT 'x', v array<float>", [("a", "DECIMAL(10, 2)"), ("v", "ARRAY<float>")]),
        ("r ROW<c INT NOT NULL, `d e` ARRAY<STRING>>", [("r", "ROW<c INT NOT NULL, `d e` ARRAY<STRING>>")]),
        ("a INT, b AS a + 1, t TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'", [("a", "INT")]),
        ("a BIGINT PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED, WATERMARK FOR t AS t", [("a", "BIGINT")]),
    ],
)
def test_columns_with_their_types(columns: str, found: list[tuple[str, str]]) -> None:
    statement = Statement.parse(f"CREATE TABLE IF NOT EXISTS c.`t` ({columns}) WITH ('k' = 'v')")
    assert [(one.name, one.type) for one in columns_of(statement)] == found


def test_a_table_of_a_query_declares_none() -> None:
    assert columns_of(Statement.parse("CREATE TABLE t WITH ('k' = 'v') AS SELECT f(1) FROM (SELECT 1)")) == []
