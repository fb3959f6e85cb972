"""One local cloud per state folder: a lock on ``serve.lock`` in it, which ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "serve.lock"


class StateInUseError(Exception):
    """Another process holds the folder; ``str()`` says which, and what to do."""


def claim(state: Path) -> IO[str]:
    """Hold ``state`` until the returned file is closed; the folder is made if it is missing.

    :raises StateInUseError: if another local cloud holds it. :raises OSError: if it cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (state / FILE_NAME).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StateInUseError(
            f"Another local cloud (process {holder}) uses {state}: stop it, or choose another folder with --state."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
