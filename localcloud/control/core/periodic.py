"""Work that is done again and again while the local cloud runs."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Periodic:
    """A thread that calls ``work``, waits ``seconds``, and calls it again; what it could not do is logged."""

    def __init__(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        self._seconds, self._work = seconds, work
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Begin no further round."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._work()
            except ControlError as error:
                _log.warning("%s: %s", self._thread.name, error)
            self._closing.wait(self._seconds)
