"""Runs one statement after the other, for the shell and for piped input: Flink's, and the shell's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import confluent_sql
import httpx

from toolchain.frontdoor.sql.properties import Properties, PropertyRefusedError, changed
from toolchain.frontdoor.sql.refusal import advice
from toolchain.frontdoor.sql.session import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolchain.frontdoor.sql.session import Printer, Session

_CHECK_SECONDS = 60
HELP = r"""STATEMENT;                  run a statement, on several lines if you like; Ctrl-C stops it
SET 'key' = 'value';        send a property with each statement from now on; SET; lists all, RESET 'key'; removes one
USE CATALOG name;           the environment that names without one are in; USE name; the Kafka cluster
\d                          list the tables
\d NAME                     list a table's columns
\h                          print this help
\q                          end; so do quit, exit and Ctrl-D"""
_QUIT = frozenset({"\\q", "quit", "exit"})
_HELP = frozenset({"\\h", "\\?", "help"})
_DESCRIBE = "\\d"


class RefusedError(Exception):
    """A statement that was not run, or has failed; ``str()`` is a sentence for the user."""


@dataclass
class Interpreter:
    """Runs statements in a session.

    ``printer``: returns what prints the rows of one statement. ``limit``, ``seconds``: as for :meth:`Session.run`.
    """

    session: Session
    outputs: Mapping[str, str]
    printer: Callable[[], Printer]
    limit: int | None = None
    seconds: int | None = None
    properties: Properties = field(init=False)

    def __post_init__(self) -> None:
        self.properties = self._first = Properties(self.outputs["environmentId"], self.outputs["kafkaClusterName"])

    @staticmethod
    def quits(statement: str) -> bool:
        """Whether that is the word to end."""
        return statement.strip().lower() in _QUIT

    def run(self, statement: str) -> str:
        """Run a statement or a command, and return a message for the user (often empty).

        Raises :class:`RefusedError`.
        """
        if statement.lower() in _HELP:
            return HELP
        if statement.startswith("\\"):
            statement = _described(statement)
        try:
            change = changed(statement, self.properties, self._first)
        except PropertyRefusedError as refused:
            raise RefusedError(str(refused)) from None
        if change is None:
            return self._call(lambda printer: self._run(statement, printer), statement)
        if change.moves:
            self._call(lambda _: self._check(change.properties), statement)
        self._use(change.properties)
        if statement.split()[1:]:
            return ""
        printer = self.printer()
        printer.rows(["key", "value"], [*self.properties.shown()])
        printer.end(["key", "value"])
        return ""

    def _run(self, statement: str, printer: Printer) -> str:
        return self.session.run(statement, printer, limit=self.limit, seconds=self.seconds)

    def _check(self, properties: Properties) -> str:
        """Have the cloud look catalog and database up; a wrong name is refused before it is used."""
        try:
            self.session.use(properties)
            self.session.fetch(
                "SHOW DATABASES" if properties.database is None else "SHOW TABLES", seconds=_CHECK_SECONDS
            )
        finally:
            self.session.use(self.properties)
        return ""

    def _use(self, properties: Properties) -> None:
        self.properties = properties
        self.session.use(properties)

    def _call(self, call: Callable[[Printer], str], statement: str) -> str:
        try:
            return call(self.printer())
        except (confluent_sql.Error, httpx.HTTPError) as error:
            said = reason(error)
            is_local = bool(self.outputs["isLocal"])
            raise RefusedError(f"{said}{advice(statement, said, self.outputs, is_local=is_local)}") from None


def _described(command: str) -> str:
    r"""Return the statement for ``\d`` and ``\d NAME``."""
    name, _, table = command.rstrip("; ").partition(" ")
    if name != _DESCRIBE:
        raise RefusedError(f"There is no command {name}: \\h lists those that there are.")
    table = table.strip()
    if not table:
        return "SHOW TABLES"
    return f"DESCRIBE {table if '`' in table or '.' in table else f'`{table}`'}"
