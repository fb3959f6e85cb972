"""What SET, RESET and USE change, and how a wrong one is refused."""

from __future__ import annotations

import pytest

from toolchain.frontdoor.sql.properties import Properties, PropertyRefusedError, changed

FIRST = Properties("env-1", "rag")


def after(*commands: str) -> Properties:
    now = FIRST
    for command in commands:
        change = changed(command, now, FIRST)
        assert change is not None
        now = change.properties
    return now


@pytest.mark.parametrize(
    ("commands", "sent"),
    [
        ((), {}),
        (("SET 'sql.state-ttl' = '1 h'",), {"sql.state-ttl": "1 h"}),
        (("set 'a'='it''s'", "SET 'b' = '2'", "RESET 'b'"), {"a": "it's"}),
        (("SET 'a' = '1'", "RESET"), {}),
        (("USE other",), {"sql.current-database": "other"}),
        (("USE `my cluster`",), {"sql.current-database": "my cluster"}),
        (("USE CATALOG env-2 -- elsewhere",), {"sql.current-catalog": "env-2", "sql.current-database": None}),
        (("USE CATALOG `e 2`", "USE x"), {"sql.current-catalog": "e 2", "sql.current-database": "x"}),
        (("use `env-2`.lkc-1",), {"sql.current-catalog": "env-2", "sql.current-database": "lkc-1"}),
        (("SET 'sql.current-catalog' = 'env-2'",), {"sql.current-catalog": "env-2", "sql.current-database": None}),
        (("SET 'sql.current-database' = 'x'", "RESET 'sql.current-database'"), {}),
        (("USE CATALOG env-2", "RESET 'sql.current-catalog'"), {}),
    ],
)
def test_what_is_sent_with_the_next_statement(commands: tuple[str, ...], sent: dict[str, str | None]) -> None:
    wanted = {"sql.current-catalog": "env-1", "sql.current-database": "rag", **sent}
    assert after(*commands).sent() == {key: value for key, value in wanted.items() if value is not None}


def test_other_statements_are_the_clouds() -> None:
    assert changed("SELECT 1", FIRST, FIRST) is None
    assert changed("SHOW TABLES", FIRST, FIRST) is None


@pytest.mark.parametrize(
    ("command", "moves"),
    [("USE x", True), ("USE CATALOG x", True), ("SET 'sql.current-database' = 'x'", True), ("SET 'a' = 'b'", False)],
)
def test_a_place_is_looked_up_before_it_is_used(command: str, *, moves: bool) -> None:
    change = changed(command, FIRST, FIRST)
    assert change is not None
    assert change.moves is moves


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("SET a = b", "in quotes"),
        ("SET 'a'", "in quotes"),
        ("RESET a", "in quotes"),
        ("RESET 'a'", "a is not set"),
        ("USE", "USE CATALOG catalog;"),
        ("USE a.b.c", "USE CATALOG catalog;"),
        ("USE a.", "USE CATALOG catalog;"),
        ("USE CATALOG a.b", "USE CATALOG catalog;"),
        ("SET 'sql.dry-run' = 'true'", "EXPLAIN"),
        ("SET 'client.output-format' = 'plain-text'", "--json"),
    ],
)
def test_a_wrong_command_says_what_to_write(command: str, advice: str) -> None:
    with pytest.raises(PropertyRefusedError, match=advice):
        changed(command, FIRST, FIRST)


def test_a_secret_is_sent_and_never_shown() -> None:
    now = after("SET 'sql.secrets.openai' = 'sk-abc'", "SET 'openai.api_key' = 'k'", "SET 'sql.state-ttl' = '1 h'")
    assert now.sent()["sql.secrets.openai"] == "sk-abc"
    assert dict(now.shown()) == {
        "sql.current-catalog": "env-1",
        "sql.current-database": "rag",
        "sql.secrets.openai": "***",
        "openai.api_key": "***",
        "sql.state-ttl": "1 h",
    }
