"""SQLite files, and what to say when one cannot be used."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

START_OVER = "put the file back, or start over with `./pulumiw cloud reset`"

_LARGEST_LOG = 4 << 20
"""Bytes that a write-ahead log keeps on disk once its pages are in the database: a large transaction extends it."""


def opened(
    path: Path, tables: str, *, survives_power_cut: bool, isolation: Literal["DEFERRED"] | None = None
) -> sqlite3.Connection:
    """Open or create a file with these tables, for several threads; :class:`sqlite3.Error` if it cannot be used.

    A commit survives a killed process, and a power cut if ``survives_power_cut``. ``isolation``: Python's
    ``isolation_level``; ``None``: the caller begins and ends its transactions.
    """
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=isolation)
    # With a write-ahead log, NORMAL can lose the last commits in a power cut, and FULL cannot.
    synchronous = "FULL" if survives_power_cut else "NORMAL"
    connection.executescript(
        f"PRAGMA journal_mode=WAL; PRAGMA journal_size_limit={_LARGEST_LOG}; PRAGMA synchronous={synchronous};" + tables
    )
    return connection


def unusable(path: Path, error: sqlite3.Error) -> str:
    """Say in one sentence that a file cannot be used, and what to do about it."""
    # What the file holds is wrong, or else what is around it: sqlite3 tells these apart by the exact class.
    advice = (
        START_OVER if type(error) is sqlite3.DatabaseError else "check that the disk has room and the folder is yours"
    )
    return f"{path} cannot be used ({error}): {advice}."
