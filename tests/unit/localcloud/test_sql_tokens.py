"""SQL is split as Flink's parser splits it."""

from __future__ import annotations

import pytest

from localcloud.sql_tokens import keywords, tokens, without_comments


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a1 -- b\nFrom t", ["SELECT", "A1", "FROM", "T"]),
        ("/* SELECT */INSERT", ["INSERT"]),
        ("SELECT // no\r1", ["SELECT", "1"]),
        ("'it''s -- select' `a``b` x", ["'it''s -- select'", "`a``b`", "X"]),
        ("t /*+ OPTIONS('k' = 'v') */", [*"T/*+", "OPTIONS", "(", "'k'", "=", "'v'", ")", "*", "/"]),
        ("'never closed -- ", ["'never closed -- "]),
        ("a /* never closed", ["A"]),
        ("", []),
    ],
)
def test_keywords(sql: str, expected: list[str]) -> None:
    assert keywords(sql) == expected


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("a--b\nc", "a \nc"),
        ("'a--b' = /* x */'c'", "'a--b' =  'c'"),
        ("`a/*b*/` d", "`a/*b*/` d"),
        ("a /* b", "a  "),
    ],
)
def test_only_comments_are_taken_out(sql: str, code: str) -> None:
    assert without_comments(sql) == code


def test_nothing_is_lost() -> None:
    sql = "INSERT INTO `a` SELECT 'b' -- c\n FROM \"d\" /* e"
    assert "".join(token.text for token in tokens(sql)) == sql


@pytest.mark.parametrize("piece", ["'", "`", "/*", "''", "--", "/", "a"])
def test_a_hostile_text_takes_no_more_than_its_length(piece: str) -> None:
    assert len("".join(token.text for token in tokens(piece * 200_000))) == len(piece) * 200_000
