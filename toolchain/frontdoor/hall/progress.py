"""Shows which steps run and for how long: one repainted line on a terminal, plain lines in a log."""

from __future__ import annotations

import shutil
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
        self._details: dict[str, str] = {}
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

    def done(self, name: str, note: str = "") -> None:
        """Report that the step ``name`` is done, with its duration and a ``note``."""
        with self._writing:
            self._running.remove(name)
            self._clear()
            say(f"  {name}: done in {self._seconds()} s{f', {note}' if note else ''}")

    def detail(self, name: str, text: str) -> None:
        """Set the text in parentheses behind the step ``name``, such as what is waited for; empty for none."""
        self._details[name] = text

    def _seconds(self) -> int:
        return round(time.monotonic() - self._started)

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _line(self) -> str:
        shown = [f"{name} ({detail})" if (detail := self._details.get(name)) else name for name in self._running]
        return f"{self._seconds()} s: {', '.join(shown)}"

    def _tick(self) -> None:
        frame = 0
        while not self._ended.wait(_REPAINT_SECONDS if self._live else _REMIND_SECONDS):
            with self._writing:
                if not self._running:
                    continue
                if self._live:
                    frame += 1
                    self._clear()
                    width = shutil.get_terminal_size().columns - 1  # a longer line would not be cleared
                    sys.stderr.write(f"  {_SPINNER[frame % len(_SPINNER)]} {self._line()}"[:width])
                    sys.stderr.flush()
                else:
                    say(f"  still running: {self._line()}")
