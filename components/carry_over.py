"""Changing a statement without repeating records: the new one begins to read where the old one has stopped.

Confluent's name for it is carry-over offsets; it is for statements that keep no state, as an INSERT that embeds record
by record. The new one names the old one in a property and stays PENDING until that one has stopped. Its sink has to be
the same, or what the old one has written would be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.last_up import LastStatement, LastUp

INITIAL_OFFSET_FROM = "sql.tables.initial-offset-from"


def is_edit(last: LastStatement | None, text: str) -> bool:
    """Whether the program has another text for a statement that is there."""
    return last is not None and last.text != text


def reference(last_up: LastUp, purpose: str, *, name: str, text: str, built_on: Sequence[str]) -> str | None:
    """Name the statement to carry on from; ``None`` for a first one, and if what it is built on is made again.

    Unchanged, a statement keeps the reference that it was made with: another one would be a change.
    """
    last = last_up.statements.get(purpose)
    if last is None:
        return None
    if last.name == name:
        return last.properties.get(INITIAL_OFFSET_FROM)
    stands = {statement.name for statement in last_up.statements.values()} | last_up.forgotten
    return last.name if is_edit(last, text) and stands.issuperset(built_on) else None
