"""Asks the cloud for the names that can be completed, in the background: nobody waits for them."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import confluent_sql
import httpx

from toolchain.frontdoor.sql.completion import Names

if TYPE_CHECKING:
    from toolchain.frontdoor.sql.properties import Properties
    from toolchain.frontdoor.sql.session import Session

_COLUMNS = "SELECT TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.`COLUMNS`"
_SECONDS = 60
_END_SECONDS = 10.0


class NameSource:
    """The names that were known last. ``session``: of its own, since the shell's is busy meanwhile."""

    def __init__(self, session: Session) -> None:
        self.names = Names()
        self._session = session
        self._changed = threading.Condition()
        self._wanted: Properties | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def refresh(self, properties: Properties) -> None:
        """Ask again, at once or after the questions that are being asked."""
        with self._changed:
            self._wanted = properties
            self._changed.notify()

    def end(self) -> None:
        """Let the present question end: its statement would be left behind otherwise."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(_END_SECONDS)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._wanted is not None)
                wanted, self._wanted = self._wanted, None
            if self._ended or wanted is None:
                return
            self._session.use(wanted)
            try:
                self._ask(has_database=wanted.database is not None)
            except (confluent_sql.Error, httpx.HTTPError):
                continue  # completion is a convenience: the statement itself tells what is wrong

    def _ask(self, *, has_database: bool) -> None:
        catalogs, databases = self._first("SHOW CATALOGS"), self._first("SHOW DATABASES")
        tables, models = (self._first("SHOW TABLES"), self._first("SHOW MODELS")) if has_database else ((), ())
        self.names = Names(catalogs, databases, tables, models)
        columns: defaultdict[str, list[str]] = defaultdict(list)
        # Alone of these it needs a CFU, which a full compute pool does not have.
        for table, column in self._rows(_COLUMNS) if has_database else ():
            columns[table].append(column)
        self.names = replace(self.names, columns={table: tuple(found) for table, found in columns.items()})

    def _first(self, statement: str) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in self._rows(statement))

    def _rows(self, statement: str) -> list[tuple[str, ...]]:
        return [] if self._ended else self._session.fetch(statement, seconds=_SECONDS)
