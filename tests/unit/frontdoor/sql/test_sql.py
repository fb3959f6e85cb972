"""`./pulumiw sql` against the driver's own protocol."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from base64 import b64encode
from datetime import date
from decimal import Decimal
from typing import Any

import confluent_sql
import pytest

from tests.support.flink_stub import BASE, Flink, rows, status
from toolchain.frontdoor.sql.refusal import advice
from toolchain.frontdoor.sql.render import JsonLines, Table, cell, jsonable
from toolchain.frontdoor.sql.session import reason


def run(flink: Flink, *, limit: int | None = None, seconds: int | None = None) -> tuple[list[dict[str, Any]], str]:
    stream = io.StringIO()
    note = flink.session().run("SELECT 1", JsonLines(stream), limit=limit, seconds=seconds)
    return [json.loads(line) for line in stream.getvalue().splitlines()], note


def test_a_limit_ends_an_endless_statement_and_deletes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Flink([status("RUNNING")], [rows(2), [], rows(4)], endless=True) as flink:
        flink.prepare(monkeypatch)
        printed, note = run(flink, limit=5)
        assert [row["content"] for row in printed] == ["shoe 0", "shoe 1", "shoe 0", "shoe 1", "shoe 2"]
        assert printed[1]["vector"] == [0.5, 0.25]
        assert note == ""
        assert flink.deleted == [f"{BASE}/pulumiw-abc"]
        assert flink.keys == {"Basic " + b64encode(b"FK:FS").decode()}


def test_a_deletion_in_passing_trouble_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.frontdoor.sql.session._PAUSES", (0, 0))
    replies = [(503, None), (500, None), (202, None)]
    with Flink([status("RUNNING")], [rows(2)], endless=True) as flink:
        flink.prepare(monkeypatch)
        flink.replies[f"DELETE {BASE}/pulumiw-abc"] = lambda: replies.pop(0)
        run(flink, limit=1)
    assert replies == []


def test_a_statement_that_ends_by_itself_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Flink([status("COMPLETED")], [rows(1)]) as flink:
        flink.prepare(monkeypatch)
        assert len(run(flink)[0]) == 1
        assert len(flink.deleted) == 1


def test_all_rows_of_a_bounded_statement_are_fetched_and_it_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Flink([status("COMPLETED", bounded=True)], [rows(2), rows(1)]) as flink:
        flink.prepare(monkeypatch)
        found = flink.session().fetch("SELECT 1", seconds=5)
        assert [content for content, _ in found] == ["shoe 0", "shoe 1", "shoe 0"]
        assert flink.deleted == [f"{BASE}/pulumiw-abc"]


def test_seconds_bound_a_statement_without_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    with Flink([status("RUNNING")], [], endless=True) as flink:
        flink.prepare(monkeypatch)
        assert run(flink, seconds=1) == ([], "")
        assert len(flink.deleted) == 1


def test_a_statement_that_fails_while_it_runs_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = status("FAILED", detail="The embedding provider answered 429.")
    with Flink([status("RUNNING"), status("RUNNING"), failed], [], endless=True) as flink:
        flink.prepare(monkeypatch)
        with pytest.raises(confluent_sql.Error, match="answered 429"):
            run(flink)
        assert len(flink.deleted) == 1


def test_a_refused_statement_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with Flink([], []) as flink:
        flink.replies[f"POST {BASE}"] = (400, {"errors": [{"detail": "Encountered FORM at line 1, column 8."}]})
        flink.prepare(monkeypatch)
        with pytest.raises(confluent_sql.Error) as refused:
            run(flink)
    assert reason(refused.value) == "Encountered FORM at line 1, column 8."


def test_an_exhausted_pool_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {"phase": "PENDING", "detail": "exhausted", "scaling_status": {"scaling_state": "POOL_EXHAUSTED"}}
    with Flink([waiting, waiting], []) as flink:
        flink.prepare(monkeypatch)
        with pytest.raises(confluent_sql.ComputePoolExhaustedError) as refused:
            run(flink)
        assert flink.deleted
    assert "it has no CFU left, so the statement was not run" in reason(refused.value)
    assert "pulumiw-abc" not in reason(refused.value)


def test_the_drivers_preamble_is_left_out() -> None:
    assert reason(confluent_sql.OperationalError("Statement 'x-1' failed: No table\n 'y'.")) == "No table 'y'."
    assert reason(confluent_sql.OperationalError("Statement 'x' submission failed: No.")) == "No."


@pytest.mark.parametrize(
    ("phase", "kind", "kept"), [("COMPLETED", "CREATE_TABLE", False), ("RUNNING", "INSERT_INTO", True)]
)
def test_a_statement_without_rows_goes_on_if_it_can(
    monkeypatch: pytest.MonkeyPatch, phase: str, kind: str, *, kept: bool
) -> None:
    with Flink([status(phase, kind=kind, columns=False)], []) as flink:
        flink.prepare(monkeypatch)
        printed, note = run(flink)
        assert printed == []
        assert phase in note
        assert ("pulumiw-abc" in note) is kept
        assert bool(flink.deleted) is not kept


def test_an_interrupt_deletes_the_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(JsonLines):
        def rows(self, *_: Any) -> None:
            raise KeyboardInterrupt

    with Flink([status("RUNNING")], [rows(1)], endless=True) as flink:
        flink.prepare(monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            flink.session().run("SELECT 1", Interrupting(io.StringIO()), limit=None, seconds=None)
        assert len(flink.deleted) == 1


class TestRender:
    """Values for people and for programs."""

    def test_a_vector_is_shortened_for_people_only(self) -> None:
        vector = [0.12345678] * 256
        assert cell(vector) == "[0.1235, 0.1235, 0.1235, 0.1235, ... 256 dimensions]"
        assert jsonable(vector) == vector

    def test_values_of_every_kind_have_a_json_form(self) -> None:
        value = {"d": Decimal("1.20"), "t": date(2026, 1, 2), "b": b"\x7f", "n": None, "l": [(1, True)]}
        expected = {"d": "1.20", "t": "2026-01-02", "b": "fw==", "n": None, "l": [[1, True]]}
        assert json.loads(json.dumps(jsonable(value))) == expected

    def test_a_table_has_a_header_once(self) -> None:
        stream = io.StringIO()
        table = Table(stream)
        table.rows(["id", "name"], [(1, "shoe"), (2, None)])
        table.rows(["id", "name"], [(3, "hat")])
        table.end(["id", "name"])
        assert stream.getvalue() == "id  name\n--  ----\n1   shoe\n2   NULL\n3   hat\n"

    def test_an_empty_result_shows_its_columns(self) -> None:
        stream = io.StringIO()
        Table(stream).end(["id"])
        assert stream.getvalue() == "id\n--\n"


class TestRefusal:
    """A right is missing: which, and how to get it."""

    OUTPUTS = {"environmentId": "env-1", "kafkaClusterId": "lkc-1"}  # noqa: RUF012 - read only

    @pytest.mark.parametrize(
        ("statement", "said", "command"),
        [
            (
                "CREATE TABLE queries (query STRING)",
                "The principal 'sa-abc123' may not create the topic 'queries'.",
                "User:sa-abc123 --role DeveloperManage --resource Topic:queries --environment env-1",
            ),
            (
                "insert into t values (1)",
                "Not authorized to access topics: [t]",
                "--role DeveloperWrite --resource Topic:t",
            ),
            ("SELECT 1 FROM t", "403 Forbidden", "User:ACCOUNT --role DeveloperRead --resource Topic:TOPIC"),
        ],
    )
    def test_on_confluent_cloud_it_says_which_and_how(self, statement: str, said: str, command: str) -> None:
        assert command in advice(statement, said, self.OUTPUTS, is_local=False)

    def test_on_the_local_cloud_the_owner_may(self) -> None:
        said = "The principal 'sa-abc123' may not create the topic 'queries'."
        assert "without `--as deployer`" in advice("CREATE TABLE queries (q INT)", said, {}, is_local=True)

    def test_another_error_is_left_alone(self) -> None:
        assert advice("SELECT x FROM t", "Column 'x' not found in any table", self.OUTPUTS, is_local=False) == ""


@pytest.mark.process
def test_a_row_that_the_terminal_cannot_show_is_escaped() -> None:
    script = (
        "from toolchain.frontdoor.hall.terminal import escape_what_cannot_be_shown, out\n"
        "escape_what_cannot_be_shown(); out('gr\\u00fcn')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True)
    assert done.stdout == b"gr\\xfcn\n"
