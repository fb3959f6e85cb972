"""A statement that is run and watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localcloud.control.console import runs
from localcloud.control.console.runs import Run, typed
from localcloud.control.core.errors import InvalidError, NotFoundError
from localcloud.control.core.resources import Statement
from tests.unit.localcloud.conftest import eventually

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def started(local: Local, sql: str) -> Run:
    env = local.environment()
    cluster = local.cluster(env)
    local.pool(env)
    return Run(local.cloud, env, cluster, sql)


def all_of(run: Run) -> list[tuple[str, Any]]:
    news = []
    while not run.is_over:
        news += run.step()
    return news


def test_columns_then_rows_then_the_end(local: Local) -> None:
    news = all_of(started(local, "SELECT n FROM t"))
    assert news[0] == ("columns", {"columns": ["n"]})
    rows = [row["row"] for name, data in news if name == "rows" for row in data["rows"]]
    assert rows == [[1], [2], [3]]
    assert news[-1] == ("end", {"phase": "COMPLETED", "cause": ""})


def test_cells_have_their_type_again() -> None:
    array = {"type": "ARRAY", "element_type": {"type": "FLOAT"}}
    assert typed(["0.5", None, "NaN"], array)[:2] == [0.5, None]
    assert typed("9007199254740993", {"type": "BIGINT"}) == 9007199254740993
    assert (typed("1.50", {"type": "DECIMAL"}), typed(None, array)) == ("1.50", None)


def test_what_has_no_rows_ends_with_its_phase(local: Local) -> None:
    assert all_of(started(local, "CREATE TABLE t (x INT)"))[-1] == ("end", {"phase": "COMPLETED", "cause": ""})


def test_a_refusal_is_the_end(local: Local) -> None:
    assert all_of(started(local, "BROKEN")) == [("end", {"phase": "FAILED", "cause": "SQL parse failed at line 1."})]


def test_an_insert_runs_until_it_is_closed(local: Local) -> None:
    run = started(local, "INSERT INTO t SELECT 1")
    for _ in range(3):
        run.step()
    assert not run.is_over
    (kept,) = local.cloud.store.all(Statement)
    assert kept.name.startswith("console-")
    run.close()
    eventually(lambda: not local.cloud.store.all(Statement))
    run.close()


def test_there_is_an_end_to_the_rows(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_ROWS", 2)
    name, end = all_of(started(local, "SELECT n FROM t"))[-1]
    assert (name, end["phase"]) == ("end", "STOPPED")
    assert "add a LIMIT" in end["cause"]


def test_what_cannot_be_run_is_refused(local: Local) -> None:
    with pytest.raises(InvalidError, match="Write a statement"):
        started(local, "  ")
    with pytest.raises(NotFoundError):
        Run(local.cloud, "env-x", "lkc-x", "SELECT 1")
