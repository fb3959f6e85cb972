"""Periodic work while the local cloud runs, such as deleting expired statements."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Periodic:
    """A daemon thread that calls ``work`` every ``seconds``. A :class:`ControlError` is logged and the work retried."""

    def __init__(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        self._seconds, self._work = seconds, work
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def open(self) -> None:
        """Start the thread; the first call of ``work`` is immediate."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the current call of ``work``; does not wait for it."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._work()
            except ControlError as error:
                _log.warning("%s: %s", self._thread.name, error)
            self._closing.wait(self._seconds)
