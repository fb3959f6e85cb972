"""Carry-over offsets: a statement that begins to read where another one, which it replaces, has stopped.

The property names the other statement; until that one has ended the new one is PENDING, for six hours at most
(docs.confluent.io: "Carry-over Offsets in Confluent Cloud for Apache Flink").
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ConflictError, InvalidError, NotFoundError
from localcloud.ids import now

if TYPE_CHECKING:
    from localcloud.control.core.resources import Statement

PROPERTY = "sql.tables.initial-offset-from"
LONGEST_WAIT = timedelta(hours=6)
_WRITE = ("INSERT_INTO", "STATEMENT_SET")


def reference_of(statement: Statement) -> str | None:
    """Name of the statement whose offsets it begins from; ``None`` if it has them, or needs none."""
    if statement.starting_offsets is not None or PROPERTY not in statement.properties:
        return None
    return str(statement.properties[PROPERTY])


def carried_over(statement: Statement, reference: Statement | None) -> dict[str, str] | None:
    """Offsets to begin from, by topic; ``None`` while ``reference`` has not ended. A ``ControlError`` if it never can.

    What the reference had not read yet, it leaves as it had got it from its own.
    """
    name = statement.properties[PROPERTY]
    if reference is None or reference.id == statement.id:
        raise NotFoundError(f"'{PROPERTY}': there is no statement {name} in environment {statement.environment_id}.")
    if reference.phase.is_terminal:
        kind = (reference.traits or {}).get("sql_kind", _WRITE[0])
        if kind not in _WRITE:
            raise InvalidError(f"'{PROPERTY}': statement {name} is no INSERT, so it has no offsets to carry over.")
        return {**(reference.starting_offsets or {}), **reference.latest_offsets}
    if now() - statement.created_at > LONGEST_WAIT:
        hours = LONGEST_WAIT // timedelta(hours=1)
        raise ConflictError(f"'{PROPERTY}': statement {name} was not stopped within {hours} hours.")
    return None
