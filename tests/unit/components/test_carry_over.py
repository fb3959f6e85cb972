"""Which statement a new one carries on from."""

from __future__ import annotations

from components.carry_over import INITIAL_OFFSET_FROM, is_edit, reference
from components.last_up import LastStatement, LastUp

TABLE = LastStatement(name="table-1", text="CREATE TABLE", properties={})


def last_up(text: str = "INSERT 1", properties: dict[str, str] | None = None) -> LastUp:
    insert = LastStatement(name="insert-1", text=text, properties=properties or {})
    return LastUp(statements={"table": TABLE, "insert": insert})


def carried(last: LastUp, name: str, text: str, built_on: list[str]) -> str | None:
    return reference(last, "insert", name=name, text=text, built_on=built_on)


def test_an_edit_carries_on_from_what_it_replaces() -> None:
    assert is_edit(last_up().statements["insert"], "INSERT 2")
    assert carried(last_up(), "insert-2", "INSERT 2", ["table-1"]) == "insert-1"


def test_unchanged_it_keeps_what_it_was_made_with() -> None:
    assert not is_edit(last_up().statements["insert"], "INSERT 1")
    assert carried(last_up(), "insert-1", "INSERT 1", ["table-1"]) is None
    made = last_up(properties={INITIAL_OFFSET_FROM: "insert-0"})
    assert carried(made, "insert-1", "INSERT 1", ["table-1"]) == "insert-0"


def test_a_new_table_is_filled_from_the_beginning() -> None:
    assert carried(last_up(), "insert-2", "INSERT 2", ["table-2"]) is None


def test_a_table_whose_statement_was_forgotten_stands() -> None:
    last = LastUp(statements={"insert": last_up().statements["insert"]}, forgotten=frozenset({"table-1"}))
    assert carried(last, "insert-2", "INSERT 2", ["table-1"]) == "insert-1"


def test_the_same_text_in_another_place_begins_anew() -> None:
    assert carried(last_up(), "insert-2", "INSERT 1", ["table-1"]) is None


def test_the_first_one_carries_on_from_nothing() -> None:
    assert not is_edit(None, "INSERT 1")
    assert carried(LastUp(), "insert-1", "INSERT 1", []) is None
