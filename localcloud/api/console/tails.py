"""What grows at its end, as server-sent events: a topic, a log, the rows of a statement."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync

from localcloud import logs
from localcloud.api.console.feed import KEEP_OPEN, event
from localcloud.control.console.records import Decoder, shown
from localcloud.control.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from anyio import CapacityLimiter

    from localcloud.control.cloud import Cloud
    from localcloud.control.console.runs import Run

NEWEST_RECORDS = 50
_OFFSETS = 200
"""Read from the end of each partition for the newest records: the markers of transactions are among them."""
_LOG_BYTES = 64 << 10
_WAIT_SECONDS = 0.5


async def records(cloud: Cloud, cluster_id: str, topic: str, threads: CapacityLimiter) -> AsyncGenerator[bytes]:
    """Yield a topic's newest records, decoded, then those that come."""
    decoder = Decoder.of(cloud, cloud.clusters.get(cluster_id).environment_id)
    reader = await run_sync(cloud.topics.reader, cluster_id, topic, _OFFSETS, limiter=threads)
    try:
        newest: list[Any] = []
        while not (cloud.plane.is_closing or reader.has_caught_up):
            newest += await run_sync(reader.read, _WAIT_SECONDS, limiter=threads)
        newest.sort(key=lambda one: (one.timestamp, one.offset))
        yield event("records", [shown(decoder.record(one)) for one in newest[-NEWEST_RECORDS:]])
        while not cloud.plane.is_closing:
            found = await run_sync(reader.read, _WAIT_SECONDS, limiter=threads)
            yield (
                event("records", [shown(decoder.record(one)) for one in found[-NEWEST_RECORDS:]])
                if found
                else KEEP_OPEN
            )
    finally:
        reader.close()


async def log_lines(cloud: Cloud, name: str) -> AsyncGenerator[bytes]:
    """Yield the last lines of a log, then those that come, also after it has begun a new file."""
    path = logs.folder(cloud.state) / f"{name}.log"
    at = max(0, path.stat().st_size - _LOG_BYTES)
    is_first, number = True, path.stat().st_ino
    while not cloud.plane.is_closing:
        with suppress(FileNotFoundError):  # between two files
            if path.stat().st_ino != number or path.stat().st_size < at:
                at, number = 0, path.stat().st_ino
            text, at = _from(path, at)
            lines = text.splitlines()[1 if is_first and at > _LOG_BYTES else 0 :]
            is_first = False
            yield event("lines", lines) if lines else KEEP_OPEN
        await asyncio.sleep(_WAIT_SECONDS * 2)


def _from(path: Path, at: int) -> tuple[str, int]:
    """Return the whole lines after a position, and where they end."""
    with path.open("rb") as log:
        log.seek(at)
        data = log.read(_LOG_BYTES * 4)
    end = data.rfind(b"\n") + 1
    return data[:end].decode(errors="replace"), at + end


def require_log(cloud: Cloud, name: str) -> None:
    """Raise :class:`NotFoundError` for a name that is no log's."""
    known = sorted(path.stem for path in logs.folder(cloud.state).glob("*.log"))
    if name not in known:
        raise NotFoundError(f"There is no log of {name!r}; there are logs of {', '.join(known)}.")


async def rows(run: Run, is_closing: Callable[[], bool], threads: CapacityLimiter) -> AsyncGenerator[bytes]:
    """Yield what a statement has to tell until it ends; then it is deleted, also when nobody reads any more."""
    try:
        while not (run.is_over or is_closing()):
            news = await run_sync(run.step, limiter=threads)
            for name, data in news:
                yield event(name, data)
            if not news:
                yield KEEP_OPEN
                await asyncio.sleep(_WAIT_SECONDS / 2)
    finally:
        run.close()
