"""Indexes and vectors on disk: a change is in the file before it is acknowledged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.database import opened
from localcloud.dataplane.stores.pinecone.vectors import Vector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS indexes (name TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (
  index_name TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, numbers BLOB NOT NULL, metadata TEXT NOT NULL,
  PRIMARY KEY (index_name, namespace, id)
);
"""


class Database:
    """A SQLite file. The one who calls has a lock."""

    def __init__(self, path: Path) -> None:
        """Open or make it; :class:`sqlite3.Error` if it cannot be used."""
        self._connection = opened(path, _TABLES, survives_power_cut=False, isolation="DEFERRED")

    def definitions(self) -> list[dict[str, Any]]:
        """Return the indexes' definitions."""
        return [json.loads(text) for (text,) in self._connection.execute("SELECT definition FROM indexes")]

    def put_definition(self, name: str, definition: dict[str, Any]) -> None:
        """Keep an index's definition."""
        with self._connection as changed:
            changed.execute("INSERT OR REPLACE INTO indexes VALUES (?, ?)", (name, json.dumps(definition)))

    def drop(self, name: str) -> None:
        """Forget an index and its vectors."""
        with self._connection as changed:
            changed.execute("DELETE FROM vectors WHERE index_name = ?", (name,))
            changed.execute("DELETE FROM indexes WHERE name = ?", (name,))

    def vectors(self, name: str) -> Iterator[tuple[str, Vector]]:
        """Return an index's vectors, each with its namespace."""
        rows = self._connection.execute(
            "SELECT namespace, id, numbers, metadata FROM vectors WHERE index_name = ? ORDER BY rowid", (name,)
        )
        for namespace, vector_id, numbers, metadata in rows:
            yield namespace, Vector(vector_id, np.frombuffer(numbers, np.float32), json.loads(metadata))

    def put(self, name: str, namespace: str, vectors: Iterable[Vector]) -> None:
        """Keep vectors: all of them, or none."""
        rows = [(name, namespace, one.id, one.values.tobytes(), json.dumps(one.metadata)) for one in vectors]
        with self._connection as changed:
            changed.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", rows)

    def remove(self, name: str, namespace: str, ids: Iterable[str]) -> None:
        """Forget vectors."""
        rows = [(name, namespace, one) for one in ids]
        with self._connection as changed:
            changed.executemany("DELETE FROM vectors WHERE index_name = ? AND namespace = ? AND id = ?", rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
