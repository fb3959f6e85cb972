"""The output of a child process, copied into a log file of limited size."""

from __future__ import annotations

import logging
import threading
from typing import IO, TYPE_CHECKING

from localcloud import logs

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_LINE = 64 << 10  # a longer one is cut into several


class Output:
    """Copies a pipe into a capped log, in a thread of its own, until every writer has closed it."""

    def __init__(self, pipe: IO[bytes], path: Path) -> None:
        """Start a new log; the old ``path`` becomes ``path.1``. :class:`OSError` if the folder cannot be written."""
        self._pipe = pipe
        self._log = logs.capped(path)
        self._log.setFormatter(logging.Formatter("%(message)s"))
        if path.stat().st_size:
            self._log.doRollover()
        self._thread = threading.Thread(target=self._copy, name=f"output-{path.stem}", daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait until all output is in the file, at most that long."""
        self._thread.join(seconds)

    def _copy(self) -> None:
        with self._pipe:
            while line := self._pipe.readline(_LONGEST_LINE):
                text = line.decode("utf-8", errors="replace").rstrip("\n")
                self._log.handle(logging.LogRecord("child", logging.INFO, "", 0, text, None, None))
        self._log.close()
