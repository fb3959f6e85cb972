"""Snapshot queries through confluent-sql, for whoever needs to look into a table."""

from __future__ import annotations

from typing import Any


def rows(connection: Any, sql: str, *parameters: Any) -> list[Any]:
    """Run a snapshot query and return all of its rows."""
    with connection.closing_cursor() as cursor:
        cursor.execute(sql, parameters or None)
        found: list[Any] = cursor.fetchall()
        return found
