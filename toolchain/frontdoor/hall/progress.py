"""Shows which steps run and for how long: one repainted line on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from toolchain.frontdoor.hall.terminal import is_interactive, say

if TYPE_CHECKING:
    from collections.abc import Sequence

_REPAINT_SECONDS = 0.2
_REMIND_SECONDS = 20
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Progress:
    """Progress of named steps that all start together. Use as a context manager."""

    def __init__(self, names: Sequence[str]) -> None:
        self._started = time.monotonic()
        self._running = list(names)
        self._detail = ""
        self._live = is_interactive()
        self._ended = threading.Event()
        self._writing = threading.Lock()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if not self._live:
            for name in self._running:
                say(f"  {name} ...")
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._ticker.join()
        self._clear()

    def done(self, name: str) -> None:
        """Report that the step ``name`` is done, with its duration."""
        with self._writing:
            self._running.remove(name)
            self._clear()
            say(f"  {name}: done in {self._seconds()} s")

    def detail(self, text: str) -> None:
        """Set the text in parentheses behind the steps, such as what is waited for."""
        self._detail = text

    def _seconds(self) -> int:
        return round(time.monotonic() - self._started)

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _line(self) -> str:
        detail = f" ({self._detail})" if self._detail else ""
        return f"{', '.join(self._running)}{detail}: {self._seconds()} s"

    def _tick(self) -> None:
        frame = 0
        while not self._ended.wait(_REPAINT_SECONDS if self._live else _REMIND_SECONDS):
            with self._writing:
                if not self._running:
                    continue
                if self._live:
                    frame += 1
                    self._clear()
                    sys.stderr.write(f"  {_SPINNER[frame % len(_SPINNER)]} {self._line()}"[:120])
                    sys.stderr.flush()
                else:
                    say(f"  still running: {self._line()}")
