"""The few things that hooks ask of Flink, through Confluent's own driver. Everything here blocks."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from components.carry_over import INITIAL_OFFSET_FROM
from components.hook_statements import PREFIX, is_left_over, new_name
from components.patience import passes, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_sql import Connection  # type: ignore[import-untyped, unused-ignore]

    from components.flink_address import Address
    from components.sql_text import Statement

DDL_SECONDS = 120.0
START_SECONDS = 90.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 300.0
EXHAUSTED_SECONDS = 30.0  # what has just been stopped may still have its CFU
_POLL_SECONDS = 0.3
_DRY_RUN_FAILED = "Dry-run failed: "
_EXHAUSTED = "the compute pool has no CFU left (stop what runs there, or raise maxCfu)"
_NOT_YET_PREPARED = re.compile(r"Phase\.DELETING without traits")  # which the driver takes for a mistake of the server
_DRIVER_S_WORDS = re.compile(rf"^(Statement '[^']*' (submission )?failed: |{_DRY_RUN_FAILED})")


class FlinkSqlError(Exception):
    """Flink refused or failed; ``str()`` is its own explanation. What ``passes`` may be asked again."""

    def __init__(self, reason: str, *, passes: bool = False) -> None:
        super().__init__(reason)
        self.passes = passes


class FlinkSql:
    """One database, as the owner of the key sees it. Every method raises :class:`FlinkSqlError`."""

    def __init__(self, connection: Connection, *, in_preview: bool) -> None:
        self._connection = connection
        self._in_preview = in_preview
        self._own: list[str] = []

    @classmethod
    @contextmanager
    def connect(cls, address: Address, database: str, *, in_preview: bool = False) -> Iterator[FlinkSql]:
        """Yield a connection whose current database is ``database`` (display name)."""
        # A quarter of a second that only a hook has to spend.
        import confluent_sql  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

        connection = confluent_sql.connect(
            flink_api_key=address.api_key,
            flink_api_secret=address.api_secret,
            organization_id=address.organization_id,
            environment_id=address.environment_id,
            compute_pool_id=address.compute_pool_id,
            database=database,
            endpoint=address.endpoint,
        )
        flink = cls(connection, in_preview=in_preview)
        try:
            yield flink
        except confluent_sql.Error as error:
            raise FlinkSqlError(_reason(error), passes=passes(error)) from error
        finally:
            flink._clean_up()
            connection.close()

    def _name(self) -> str:
        """Return a name for a statement that is not to outlive this connection."""
        self._own.append(new_name(in_preview=self._in_preview))
        return self._own[-1]

    def _gone(self, name: str) -> None:
        self._own.remove(name)

    def _clean_up(self) -> None:
        for name in list(self._own):
            self._remove(name)

    def _remove(self, name: str) -> None:
        """Delete it for certain: the driver asks once, and a cursor's end says nothing if that fails."""
        with suppress(Exception):
            patiently(lambda: self._connection.delete_statement(name))
        self._gone(name)

    def remove_leftovers(self, compute_pool_id: str) -> bool:
        """Remove what hooks that were killed had asked in this pool; return whether that can be relied on.

        It waits until they are gone: a DROP among them could still run, after what this run makes.
        """
        from confluent_sql import Error  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - as below

        try:
            found = self._listed(compute_pool_id=compute_pool_id, name_contains=PREFIX)
            for statement in found:
                if is_left_over(statement.name, str(statement.metadata.get("created_at"))):
                    self.delete(statement.name)
        except (Error, FlinkSqlError):  # no reason to fail what the hook is about, and the next one tries again
            return False
        return True

    def phase(self, statement_name: str) -> str | None:
        """Phase of a statement, ``None`` if there is none of that name."""
        from confluent_sql.exceptions import (  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - as above
            OperationalError,
            StatementNotFoundError,
        )

        try:
            return str(self._connection.get_statement(statement_name).phase.value)
        except StatementNotFoundError:
            return None
        except OperationalError as error:
            if _NOT_YET_PREPARED.search(str(error)):
                return "DELETING"
            raise

    def settle(self, statement_name: str) -> None:
        """Wait until a statement is no longer PENDING: what it makes could come after it was dropped."""
        deadline = time.monotonic() + DDL_SECONDS
        while self.phase(statement_name) == "PENDING":
            if time.monotonic() > deadline:
                raise FlinkSqlError(f"statement {statement_name} is still PENDING after {DDL_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)

    def delete(self, statement_name: str) -> None:
        """Delete a statement, running or not, and wait until its name is free."""
        self._connection.delete_statement(statement_name)
        deadline = time.monotonic() + DDL_SECONDS
        while self.phase(statement_name) is not None:
            if time.monotonic() > deadline:
                raise FlinkSqlError(f"statement {statement_name} is still being deleted after {DDL_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)

    def stop(self, statement_name: str) -> None:
        """Stop a statement that runs, after a last checkpoint."""
        self._connection.stop_statement(statement_name, timeout=int(STOP_SECONDS))

    def followers(self, statement_name: str) -> list[str]:
        """Names of the statements that carry on from the offsets of this one."""
        found = self._listed()
        return [
            statement.name for statement in found if statement.properties.get(INITIAL_OFFSET_FROM) == statement_name
        ]

    def _listed(self, **only: str) -> list[Any]:
        """List statements, again while one is being deleted before it was prepared: the driver reads no such list."""
        from confluent_sql import OperationalError  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

        deadline = time.monotonic() + DDL_SECONDS
        while True:
            try:
                return list(self._connection.list_statements(**only))
            except OperationalError as error:
                if not _NOT_YET_PREPARED.search(str(error)) or time.monotonic() > deadline:
                    raise
            time.sleep(_POLL_SECONDS)

    def start_of(self, statement_name: str) -> None:
        """Wait until a statement is no longer PENDING; one that fails is an error, with Flink's words."""
        began = time.monotonic()
        while (statement := self._connection.get_statement(statement_name)).phase.value == "PENDING":
            waited = time.monotonic() - began
            if statement.is_pool_exhausted and waited > EXHAUSTED_SECONDS:
                raise FlinkSqlError(f"{_EXHAUSTED}, so statement {statement_name} cannot start")
            if waited > STOP_SECONDS:
                raise FlinkSqlError(f"statement {statement_name} is still PENDING after {STOP_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)
        if statement.is_failed:
            raise FlinkSqlError(str(statement.status.get("detail")))

    def run_ddl(self, text: str) -> None:
        """Run a statement that ends by itself, such as DROP TABLE."""
        name = self._name()
        statement = self._connection.execute_streaming_ddl(text, timeout=int(DDL_SECONDS), statement_name=name)
        if statement.is_deleted:
            self._gone(name)
        elif not statement.phase.is_terminal:
            deadline = time.monotonic() + DDL_SECONDS
            while self.phase(name) in {"PENDING", "RUNNING"}:
                if time.monotonic() > deadline:
                    raise FlinkSqlError(f"{text} has not ended after {DDL_SECONDS:.0f} s")
                time.sleep(_POLL_SECONDS)
            if self.phase(name) == "FAILED":
                raise FlinkSqlError(f"{text} failed")

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns, in order."""
        name = self._name()
        with self._connection.closing_cursor() as cursor:
            cursor.execute(f"DESCRIBE {quote(table)}", statement_name=name)
            columns = [str(row[0]) for row in cursor.fetchall()]
        if cursor.statement.is_deleted:
            self._gone(name)
        return columns

    def predict(self, model: str) -> None:
        """Have ``model`` answer once; the error is its provider's own. One embedding is paid for."""
        name = self._name()
        cursor = self._connection.streaming_cursor()
        try:
            cursor.execute(
                f"SELECT * FROM (VALUES ('ready?')) AS question (input), LATERAL TABLE(ML_PREDICT('{model}', input))",  # noqa: S608 - from the project's own file
                statement_name=name,
                timeout=int(START_SECONDS),
            )
            deadline = time.monotonic() + ANSWER_SECONDS
            while not cursor.fetchmany(1):
                statement = self._connection.get_statement(name)
                if statement.is_failed or statement.is_degraded:
                    raise FlinkSqlError(str(statement.status.get("detail")))
                if time.monotonic() > deadline:
                    raise FlinkSqlError(f"model {model} gave no answer within {ANSWER_SECONDS:.0f} s")
                time.sleep(_POLL_SECONDS)
        finally:
            self._remove(name)

    def objection(self, statement: Statement) -> str | None:
        """Return why Flink would refuse ``statement``; ``None`` if it would not, or does not say. Nothing is run."""
        from confluent_sql import OperationalError  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

        try:
            if statement.kind.makes is None:
                with self._connection.closing_cursor() as cursor:
                    cursor.execute(f"EXPLAIN {statement.text}", statement_name=self._name())
                return None
            self._connection.dry_run_statement(statement.text)
        except OperationalError as error:
            # A cloud may not know dry runs: that is no objection. Nor is what the statement is about to replace.
            is_verdict = statement.kind.makes is None or str(error).startswith(_DRY_RUN_FAILED)
            is_verdict = is_verdict and error.http_status_code is None and "already exists" not in str(error)
            reason = _reason(error)
            return reason if is_verdict and reason != _EXHAUSTED else None
        return None


def _reason(error: Exception) -> str:
    if type(error).__name__ == "ComputePoolExhaustedError":  # without loading the driver for its name
        return _EXHAUSTED
    return _DRIVER_S_WORDS.sub("", str(error))


def quote(name: str) -> str:
    """Return ``name`` as an identifier that Flink takes literally."""
    return f"`{name.replace('`', '``')}`"
