"""The suite of documented statements is what its page says, and an entry that is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop.docs.statement_suite import FIRST, load
from workshop.docs.statements_page import render

if TYPE_CHECKING:
    from pathlib import Path

FILES = load()
ALL = [one for found in FILES.values() for one in found]


def test_there_are_enough_and_the_tables_come_first() -> None:
    assert len(ALL) >= 150
    assert next(iter(FILES)) == FIRST


def test_every_statement_has_a_page_a_verdict_and_a_name() -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    for one in ALL:
        assert one.page.url.startswith(
            ("https://docs.confluent.io/", "https://developer.confluent.io/", "https://github.com/")
        )
        assert one.sql
        assert one.cloud
        assert one.expected not in ({}, "", "?"), one.name


def write(folder: Path, entry: str) -> None:
    """Write a file with one statement."""
    (folder / "x.yaml").write_text(f"- page: P\n  url: u\n  statements:\n    - {entry}\n", encoding="utf-8")


def test_an_entry_is_read(tmp_path: Path) -> None:
    write(
        tmp_path, "{sql: SELECT 1, cloud: One., rows: [['1', 'null']], ordered: yes, properties: {a: b}, differs: no}"
    )
    (one,) = load(tmp_path)["x"]
    assert (one.name, one.expected, one.is_ordered) == ("x-1", [["1", None]], True)
    assert (one.properties, one.differs, one.is_unending) == ({"a": "b"}, "no", False)


@pytest.mark.parametrize(
    ("entry", "is_unending"),
    [("changelog: [['+I', '1']]", False), ("changelog: [['+I', '1'], ['-D', '1']]", True), ("runs: '3'", True)],
)
def test_what_runs_without_end(tmp_path: Path, entry: str, *, is_unending: bool) -> None:
    write(tmp_path, f"{{sql: SELECT 1, cloud: One., {entry}}}")
    assert load(tmp_path)["x"][0].is_unending == is_unending


@pytest.mark.parametrize("entry", ["{sql: S, cloud: C}", "{sql: S, rows: []}", "{sql: S, cloud: C, rows: [], runs: 1}"])
def test_an_entry_that_is_wrong_is_named(tmp_path: Path, entry: str) -> None:
    write(tmp_path, entry)
    with pytest.raises(ValueError, match="x-1: it needs sql, cloud and one of rows"):
        load(tmp_path)


def test_the_page_has_every_statement() -> None:
    page = render()
    assert page.count("\n| `") == len(ALL)
    assert page.count("**differs** |") == sum(bool(one.differs) for one in ALL)
    assert max(line.count(" | ") for line in page.splitlines() if line.startswith("| `")) == 2  # no cell is broken
