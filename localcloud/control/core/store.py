"""Resources on disk: one SQLite table of documents."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from localcloud.control.core.errors import StorageError
from localcloud.control.core.resources import Resource
from localcloud.database import START_OVER, opened, unusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

R = TypeVar("R", bound=Resource)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, id TEXT NOT NULL, environment TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS resources_by_name ON resources (kind, environment, name);
"""


class Store:
    """Stores resources in order of creation. Safe to use from several threads.

    A write is durable when its method returns, also across a power cut. Every method raises
    :class:`StorageError` if the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._parsed: dict[tuple[str, str], tuple[str, Resource]] = {}
        """By kind and id: what a body was parsed to. Parsing is nearly all of the cost of a read."""
        with self._storing():
            self._db = opened(path, _SCHEMA, survives_power_cut=True)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @property
    def changes(self) -> int:
        """How many rows have been written since the start: what was read is current as long as it is the same."""
        with self._lock, self._storing():
            return self._db.total_changes

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all writes of the block or none; other threads wait. May be nested: the outermost block commits."""
        with self._lock, self._storing():
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def add(self, resource: Resource) -> None:
        """Store a new resource."""
        row = (resource.kind, resource.id, resource.environment_id, resource.name, resource.model_dump_json())
        with self.transaction():
            self._db.execute("INSERT INTO resources (kind, id, environment, name, body) VALUES (?, ?, ?, ?, ?)", row)

    def update(self, resource: R, **values: Any) -> R | None:
        """Change these values of the resource as it is stored now, and return it; ``None`` if it was deleted."""
        with self.transaction():
            stored = self.get(type(resource), resource.id)
            if stored is None:
                return None
            changed = stored.changed(**values)
            self._db.execute(
                "UPDATE resources SET name = ?, body = ? WHERE kind = ? AND id = ?",
                (changed.name, changed.model_dump_json(), changed.kind, changed.id),
            )
            return changed

    def remove(self, *resources: Resource) -> None:
        """Delete resources. Idempotent: resources already deleted are ignored."""
        with self.transaction():
            keys = [(resource.kind, resource.id) for resource in resources]
            self._db.executemany("DELETE FROM resources WHERE kind = ? AND id = ?", keys)
            for key in keys:
                self._parsed.pop(key, None)

    def get(self, kind: type[R], identifier: str) -> R | None:
        """Return the resource of that id, or ``None``."""
        found = self._select(kind, "id = ?", identifier)
        return found[0] if found else None

    def all(self, kind: type[R], environment_id: str | None = None) -> list[R]:
        """Return every resource of that kind, of one environment or of all."""
        if environment_id is None:
            return self._select(kind, "1")
        return self._select(kind, "environment = ?", environment_id)

    def named(self, kind: type[R], environment_id: str, name: str) -> list[R]:
        """Return the resources of that kind and name in an environment (``""``: in the organization)."""
        return self._select(kind, "environment = ? AND name = ?", environment_id, name)

    def _select(self, kind: type[R], condition: str, *values: str) -> list[R]:
        query = f"SELECT id, body FROM resources WHERE kind = ? AND {condition} ORDER BY seq"  # noqa: S608 - ours alone
        with self._lock, self._storing():
            rows = self._db.execute(query, (kind.kind, *values)).fetchall()
            return [self._parse(kind, identifier, body) for identifier, body in rows]

    def _parse(self, kind: type[R], identifier: str, body: str) -> R:
        """Return the resource, parsed again only if its row has changed: resources are frozen."""
        known, parsed = self._parsed.get((kind.kind, identifier), ("", None))
        if known == body and isinstance(parsed, kind):
            return parsed
        try:
            resource = kind.model_validate_json(body)
        except ValidationError as error:
            raise StorageError(f"{self._path} holds a {kind.kind} that cannot be read: {START_OVER}.") from error
        self._parsed[kind.kind, identifier] = body, resource
        return resource

    @contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(unusable(self._path, error)) from error
