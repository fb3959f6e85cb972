"""The few things that are asked of Flink, through Confluent's own driver. Everything here blocks.

Only :mod:`components.flinksql.calls` imports this module, when the first hook runs.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar

import confluent_sql
import httpx
from confluent_sql import OperationalError
from confluent_sql.exceptions import ComputePoolExhaustedError, StatementNotFoundError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_exponential, wait_fixed

from components.flinksql.address import Address
from components.flinksql.errors import FlinkSqlError
from components.flinksql.leftovers import PREFIX, is_left_over, new_name
from components.flinksql.previous import INITIAL_OFFSET_FROM
from components.flinksql.text import Statement, quote

DDL_SECONDS = 120.0
START_SECONDS = 90.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 300.0
EXHAUSTED_SECONDS = 30.0  # what has just been stopped may still have its CFU
_POLL_SECONDS = 0.3
_RIGHTS_POLL_SECONDS = 2.0
_RETRIES = 4  # as the provider's
_TOO_MANY, _FAILED, _NOT_IMPLEMENTED = 429, 500, 501
_REFUSED = (401, 403)
_REFUSED_WORDS = re.compile(r"'40[13]' - ")  # the driver's, where it gives no status
_DRY_RUN_FAILED = "Dry-run failed: "
_EXHAUSTED = "the compute pool has no CFU left (stop what runs there, or raise maxCfu)"
_NOT_YET_PREPARED = re.compile(r"Phase\.DELETING without traits")  # which the driver takes for a mistake of the server
_DRIVER_S_WORDS = re.compile(rf"^(Statement '[^']*' (submission )?failed: |{_DRY_RUN_FAILED})")

Result = TypeVar("Result")


def is_transient(error: BaseException) -> bool:
    """Whether it is too many requests, a server that failed, or a connection that was lost."""
    if isinstance(error, FlinkSqlError):
        return error.is_transient
    status: int | None = getattr(error, "http_status_code", None)
    if status is None:
        return isinstance(error.__cause__, httpx.TransportError)
    return status == _TOO_MANY or (status >= _FAILED and status != _NOT_IMPLEMENTED)


def _is_refusal(error: BaseException) -> bool:
    if not isinstance(error, FlinkSqlError):
        return False
    return error.status in _REFUSED or bool(_REFUSED_WORDS.search(str(error)))


def retried(run: Callable[[], Result], rights_seconds: float = 0) -> Result:
    """Do what may be done twice: again after a transient error, and for ``rights_seconds`` after a refusal."""
    transient = Retrying(
        retry=retry_if_exception(is_transient),
        wait=wait_exponential(),
        stop=stop_after_attempt(_RETRIES + 1),
        reraise=True,
    )
    refused = Retrying(
        retry=retry_if_exception(_is_refusal),
        wait=wait_fixed(_RIGHTS_POLL_SECONDS),
        stop=stop_after_delay(rights_seconds),
        reraise=True,
    )
    # Nested in this order, each attempt after a refusal has all retries of a transient error again.
    result: Result = refused(transient, run)
    return result


def _wait_until(is_so: Callable[[], bool], seconds: float, still: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise FlinkSqlError(f"{still} after {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise the driver's errors as :class:`FlinkSqlError`."""
    try:
        yield
    except confluent_sql.Error as error:
        status = getattr(error, "http_status_code", None)
        raise FlinkSqlError(_reason(error), is_transient=is_transient(error), status=status) from error


class FlinkSql:
    """One database, as the owner of the key sees it. Every method raises :class:`FlinkSqlError`."""

    def __init__(self, connection: confluent_sql.Connection, *, in_preview: bool) -> None:
        self._connection = connection
        self._in_preview = in_preview
        self._own: list[str] = []

    @classmethod
    @contextmanager
    def connect(cls, address: Address, database: str, *, in_preview: bool = False) -> Iterator[Self]:
        """Yield a connection whose current database is ``database`` (display name)."""
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
            with _translated():
                yield flink
        finally:
            flink._remove_own()
            connection.close()

    def _name(self) -> str:
        """Return a name for a statement that is not to outlive this connection."""
        self._own.append(new_name(in_preview=self._in_preview))
        return self._own[-1]

    def _gone(self, name: str) -> None:
        self._own.remove(name)

    def _remove_own(self) -> None:
        for name in list(self._own):
            self._remove(name)

    def _remove(self, name: str) -> None:
        """Delete it for certain: the driver asks once, and a cursor's end says nothing if that fails."""
        with suppress(Exception):
            retried(lambda: self._connection.delete_statement(name))
        self._gone(name)

    def remove_leftovers(self, compute_pool_id: str) -> bool:
        """Remove what hooks that were killed had asked in this pool; return whether that can be relied on.

        It waits until they are gone: a DROP among them could still run, after what this run makes.
        """
        try:
            found = self._connection.list_statements(compute_pool_id=compute_pool_id, name_contains=PREFIX)
            for statement in list(found):
                if is_left_over(statement.name, str(statement.metadata.get("created_at"))):
                    self.delete(statement.name)
        except (
            confluent_sql.Error,
            FlinkSqlError,
        ):  # no reason to fail what the hook is about; the next one tries again
            return False
        return True

    def phase(self, statement_name: str) -> str | None:
        """Phase of a statement, ``None`` if there is none of that name."""
        try:
            return str(self._connection.get_statement(statement_name).phase.value)
        except StatementNotFoundError:
            return None
        except OperationalError as error:
            if _NOT_YET_PREPARED.search(str(error)):
                return "DELETING"
            raise

    def settled(self, statement_name: str) -> str | None:
        """Return its phase when it is no longer PENDING: what it makes could come after it was dropped."""
        still = f"statement {statement_name} is still PENDING"
        _wait_until(lambda: self.phase(statement_name) != "PENDING", DDL_SECONDS, still)
        return self.phase(statement_name)

    def delete(self, statement_name: str) -> None:
        """Delete a statement, running or not, and wait until its name is free."""
        self._connection.delete_statement(statement_name)
        still = f"statement {statement_name} is still being deleted"
        _wait_until(lambda: self.phase(statement_name) is None, DDL_SECONDS, still)

    def take_over(self, statement_name: str) -> None:
        """Stop the statement whose offsets it carries over, after a last checkpoint, and wait until it runs.

        The other one may itself still wait for one before it: after an `up` that was killed, and another edit.
        """
        other = self._connection.get_statement(statement_name).properties.get(INITIAL_OFFSET_FROM)
        phase = self.phase(other) if other else None
        if phase == "PENDING":
            self.take_over(other)
        if phase in {"PENDING", "RUNNING", "DEGRADED"}:
            self._connection.stop_statement(other, timeout=int(STOP_SECONDS))
        self._wait_for_start(statement_name)

    def _wait_for_start(self, statement_name: str) -> None:
        """Wait until a statement is no longer PENDING; one that fails is an error, with Flink's words."""
        exhausted = time.monotonic() + EXHAUSTED_SECONDS

        def is_started() -> bool:
            statement = self._connection.get_statement(statement_name)
            if statement.is_failed:
                raise FlinkSqlError(str(statement.status.get("detail")))
            if statement.is_pool_exhausted and time.monotonic() > exhausted:
                raise FlinkSqlError(f"{_EXHAUSTED}, so statement {statement_name} cannot start")
            return bool(statement.phase.value != "PENDING")

        _wait_until(is_started, STOP_SECONDS, f"statement {statement_name} is still PENDING")

    def run_ddl(self, text: str) -> None:
        """Run a statement that ends by itself, such as DROP TABLE."""
        name = self._name()
        statement = self._connection.execute_streaming_ddl(text, timeout=int(DDL_SECONDS), statement_name=name)
        if statement.is_deleted:
            self._gone(name)
        elif not statement.phase.is_terminal:
            _wait_until(lambda: self.phase(name) not in {"PENDING", "RUNNING"}, DDL_SECONDS, f"{text} has not ended")
            if self.phase(name) == "FAILED":
                raise FlinkSqlError(f"{text} failed")

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns, in order."""
        name = self._name()
        with _translated(), self._connection.closing_cursor() as cursor:
            cursor.execute(f"DESCRIBE {quote(table)}", statement_name=name)
            columns = [str(row[0]) for row in cursor.fetchall()]
        if cursor.statement.is_deleted:
            self._gone(name)
        return columns

    def predict(self, model: str) -> tuple[Any, ...]:
        """Have ``model`` answer once, and return that; the error is its provider's own. One embedding is paid for."""
        name = self._name()
        cursor = self._connection.streaming_cursor()
        rows: list[tuple[Any, ...]] = []
        try:
            cursor.execute(
                f"SELECT * FROM (VALUES ('ready?')) AS question (input), LATERAL TABLE(ML_PREDICT('{model}', input))",  # noqa: S608 - from the project's own file
                statement_name=name,
                timeout=int(START_SECONDS),
            )
            _wait_until(lambda: self._has_row(name, cursor, rows), ANSWER_SECONDS, f"model {model} gave no answer")
        finally:
            self._remove(name)
        return rows[0]

    def _has_row(self, name: str, cursor: Any, rows: list[tuple[Any, ...]]) -> bool:
        rows += cursor.fetchmany(1)
        if rows:
            return True
        statement = self._connection.get_statement(name)
        if statement.is_failed or statement.is_degraded:
            raise FlinkSqlError(str(statement.status.get("detail")))
        return False

    def objection(self, statement: Statement) -> str | None:
        """Return why Flink would refuse ``statement``; ``None`` if it would not, or does not say. Nothing is run."""
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
            # An exhausted pool is no verdict either: the statement was not looked at.
            reason = _reason(error)
            return reason if is_verdict and reason != _EXHAUSTED else None
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, ComputePoolExhaustedError):
        return _EXHAUSTED
    return _DRIVER_S_WORDS.sub("", str(error))
