"""Statements one after the other, against the driver's own protocol."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.support.flink_stub import BASE, Flink, rows, status
from toolchain.frontdoor.sql.interpreter import HELP, Interpreter, RefusedError
from toolchain.frontdoor.sql.names import NameSource
from toolchain.frontdoor.sql.render import JsonLines

REFUSED = (400, {"errors": [{"detail": "A catalog with name [env-9] does not exist."}]})


def interpreter(flink: Flink, stream: io.StringIO) -> Interpreter:
    return Interpreter(flink.session(), flink.outputs, lambda: JsonLines(stream))


def ended(monkeypatch: pytest.MonkeyPatch, pages: list[list[list[Any]]] | None = None) -> Flink:
    flink = Flink([status("COMPLETED", bounded=True)], pages or [])
    flink.prepare(monkeypatch)
    return flink


def test_properties_go_with_the_statements_that_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    with ended(monkeypatch) as flink:
        shell = interpreter(flink, io.StringIO())
        shell.run("SET 'sql.state-ttl' = '1 h'")
        shell.run("SELECT 1")
        shell.run("RESET")
        shell.run("SELECT 2")
    place = {"sql.current-catalog": "env-1", "sql.current-database": "rag"}
    assert flink.sent == [("SELECT 1", {**place, "sql.state-ttl": "1 h"}), ("SELECT 2", place)]


def test_use_is_looked_up_and_then_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with ended(monkeypatch) as flink:
        shell = interpreter(flink, io.StringIO())
        shell.run("USE CATALOG `env-2`")
        shell.run("SELECT 1")
        shell.run("USE other")
        shell.run("SELECT 2")
    catalog, both = flink.sent[1], flink.sent[3]
    assert [statement for statement, _ in flink.sent] == ["SHOW DATABASES", "SELECT 1", "SHOW TABLES", "SELECT 2"]
    assert catalog == ("SELECT 1", {"sql.current-catalog": "env-2"})
    assert both == ("SELECT 2", {"sql.current-catalog": "env-2", "sql.current-database": "other"})


def test_a_place_that_is_not_there_is_refused_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ended(monkeypatch) as flink:
        shell = interpreter(flink, io.StringIO())
        answer = flink.replies[f"POST {BASE}"]
        flink.replies[f"POST {BASE}"] = REFUSED
        with pytest.raises(RefusedError, match=r"A catalog with name \[env-9\] does not exist"):
            shell.run("USE CATALOG `env-9`")
        flink.replies[f"POST {BASE}"] = answer
        shell.run("SELECT 1")
    assert flink.sent[-1] == ("SELECT 1", {"sql.current-catalog": "env-1", "sql.current-database": "rag"})


def test_set_alone_lists_what_is_set_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    with ended(monkeypatch) as flink:
        shell = interpreter(flink, stream)
        shell.run("SET 'sql.secrets.openai' = 'abc'")
        assert stream.getvalue() == ""
        shell.run("SET")
    assert flink.asked == []
    shown = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {"key": "sql.secrets.openai", "value": "***"} in shown


@pytest.mark.parametrize(
    ("command", "statement"),
    [
        ("\\d", "SHOW TABLES"),
        ("\\d product-updates", "DESCRIBE `product-updates`"),
        ("\\d `a`.b;", "DESCRIBE `a`.b"),
    ],
)
def test_short_commands(monkeypatch: pytest.MonkeyPatch, command: str, statement: str) -> None:
    with ended(monkeypatch) as flink:
        interpreter(flink, io.StringIO()).run(command)
    assert [sent for sent, _ in flink.sent] == [statement]


def test_help_and_unknown_commands_ask_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with ended(monkeypatch) as flink:
        shell = interpreter(flink, io.StringIO())
        assert shell.run("\\h") == shell.run("help") == HELP
        with pytest.raises(RefusedError, match=r"no command \\x: \\h lists"):
            shell.run("\\x")
        with pytest.raises(RefusedError, match="in quotes"):
            shell.run("SET a")
    assert flink.asked == []
    assert all(map(shell.quits, ("\\q", "quit", "EXIT")))


def test_a_refused_statement_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with ended(monkeypatch) as flink:
        flink.replies[f"POST {BASE}"] = (403, {"errors": [{"detail": "The principal may not do that."}]})
        with pytest.raises(RefusedError, match=r"The principal may not do that\. That is the stack's own account"):
            interpreter(flink, io.StringIO()).run("SELECT 1")


class TestNames:
    """What completion knows of."""

    def test_they_are_asked_for_where_the_shell_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with ended(monkeypatch) as flink:
            flink.replies[f"GET {BASE}/pulumiw-abc/results"] = lambda: {
                "results": {"data": [{"op": 0, "row": row} for row in rows(1)]},
                "metadata": {"next": ""},
            }
            source = NameSource(flink.session())
            shell = interpreter(flink, io.StringIO())
            source.refresh(shell.properties)
            while not source.names.columns:
                pass
            source.end()
        assert source.names.tables == ("shoe 0",)
        assert [properties["sql.current-database"] for _, properties in flink.sent] == ["rag"] * 5
        assert len(flink.deleted) == 5

    def test_a_refusal_leaves_what_was_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with ended(monkeypatch) as flink:
            flink.replies[f"POST {BASE}"] = REFUSED
            source = NameSource(flink.session())
            source.refresh(interpreter(flink, io.StringIO()).properties)
            while not flink.asked:
                pass
            source.end()
        assert source.names.catalogs == ()
