"""Runs a statement, from its submission to its deletion, through Confluent's driver (``confluent-sql``)."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import confluent_sql

from toolchain.frontdoor.sql.properties import CATALOG, DATABASE, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PAGE_ROWS = 500
_IDLE_SECONDS = 0.1
_HEALTH_SECONDS = 1.5
_READY_SECONDS = 600
_PAUSES = (0.5, 1, 2)  # seconds before each retry


class Printer(Protocol):
    """Receives the rows of a statement."""

    def rows(self, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        """Print a page of rows."""

    def end(self, columns: list[str]) -> None:
        """Print what is still buffered, after the last page."""


class Connection(confluent_sql.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that sends :class:`Properties`.

    The driver itself sends its environment as the catalog, whatever it is asked for, and one database.
    """

    session_properties: Properties | None = None

    def _build_statement_properties(self, *arguments: Any) -> dict[str, Any]:
        sent: dict[str, Any] = super()._build_statement_properties(*arguments)
        if self.session_properties is None:
            return sent
        own = {key: value for key, value in sent.items() if key not in {CATALOG, DATABASE}}
        return own | self.session_properties.sent()


@dataclass(frozen=True)
class Session:
    """A connection to the Flink of one stack."""

    connection: Connection

    @classmethod
    def of(cls, outputs: Mapping[str, str]) -> Session:
        """Connect with a stack's outputs; no call is made yet."""
        return cls(
            Connection(
                outputs["environmentId"],
                outputs["organizationId"],
                None,
                None,
                outputs["flinkRestEndpoint"],
                flink_api_key=outputs["flinkApiKey"],
                flink_api_secret=outputs["flinkApiSecret"],
                compute_pool_id=outputs["computePoolId"],
                database=outputs["kafkaClusterName"],
                http_user_agent="Pulumiw/1",
            )
        )

    @property
    def properties(self) -> Properties | None:
        """What goes with each statement; ``None``: the stack's own catalog and database."""
        return self.connection.session_properties

    def use(self, properties: Properties | None) -> None:
        """Set what goes with the statements from now on."""
        self.connection.session_properties = properties

    def run(self, statement: str, printer: Printer, *, limit: int | None, seconds: int | None) -> str:
        """Run a statement, print its rows, delete it, and return a message for the user (often empty).

        A statement without rows (DDL, INSERT) prints none; an INSERT keeps running and is not deleted. ``limit``: rows
        after which the statement ends. ``seconds``: the same in time. Raises the driver's errors.
        """
        name = _new_name()
        deadline = time.monotonic() + seconds if seconds else None
        cursor = self.connection.streaming_cursor()
        keep = False
        try:
            cursor.execute(statement, statement_name=name, timeout=seconds or _READY_SECONDS)
            made = cursor.statement
            if made.schema is None or not made.schema.columns:
                keep = not made.is_deletable
                return f"Statement {name} is {made.phase.value}." if keep else f"Statement is {made.phase.value}."
            columns = [*(["op"] if cursor.returns_changelog else []), *(column.name for column in made.schema.columns)]
            shown = 0
            for page in self._pages(cursor, deadline):
                rows = page[: limit - shown] if limit else page
                shown += len(rows)
                printer.rows(columns, rows)
                if limit and shown >= limit:
                    break
            printer.end(columns)
            return ""
        finally:
            if not keep:
                self._delete(name)

    def fetch(self, statement: str, *, seconds: int) -> list[tuple[Any, ...]]:
        """Run a bounded statement on a snapshot of its tables, delete it, and return its rows, within ``seconds``.

        Raises the driver's errors.
        """
        name = _new_name()
        cursor = self.connection.cursor()
        try:
            cursor.execute(statement, statement_name=name, timeout=seconds)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            self._delete(name)

    def _delete(self, name: str) -> None:
        """Delete the statement, and retry on errors, which the driver does not: a leftover statement costs money."""
        for pause in (*_PAUSES, 0):
            try:
                self.connection.delete_statement(name)
            except confluent_sql.Error:
                time.sleep(pause)
            else:
                return

    def _pages(self, cursor: confluent_sql.Cursor, deadline: float | None) -> Iterator[list[tuple[Any, ...]]]:
        """Yield pages of rows until the statement or its time ends; a changelog row starts with its operation."""
        healthy = time.monotonic()
        while cursor.may_have_results and (deadline is None or time.monotonic() < deadline):
            page = cursor.fetchmany(_PAGE_ROWS)
            if page:
                yield (
                    [(str(row.op), *row.row) for row in page] if cursor.returns_changelog else [tuple(r) for r in page]
                )
            elif time.monotonic() - healthy > _HEALTH_SECONDS:
                healthy = time.monotonic()
                self._raise_if_failed(cursor.statement.name)
            else:
                time.sleep(_IDLE_SECONDS)

    def _raise_if_failed(self, name: str) -> None:
        """Raise the cause if the statement has failed: the driver only returns no rows then."""
        statement = self.connection.get_statement(name)
        if statement.is_failed or statement.is_degraded:
            raise confluent_sql.OperationalError(str(statement.status.get("detail", "the statement failed")))


def _new_name() -> str:
    return f"pulumiw-{uuid.uuid4().hex}"


def reason(error: Exception) -> str:
    """Return an error of the driver as one sentence, without the generated statement name and the driver's prefix."""
    if isinstance(error, confluent_sql.ComputePoolExhaustedError):
        return (
            "the compute pool is exhausted: it has no CFU left, so the statement was not run. Stop or delete a"
            " statement that runs there, or raise maxCfu, and run it again."
        )
    text = " ".join(str(error).split())
    text = re.sub(r"^Statement '[^']*' (?:submission )?failed: ", "", text)
    return re.sub(r"^error sending request '\d*' - ", "", text) or type(error).__name__
