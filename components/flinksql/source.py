"""What an INSERT reads, which is not there before its connector has written a record."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.flinksql.calls import ask
from components.flinksql.errors import FlinkSqlError, HookError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from components.flinksql.client import FlinkSql
    from components.flinksql.session import FlinkSession

SOURCE_SECONDS = 900.0  # as long as the creation of a connector may take
# Growing pauses: each look is a DESCRIBE, which is a statement of its own on Confluent Cloud.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 5.0


@dataclass(frozen=True, kw_only=True)
class Source:
    """The table that an INSERT reads: ready when it shows ``columns``, which ``connector``'s first record brings.

    ``failure`` asks why the connector will never write one; ``None`` while it may.
    """

    table: str
    columns: tuple[str, ...]
    connector: str
    failure: Callable[[], Awaitable[str | None]]


def missing_columns(flink: FlinkSql, source: Source) -> list[str]:
    """Return the names of the columns that are not there yet."""
    return sorted(set(source.columns) - set(flink.columns(source.table)))


def is_ready(flink: FlinkSql, sources: Sequence[Source], built_on: Sequence[str]) -> bool:
    """Whether a statement that reads ``sources`` can be checked; ``built_on``: names of the statements it needs."""
    try:
        is_built = all(flink.phase(statement) is not None for statement in built_on)
        return is_built and not any(missing_columns(flink, source) for source in sources)
    except FlinkSqlError as error:
        if error.is_transient:
            raise
        return False


async def wait_for(session: FlinkSession, database: str, source: Source) -> None:
    """Wait until it is ready; :class:`HookError` says what it still lacks, or how its connector failed."""
    pulumi.log.info(f"waiting for the first record in `{source.table}`")
    deadline, pause, seen = time.monotonic() + SOURCE_SECONDS, _FIRST_PAUSE_SECONDS, ""
    while time.monotonic() < deadline:
        if failure := await source.failure():
            raise HookError(f"Connector {source.connector} writes no record into `{source.table}`: {failure}")
        try:
            missing = await ask(
                session.address, database, lambda flink: missing_columns(flink, source), "it cannot be read"
            )
        except HookError as error:
            seen = str(error).rstrip(".")
        else:
            if not missing:
                return
            seen = f"the table has no column {', '.join(missing)}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    raise HookError(
        f"No record with its schema in `{source.table}` after {SOURCE_SECONDS:.0f} s ({seen}): look at connector"
        f" {source.connector}."
    )
