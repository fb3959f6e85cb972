"""What an INSERT reads, which is not there before its connector has written a record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.flink_sql import FlinkSqlError
from components.hook_calls import connected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.flink_address import Address
    from components.flink_sql import FlinkSql

SOURCE_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Source:
    """The table that an INSERT reads: ready when it shows ``columns``, which ``connector``'s first record brings."""

    table: str
    columns: tuple[str, ...]
    connector: str


def is_ready(flink: FlinkSql, source: Source, built_on: Sequence[str]) -> bool:
    """Whether a statement that reads it can be looked at: what it is ``built_on`` (statements' names) is there, too."""
    if any(flink.phase(statement) is None for statement in built_on):
        return False
    try:
        return set(source.columns) <= set(flink.columns(source.table))
    except FlinkSqlError:
        return False


def wait_for(address: Address, database: str, source: Source) -> None:
    """Ask until it is ready; :class:`FlinkSqlError` says after five minutes what it still lacks and where to look."""
    started, pause, seen = time.monotonic(), 0.25, "the table is not there"
    while True:
        try:
            with connected(address, database) as flink:
                missing = sorted(set(source.columns) - set(flink.columns(source.table)))
            if not missing:
                return
            seen = f"the table has no column {', '.join(missing)}"
        except FlinkSqlError as error:
            seen = str(error)
        if time.monotonic() - started > SOURCE_SECONDS:
            raise FlinkSqlError(
                f"no record with its schema in `{source.table}` after {SOURCE_SECONDS:.0f} s ({seen}); "
                f"look at connector {source.connector}"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 5.0)
