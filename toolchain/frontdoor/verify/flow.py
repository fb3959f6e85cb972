"""Checks that records flow: counts the lag between source and sink, and waits for one fresh record.

Lag is counted by one bounded statement (``sql.snapshot.mode`` = ``now``, which ``confluent-sql`` sends for a snapshot
cursor). It needs no right beyond the Flink key, and works on both clouds; the price is a scan of both topics. Why not:
- row times (``$rowtime``): they say when a record was written, not which ones are missing;
- the Metrics API: it needs a right of its own, and exists on Confluent Cloud alone.

A count is not enough: a replaced INSERT may have written records twice, which hides missing ones. So one new record
must also arrive during the check, read by a statement that starts at the latest offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from toolchain.frontdoor.verify.report import FreshRecord, Lag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolchain.frontdoor.sql.session import Session
    from toolchain.frontdoor.verify.report import Report

_COUNT_SECONDS = 120
_LONGEST_BYTES = 160

Row = dict[str, Any]


class Flow(Protocol):
    """A source topic and the table that an INSERT fills from it."""

    @property
    def source(self) -> str:
        """Name of the source topic."""

    @property
    def sink(self) -> str:
        """Name of the table."""

    @property
    def predicts(self) -> bool:
        """Whether the table gets vectors."""

    @property
    def is_fed(self) -> bool:
        """Whether the stack itself fills the source, so that fresh records keep coming."""

    def count(self) -> Lag:
        """Return the number of records in source and sink."""

    def next_record(self, seconds: int) -> Row | None:
        """Return the next record that arrives in the sink, column -> value; ``None`` after ``seconds`` without one."""


@dataclass
class _Rows:
    """Collects the rows of :meth:`Session.run`."""

    kept: list[Row] = field(default_factory=list)

    def rows(self, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.kept += [dict(zip(columns, row, strict=True)) for row in rows]

    def end(self, columns: list[str]) -> None:
        """Do nothing: no row is buffered."""


@dataclass(frozen=True)
class SqlFlow:
    """A flow, read with Flink SQL. Raises the driver's errors."""

    session: Session
    source: str
    sink: str
    predicts: bool
    is_fed: bool = True

    def count(self) -> Lag:
        """Count the records of both tables in one bounded statement."""
        counts = (
            f"SELECT 'source' AS side, COUNT(*) AS records FROM `{self.source}`"  # noqa: S608 - the stack's own tables
            f" UNION ALL SELECT 'target' AS side, COUNT(*) AS records FROM `{self.sink}`"
        )
        rows = self.session.fetch(counts, seconds=_COUNT_SECONDS)
        counted = {side.strip(): int(records) for side, records in rows}
        # For an empty table Flink may return no row instead of a 0.
        return Lag(self.source, self.sink, counted.get("source", 0), counted.get("target", 0))

    def next_record(self, seconds: int) -> Row | None:
        """Read the first record after the latest offset."""
        rows = _Rows()
        hint = "/*+ OPTIONS('scan.startup.mode'='latest-offset') */"
        self.session.run(f"SELECT * FROM `{self.sink}` {hint}", rows, limit=1, seconds=seconds)  # noqa: S608 - as above
        record = rows.kept[0] if rows.kept else None
        if record:
            record.pop("op", None)  # the changelog's operation, which is no column of the table
        return record


def vector_problem(vector: list[float] | None) -> str:
    """Return what is wrong with a vector; empty if a search can use it."""
    if not vector:
        return "has no dimensions"
    if any(number is None or not math.isfinite(number) for number in vector):
        return "holds what is not a number"
    return "" if any(vector) else "is all zeros"


def check_flow(flow: Flow, report: Report, left: Callable[[], int], *, wait: bool, pause: Callable[[], None]) -> None:
    """Add the lag and a fresh record to ``report``.

    ``left``: returns the seconds until the timeout. ``wait``: whether to wait for the fresh record, of a source that
    the stack fills, and for the sink to catch up, which it has if it holds as many records as the source did when the
    check began. ``pause``: sleeps between two polls.
    """
    first = lag = flow.count()
    if wait:
        if flow.is_fed:
            report.problems.extend(_fresh_problems(flow, report, max(1, left())))
        while lag.target < first.source and left() > 0:
            pause()
            lag = flow.count()
        if lag.target < first.source:
            report.problems.append(
                f"{flow.sink} lags behind: {first.source - lag.target} of the {first.source} records that were in"
                f" {flow.source} when the check began are not there yet."
            )
    report.lags.append(lag)


def _fresh_problems(flow: Flow, report: Report, seconds: int) -> Iterator[str]:
    record = flow.next_record(seconds)
    if record is None:
        yield f"No new record has come into {flow.sink} within {seconds} seconds."
        return
    vector = next((value for value in record.values() if isinstance(value, list)), None)
    content = str(
        record.get("content") or ", ".join(_text(one) for one in record.values() if not isinstance(one, list))
    )
    report.fresh.append(FreshRecord(flow.sink, content, len(vector or [])))
    report.rows[flow.sink] = record
    if flow.predicts and (problem := vector_problem(vector)):
        yield f"The vector of a fresh record {problem}: {content}"


def _text(value: object) -> str:
    """Return a value for a line of the report; bytes are a record without a schema, and long."""
    if not isinstance(value, bytes):
        return str(value)
    text = value.decode(errors="replace")
    return text if len(text) <= _LONGEST_BYTES else f"{text[:_LONGEST_BYTES]}..."
