from __future__ import annotations

import re
from typing import Any

import pytest

from components.flinksql.statement import MAX_NAME, statement_name

CONTENT: dict[str, Any] = {
    "text": "CREATE TABLE t (a INT);",
    "suffix": "x",
    "properties": {"sql.current-catalog": "env-1", "sql.current-database": "embeddings-x"},
    "runs_as": ["lfcp-1", "sa-1", "lkc-1"],
    "built_on": [],
}


class TestStatementName:
    def test_is_purpose_suffix_and_digest(self) -> None:
        assert re.fullmatch(r"create-table-x-[0-9a-f]{8}", statement_name("create-table", **CONTENT))

    def test_stays_for_the_same_content(self) -> None:
        turned = {**CONTENT, "properties": dict(reversed(CONTENT["properties"].items()))}
        assert statement_name("create-table", **CONTENT) == statement_name("create-table", **turned)

    @pytest.mark.parametrize(
        "change",
        [
            {"text": "CREATE TABLE t (a BIGINT);"},
            {"suffix": "y"},
            {"properties": {**CONTENT["properties"], "sql.current-database": "renamed"}},
            {"runs_as": ["lfcp-2", "sa-1", "lkc-1"]},
            {"built_on": ["another"]},
        ],
        ids=["text", "suffix", "database", "pool", "built on"],
    )
    def test_changes_with_the_content(self, change: dict[str, Any]) -> None:
        assert statement_name("create-table", **CONTENT) != statement_name("create-table", **{**CONTENT, **change})

    def test_fits_what_flink_allows(self) -> None:
        name = statement_name("a" * 100, **{**CONTENT, "suffix": "s" * 20})
        assert len(name) <= MAX_NAME
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert name.startswith("aaa")
        assert "-" + "s" * 20 + "-" in name
