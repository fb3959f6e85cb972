"""What keeps the front door from deleting a folder that this process runs from: a shared lock on the folder itself."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Hold the lock, which also ends with this process; raises :class:`OSError` if the folder is missing."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)
