"""SQLite files, and what to say when one cannot be used."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

START_OVER = "put the file back, or start over with `./pulumiw cloud reset`"


def unusable(path: Path, error: sqlite3.Error) -> str:
    """Say in one sentence that a file cannot be used, and what to do about it."""
    # What the file holds is wrong, or else what is around it: sqlite3 tells these apart by the exact class.
    advice = (
        START_OVER if type(error) is sqlite3.DatabaseError else "check that the disk has room and the folder is yours"
    )
    return f"{path} cannot be used ({error}): {advice}."
