"""A call of the engine: its timeout, its cancellation, and its progress messages."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from offline.plugins.errors import CancelledError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_NOTE_AFTER_SECONDS = 2.0  # shorter waits need no progress message
# Exponential backoff of polls: a fast first answer, but at most a request every 5 s for what takes minutes.
_FIRST_SECONDS, _GROWTH, _LONGEST_SECONDS = 0.1, 1.5, 5.0


class Cancellation:
    """Cancels all running calls, when the engine asks for it or has died."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.engine_gone = False

    def cancel(self, *, engine_gone: bool = False) -> None:
        """Interrupt all waits. ``engine_gone``: the engine has died, so nobody receives a call's response."""
        self.engine_gone = self.engine_gone or engine_gone
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises :class:`CancelledError` as soon as the calls are cancelled."""
        if self._event.wait(seconds):
            raise CancelledError


def _no_note(_: str) -> None:
    pass


@dataclass
class Call:
    """A running create, read, update or delete.

    ``timeout``: seconds of ``customTimeouts``, 0 for the default. ``note``: shows a progress message.
    """

    cancellation: Cancellation
    timeout: float = 0
    note: Callable[[str], None] = _no_note
    started: float = field(default_factory=time.monotonic)

    def take_at_least(self, seconds: float) -> None:
        """Sleep until the call has taken at least ``seconds``."""
        left = self.started + seconds - time.monotonic()
        if left > 0:
            self.cancellation.sleep(left)

    def wait(self, probe: Callable[[], T | None], what: str | Callable[[], str], default_seconds: float) -> T:
        """Poll ``probe`` with exponential backoff until it returns something else than ``None``, and return that.

        ``what``: the awaited state as a text for messages, or a function that returns it.

        Raises :class:`PluginError` at the timeout; errors of ``probe`` pass through.
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
            if waited >= _NOTE_AFTER_SECONDS:
                self.note(f"{told} ({waited:.0f} s)")
            self.cancellation.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_SECONDS)
