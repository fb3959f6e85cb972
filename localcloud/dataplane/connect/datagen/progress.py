"""The progress of each connector task, kept over restarts: SQLite in ``state/connect.db``."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from localcloud.database import opened, unusable
from localcloud.dataplane.interface import DataPlaneError

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS tasks (
  connector TEXT, task INTEGER, generated INTEGER NOT NULL, produced INTEGER NOT NULL, PRIMARY KEY (connector, task)
) WITHOUT ROWID;
"""


class Progress:
    """Counts of records by connector and task; safe to use from several threads."""

    def __init__(self, state: Path) -> None:
        """Open or create ``state/connect.db``."""
        self._lock = threading.Lock()
        try:
            self._db = opened(state / "connect.db", _TABLE, survives_power_cut=False)
        except sqlite3.Error as error:
            raise DataPlaneError(unusable(state / "connect.db", error)) from error

    def load(self, connector: str, task: int) -> tuple[int, int]:
        """Return (records generated, records that the broker has acknowledged), zeros for a new task."""
        query = "SELECT generated, produced FROM tasks WHERE connector = ? AND task = ?"
        with self._lock:
            row = self._db.execute(query, (connector, task)).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def save(self, connector: str, task: int, generated: int, produced: int) -> None:
        """Store both counts."""
        with self._lock:
            self._db.execute("REPLACE INTO tasks VALUES (?, ?, ?, ?)", (connector, task, generated, produced))

    def forget(self, connector: str) -> None:
        """Delete the counts of every task of a connector."""
        with self._lock:
            self._db.execute("DELETE FROM tasks WHERE connector = ?", (connector,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
