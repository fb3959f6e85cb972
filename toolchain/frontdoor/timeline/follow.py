"""Reads an event log while the engine writes it, for exact times: the engine's own timestamps are whole seconds."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_POLL_SECONDS = 0.02


class Follower:
    """A context manager that follows a log. ``events``: (arrival in seconds since 1970, event) of its last run.

    An `up` writes the log twice: for its preview, then for its update, which overwrites the first.
    """

    def __init__(self, log: Path) -> None:
        self.events: list[tuple[float, dict[str, Any]]] = []
        self._log = log
        self._read = 0
        self._rest = b""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="event log", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            self._look()
        self._look()

    def _look(self) -> None:
        try:
            if self._log.stat().st_size < self._read:  # overwritten by the next run
                self._read, self._rest, self.events = 0, b"", []
            with self._log.open("rb") as log:
                log.seek(self._read)
                found = log.read()
        except OSError:
            return  # the engine has not created it yet
        arrival = time.time()
        self._read += len(found)
        *lines, self._rest = (self._rest + found).split(b"\n")
        for line in lines:
            try:
                self.events.append((arrival, json.loads(line)))
            except ValueError:
                continue  # an incomplete line of a killed engine
