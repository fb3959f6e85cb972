"""Where one statement ends and the next begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.frontdoor.sql.script import is_command, split_first, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

SET = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE x WHEN 1 THEN 2 END; INSERT INTO b SELECT 1; END"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHOW TABLES; SELECT 1", ["SHOW TABLES", "SELECT 1"]),
        ("SELECT 'a;b';\nSELECT `c;d`;", ["SELECT 'a;b'", "SELECT `c;d`"]),
        ("SELECT 1 -- one; two\n, 2; SELECT 3", ["SELECT 1 -- one; two\n, 2", "SELECT 3"]),
        ("SELECT /* ; */ 1;", ["SELECT /* ; */ 1"]),
        (";;  ; -- nothing\n", []),
        (f"{SET}; SELECT 1;", [SET, "SELECT 1"]),
        (f"explain {SET.lower()};", [f"explain {SET.lower()}"]),
        ("SELECT CASE WHEN a THEN b END; SELECT 2", ["SELECT CASE WHEN a THEN b END", "SELECT 2"]),
        ("SELECT 'it''s;' ;", ["SELECT 'it''s;'"]),
        ("help\nSHOW TABLES;\n\\q\n", ["help", "SHOW TABLES", "\\q"]),
        ("SELECT\nhelp\n;", ["SELECT\nhelp"]),
    ],
)
def test_a_text_is_split_at_its_semicolons(text: str, expected: list[str]) -> None:
    assert list(statements(text.splitlines(keepends=True))) == expected


def test_a_statement_is_run_as_soon_as_it_is_complete() -> None:
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in ("SELECT 1;\n", "SELECT 2;\n"):
            read.append(line)
            yield line

    assert next(statements(lines())) == "SELECT 1"
    assert read == ["SELECT 1;\n"]


@pytest.mark.parametrize("text", ["SELECT 1", "SELECT 'a;", "SELECT `a;", "/* ;", f"{SET.removesuffix('; END')};"])
def test_what_is_open_is_not_a_statement_yet(text: str) -> None:
    assert split_first(text) is None


def test_commands_need_no_semicolon() -> None:
    assert all(map(is_command, ("\\d", "\\q", "exit", "HELP")))
    assert not is_command("SHOW TABLES")


@given(st.lists(st.text(alphabet=st.characters(codec="ascii", exclude_characters="'`;-/*\\\n\r"), min_size=1)))
def test_no_text_is_lost(parts: list[str]) -> None:
    wanted = [part.strip() for part in parts if part.strip() and part.strip().lower() not in {"quit", "exit", "help"}]
    if not any(word.upper() == "SET" for part in wanted for word in part.split()):
        assert list(statements(["; ".join(wanted)])) == wanted
