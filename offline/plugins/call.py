"""One call of the engine: how long it may take, when it is to stop, and whom it tells what it waits for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from offline.plugins.errors import CancelledError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_WORTH_A_NOTE_SECONDS = 2.0
_FIRST_SECONDS, _GROWTH, _LONGEST_SECONDS = 0.1, 1.5, 5.0


class Cancellation:
    """What ends the calls under way: a request of the engine, or its own end."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.engine_gone = False

    def cancel(self, *, engine_gone: bool = False) -> None:
        """End all waits; ``engine_gone`` if nobody is left to take what a call returns."""
        self.engine_gone = self.engine_gone or engine_gone
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Sleep, unless or until cancelled: then raise :class:`CancelledError`."""
        if self._event.wait(seconds):
            raise CancelledError


def _no_note(_: str) -> None:
    pass


@dataclass
class Call:
    """A create, read, update or delete under way. ``timeout``: seconds of ``customTimeouts``, 0 for the default."""

    cancellation: Cancellation
    timeout: float = 0
    note: Callable[[str], None] = _no_note
    started: float = field(default_factory=time.monotonic)

    def last_at_least(self, seconds: float) -> None:
        """Sleep until so long after the call began."""
        left = self.started + seconds - time.monotonic()
        if left > 0:
            self.cancellation.sleep(left)

    def wait(self, probe: Callable[[], T | None], what: str | Callable[[], str], default_seconds: float) -> T:
        """Call ``probe`` until it returns something: soon at first, then ever less often.

        ``what`` says what is waited for, or returns that each time it is told.

        Raises :class:`PluginError` when the time is up, and lets through what ``probe`` raises.
        """
        limit = self.timeout or default_seconds
        pause = _FIRST_SECONDS
        while True:
            found = probe()
            if found is not None:
                return found
            told = what if isinstance(what, str) else what()
            left = self.started + limit - time.monotonic()
            if left <= 0:
                raise PluginError(f"{told} after {limit:.0f} s; give it longer with customTimeouts")
            waited = time.monotonic() - self.started
            if waited >= _WORTH_A_NOTE_SECONDS:
                self.note(f"{told} ({waited:.0f} s)")
            self.cancellation.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_SECONDS)
