"""What becomes of tables and models whose statements the cloud has forgotten."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.forgotten import explanation, text_of
from components.last_up import LastStatement, LastUp, forgotten
from components.sql_text import Kind, Statement
from tests.unit.components.recorded_program import record

MADE = {"model": "model-x-1", "table": "table-x-1", "insert": "insert-x-1"}
TABLE = Statement.parse("CREATE TABLE t (a INT);", Kind.CREATE_TABLE)
TAKEN = "CREATE TABLE IF NOT EXISTS t (a INT);"
INSERT = Statement.parse("INSERT INTO t SELECT 1;", Kind.INSERT_INTO)


class TestForgotten:
    def test_what_the_insert_is_built_on_and_the_state_has_not(self) -> None:
        assert forgotten(MADE, {"insert-x-1"}) == {"model-x-1", "table-x-1"}
        assert forgotten(MADE, {"insert-x-1", "model-x-1"}) == {"table-x-1"}

    @pytest.mark.parametrize(
        ("made", "known"),
        [
            (MADE, set(MADE.values())),
            (MADE, set()),
            (MADE, {"insert-x-2", "model-x-1"}),
            ({}, {"insert-x-1"}),
            ({}, set()),
        ],
        ids=["all there", "no INSERT", "another INSERT", "no output", "no stack"],
    )
    def test_nothing(self, made: dict[str, str], known: set[str]) -> None:
        assert forgotten(made, known) == frozenset()


class TestText:
    def text(self, last_up: LastUp, statement: Statement = TABLE, name: str = "table-x-1") -> Any:
        texts: list[Any] = []

        def program() -> None:
            text = text_of(last_up, "table", statement, pulumi.Output.from_input(name))
            pulumi.Output.from_input(text).apply(texts.append)

        record(program)
        return texts[0]

    def in_state(self, text: str) -> LastUp:
        return LastUp(statements={"table": LastStatement(name="table-x-1", text=text, properties={})})

    def test_is_the_file_s_where_nothing_was_forgotten(self) -> None:
        assert text_of(LastUp(), "table", TABLE, pulumi.Output.from_input("table-x-1")) == TABLE.text

    def test_takes_as_it_is_what_this_very_statement_has_made(self) -> None:
        assert self.text(LastUp(forgotten=frozenset({"table-x-1"}))) == TAKEN

    def test_an_edit_is_no_such_statement(self) -> None:
        assert self.text(LastUp(forgotten=frozenset({"table-x-0"}))) == TABLE.text

    def test_an_insert_is_never_one(self) -> None:
        assert self.text(LastUp(forgotten=frozenset({"table-x-1"})), INSERT) == INSERT.text

    def test_stays_as_it_was_taken(self) -> None:
        assert self.text(self.in_state(TAKEN)) == TAKEN

    def test_made_anew_it_is_the_file_s_again(self) -> None:
        assert self.text(self.in_state(TAKEN), name="table-x-2") == TABLE.text

    def test_what_is_there_is_not_touched(self) -> None:
        assert self.text(self.in_state(TABLE.text)) == TABLE.text

    def test_a_condition_in_the_file_stays(self) -> None:
        statement = Statement.parse(TAKEN, Kind.CREATE_TABLE)
        assert self.text(LastUp(forgotten=frozenset({"table-x-1"})), statement) == TAKEN


def test_the_explanation_says_what_to_write() -> None:
    said = explanation("create-table-t", TABLE)
    assert said.startswith("Table t is there already")
    assert "30 days" in said
    assert "write CREATE TABLE IF NOT EXISTS in sql/create-table-t.sql" in said
    assert "./pulumiw sql 'DROP TABLE `t`'" in said
