"""Carry-over offsets: a statement starts at the offsets where the statement that it replaces has stopped.

The property names the replaced statement. Until that one has ended, the new one is PENDING, for six hours at most
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
    """Name of the statement to take offsets from; ``None`` if they are known already, or none are needed."""
    if statement.starting_offsets is not None or PROPERTY not in statement.properties:
        return None
    return str(statement.properties[PROPERTY])


def carried_over(statement: Statement, reference: Statement | None) -> dict[str, str] | None:
    """Starting offsets by topic; ``None`` while ``reference`` is running. ``ControlError`` if there can be none.

    A topic that the reference has not read yet keeps the offset that the reference itself was given.
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
