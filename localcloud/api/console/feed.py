"""Server-sent events: the cloud's sections as they change. One look serves all pages, and nobody looks without one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from anyio.to_thread import run_sync

from localcloud.control.core.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from anyio import CapacityLimiter

SECONDS = 1.0
"""Between two looks."""
_KEEP_ALIVE_SECONDS = 15.0
KEEP_OPEN = b": nothing new\n\n"
"""A comment, by which it is noticed, too, that nobody reads any more."""
_log = logging.getLogger(__name__)


def event(name: str, data: Any) -> bytes:
    """Return one server-sent event; JSON has no line break, so the data are one line."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n\n"


class Feed:
    """Looks once a second while at least one page listens. Used by the event loop's thread alone."""

    def __init__(
        self, look: Callable[[], Mapping[str, Any]], is_closing: Callable[[], bool], threads: CapacityLimiter
    ) -> None:
        self._look, self._is_closing, self._threads = look, is_closing, threads
        self._sections: dict[str, bytes] = {}
        self._listeners = 0
        self._looked = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_looking(self) -> bool:
        """Whether somebody listens."""
        return self._looking is not None

    async def events(self) -> AsyncGenerator[bytes]:
        """Yield each section, and again whenever it has changed, until the local cloud stops."""
        sent: dict[str, bytes] = {}
        self._listeners += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._run())
        try:
            while not self._is_closing():
                news = [data for name, data in self._sections.items() if sent.get(name) != data]
                sent = dict(self._sections)
                if news:
                    yield b"".join(news)
                async with self._looked:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._looked.wait(), _KEEP_ALIVE_SECONDS)
                        continue
                yield KEEP_OPEN
        finally:
            self._listeners -= 1
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None
                self._sections = {}

    async def _run(self) -> None:
        while True:
            try:
                sections = await run_sync(self._look, limiter=self._threads)
            except ControlError as error:  # the cloud is stopping, or its state cannot be read
                sections = {"problem": str(error)}
            except Exception:  # noqa: BLE001 - the edge of a task: unseen, every page would stand still
                _log.exception("The console's look at the cloud failed.")
                sections = {"problem": "The local cloud cannot be looked at: its log has the details."}
            self._sections = {name: event(name, data) for name, data in sections.items()}
            async with self._looked:
                self._looked.notify_all()
            await asyncio.sleep(SECONDS)
