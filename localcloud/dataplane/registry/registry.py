"""Storage of the Schema Registries (one per environment): SQLite in ``state/registry.db``."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from localcloud.database import opened, unusable
from localcloud.dataplane.interface import ConflictError, DataPlaneError, InvalidError, NotFoundError, SchemaVersion
from localcloud.dataplane.registry.compatibility import Judged, clashes
from localcloud.dataplane.registry.schemas import canonical, compact, validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FIRST_ID, LARGEST_ID = 100_001, 2**31 - 1
DEFAULT_COMPATIBILITY = "BACKWARD"
MOST_VERSIONS = 20_000
MOST_CHARACTERS = 64_000_000
MOST_REFERENCES = 100
_GLOBAL = ""  # no subject has an empty name

_TABLES = """
CREATE TABLE IF NOT EXISTS schemas (
  registry TEXT, id INTEGER, type TEXT, canonical TEXT, refs TEXT, text TEXT,
  PRIMARY KEY (registry, id), UNIQUE (registry, type, canonical, refs)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  registry TEXT, subject TEXT, version INTEGER, id INTEGER, deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (registry, subject, version)
);
CREATE TABLE IF NOT EXISTS compatibility (
  registry TEXT, subject TEXT, level TEXT NOT NULL, PRIMARY KEY (registry, subject)
) WITHOUT ROWID;
"""
_SELECT = """
SELECT v.subject, v.version, s.id, s.text, s.type, s.refs, v.deleted
FROM versions v JOIN schemas s ON s.registry = v.registry AND s.id = v.id
WHERE v.registry = ? """
_LIVE = "AND NOT v.deleted "
# Records carry ids, so none may be given twice: the highest one is kept.
_FORGET_UNUSED = """
DELETE FROM schemas
WHERE registry = ? AND id NOT IN (SELECT id FROM versions WHERE registry = ?)
AND id < (SELECT max(id) FROM schemas WHERE registry = ?)
"""


class SqliteRegistry:
    """The :class:`~localcloud.dataplane.interface.RegistryPlane` on disk; safe to use from several threads.

    Deleting is the API's soft delete, unless ``permanent``. A soft-deleted version keeps its number and can be read by
    id, because records on a topic still carry that id.
    """

    def __init__(self, state: Path) -> None:
        """Open or create ``state/registry.db``."""
        self._lock = threading.Lock()
        try:
            # Records carry ids of schemas: none of these may be lost.
            self._db = opened(state / "registry.db", _TABLES, survives_power_cut=True)
        except sqlite3.Error as error:
            raise DataPlaneError(unusable(state / "registry.db", error)) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def delete(self, registry_id: str) -> None:
        """Delete all schemas of that registry."""
        with self._transaction() as db:
            for table in ("schemas", "versions", "compatibility"):
                db.execute(f"DELETE FROM {table} WHERE registry = ?", (registry_id,))  # noqa: S608 - the names above

    def register(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str = "AVRO",
        references: Sequence[Mapping[str, Any]] = (),
    ) -> SchemaVersion:
        """Register under ``subject``; the same schema keeps its id. :class:`InvalidError` if it does not parse."""
        if not subject:
            raise InvalidError("A schema needs the name of a subject, such as orders-value.")
        with self._transaction() as db:
            validate(schema, schema_type, self._referenced(registry_id, references))
            schema_id = self._schema_id(registry_id, schema, schema_type, references)
            found = self._rows(registry_id, _LIVE + "AND v.subject = ? AND v.id = ?", subject, schema_id)
            if not found:
                self._require_room(registry_id, schema)
                # Soft-deleted versions count, too: no number is used twice.
                last = "SELECT max(version) FROM versions WHERE registry = ? AND subject = ?"
                version = (db.execute(last, (registry_id, subject)).fetchone()[0] or 0) + 1
                new = (registry_id, subject, version, schema_id)
                db.execute("INSERT INTO versions (registry, subject, version, id) VALUES (?, ?, ?, ?)", new)
                found = self._rows(registry_id, _LIVE + "AND v.subject = ? AND v.id = ?", subject, schema_id)
            return found[-1]

    def _require_room(self, registry_id: str, schema: str) -> None:
        """Refuse a version beyond the limits: every listing holds the texts of all schemas in memory."""
        size = (
            "SELECT count(*), coalesce(sum(length(s.text)), 0) FROM versions v"
            " JOIN schemas s ON s.registry = v.registry AND s.id = v.id WHERE v.registry = ?"
        )
        versions, characters = self._db.execute(size, (registry_id,)).fetchone()
        if versions >= MOST_VERSIONS or characters + len(schema) > MOST_CHARACTERS:
            raise InvalidError(
                f"The Schema Registry is full: it has {versions} versions of {characters} characters, and at most"
                f" {MOST_VERSIONS} of {MOST_CHARACTERS} together. Delete versions for good (permanent=true) first."
            )

    def version(
        self, registry_id: str, subject: str, version: int | None = None, *, deleted: bool = False
    ) -> SchemaVersion:
        """One version, the latest live one for ``None``; a deleted one only if ``deleted``."""
        with self._transaction():
            return self._version(registry_id, subject, version, deleted=deleted)

    def versions(self, registry_id: str, subject: str, *, deleted: bool = False) -> list[SchemaVersion]:
        """Live versions of a subject, with ``deleted`` also soft-deleted ones; :class:`NotFoundError` without any."""
        with self._transaction():
            return self._of_subject(registry_id, subject, deleted=deleted)

    def by_id(self, registry_id: str, schema_id: int) -> SchemaVersion:
        """A schema by its id, deleted or not; subject and version are those of its first registration."""
        found = []
        if schema_id <= LARGEST_ID:
            with self._transaction():
                found = self._rows(registry_id, "AND s.id = ? ", schema_id, order="v.rowid LIMIT 1")
        if not found:
            raise NotFoundError(f"Schema {schema_id} not found.")
        return found[0]

    def find(
        self, registry_id: str, subject: str, schema: str, schema_type: str = "AVRO", *, deleted: bool = False
    ) -> SchemaVersion:
        """The version of ``subject`` that holds this schema, else :class:`NotFoundError`."""
        same = ("" if deleted else _LIVE) + "AND v.subject = ? AND s.type = ? AND s.canonical = ?"
        with self._transaction():
            found = self._rows(registry_id, same, subject, schema_type, canonical(schema, schema_type))
            if not found:
                self._of_subject(registry_id, subject, deleted=deleted)
                raise NotFoundError("Schema not found.")
        return found[-1]

    def all(
        self, registry_id: str, subject_prefix: str = "", *, latest_only: bool = False, deleted: bool = False
    ) -> list[SchemaVersion]:
        """Every live version of every subject with that prefix, with ``deleted`` also soft-deleted ones."""
        with self._transaction():
            known = self._rows(registry_id, "" if deleted else _LIVE)
        found = [one for one in known if one.subject.startswith(subject_prefix)]
        return list({version.subject: version for version in found}.values()) if latest_only else found

    def subjects(self, registry_id: str, prefix: str = "") -> dict[str, bool]:
        """Subject with that prefix -> whether a version of it is live; no schema is read."""
        query = "SELECT subject, min(deleted) FROM versions WHERE registry = ? GROUP BY subject"
        with self._transaction() as db:
            rows = db.execute(query, (registry_id,)).fetchall()
        return {subject: not is_deleted for subject, is_deleted in rows if subject.startswith(prefix)}

    def delete_subject(self, registry_id: str, subject: str, *, permanent: bool = False) -> list[int]:
        """Soft-delete a subject, or hard-delete it together with its compatibility level; return its versions."""
        with self._transaction():
            known = self._of_subject(registry_id, subject, deleted=True)
            live = [one for one in known if not one.deleted]
            if permanent and live:
                raise ConflictError(f"Subject '{subject}' was not deleted first before being permanently deleted")
            if not permanent and not live:
                raise ConflictError(f"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently")
            gone = known if permanent else live
            for one in gone:
                self._require_unreferenced(registry_id, one, but_for=subject, deleted=permanent)
                self._remove(registry_id, one, permanent=permanent)
        return [one.version for one in gone]

    def delete_version(
        self, registry_id: str, subject: str, version: int | None = None, *, permanent: bool = False
    ) -> int:
        """Soft-delete a version (``None``: the latest), or with ``permanent`` hard-delete it; return its number."""
        with self._transaction():
            one = self._version(registry_id, subject, version, deleted=True)
            name = f"Subject '{subject}' Version {one.version}"
            if permanent and not one.deleted:
                raise ConflictError(f"{name} was not deleted first before being permanently deleted")
            if not permanent and one.deleted:
                raise ConflictError(f"{name} was soft deleted. Set permanent=true to delete permanently")
            self._require_unreferenced(registry_id, one, deleted=permanent)
            self._remove(registry_id, one, permanent=permanent)
        return one.version

    def _remove(self, registry_id: str, one: SchemaVersion, *, permanent: bool) -> None:
        subject = (registry_id, one.subject)
        change = "DELETE FROM versions" if permanent else "UPDATE versions SET deleted = 1"
        self._db.execute(f"{change} WHERE registry=? AND subject=? AND version=?", (*subject, one.version))
        if permanent:
            self._db.execute(_FORGET_UNUSED, (registry_id,) * 3)
        if not self._rows(registry_id, "AND v.subject = ?", one.subject):
            self._db.execute("DELETE FROM compatibility WHERE registry=? AND subject=?", subject)

    def _require_unreferenced(
        self, registry_id: str, one: SchemaVersion, *, but_for: str | None = None, deleted: bool
    ) -> None:
        """Refuse to delete a version that others refer to; soft-deleted ones count, since they can still be read."""
        for other in self._rows(registry_id, "" if deleted else _LIVE):
            needs = any(
                (ref.get("subject"), ref.get("version")) == (one.subject, one.version) for ref in other.references
            )
            if needs and other.subject != but_for:
                raise InvalidError(
                    f"One or more references exist to the schema of subject {one.subject} version {one.version}: delete"
                    f" version {other.version} of subject {other.subject} first."
                )

    def compatibility(self, registry_id: str, subject: str | None = None) -> str | None:
        """The compatibility level set for a subject (``None`` if not set) or, without one, the global level."""
        with self._transaction() as db:
            key = (registry_id, subject or _GLOBAL)
            row = db.execute("SELECT level FROM compatibility WHERE registry=? AND subject=?", key).fetchone()
        if row is None:
            return None if subject else DEFAULT_COMPATIBILITY
        return str(row[0])

    def set_compatibility(self, registry_id: str, level: str | None, subject: str | None = None) -> None:
        """Set, or with ``None`` clear, a compatibility level."""
        with self._transaction() as db:
            key = (registry_id, subject or _GLOBAL)
            db.execute("DELETE FROM compatibility WHERE registry=? AND subject=?", key)
            if level is not None:
                db.execute("INSERT INTO compatibility VALUES (?,?,?)", (*key, level))

    def clashes(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str = "AVRO",
        references: Sequence[Mapping[str, Any]] = (),
        *,
        version: int | None = None,
    ) -> list[str]:
        """Return why a schema is incompatible with one version, or with those that the subject's level compares."""
        level = self.compatibility(registry_id, subject) or self.compatibility(registry_id) or DEFAULT_COMPATIBILITY
        with self._transaction():
            referenced = self._referenced(registry_id, references)
            validate(schema, schema_type, referenced)
            live = self._rows(registry_id, _LIVE + "AND v.subject = ?", subject)
            old = [
                Judged(one.schema, one.schema_type, self._referenced(registry_id, one.references))
                for one in live
                if version in (None, one.version)
            ]
        return clashes(level, Judged(schema, schema_type, referenced), old)

    def _of_subject(self, registry_id: str, subject: str, *, deleted: bool = False) -> list[SchemaVersion]:
        found = self._rows(registry_id, ("" if deleted else _LIVE) + "AND v.subject = ?", subject)
        if not found:
            raise NotFoundError(f"Subject '{subject}' not found.")
        return found

    def _version(self, registry_id: str, subject: str, version: int | None, *, deleted: bool) -> SchemaVersion:
        known = self._of_subject(registry_id, subject, deleted=deleted)
        wanted = max((one.version for one in known if not one.deleted), default=None) if version is None else version
        for found in known:
            if found.version == wanted:
                return found
        raise NotFoundError(f"Version {version or 'latest'} not found.")

    def _referenced(self, registry_id: str, references: Sequence[Mapping[str, Any]]) -> list[str]:
        if len(references) > MOST_REFERENCES:
            raise InvalidError(f"The schema has {len(references)} references: at most {MOST_REFERENCES} are allowed.")
        texts = []
        for reference in references:
            subject, version = reference.get("subject"), reference.get("version")
            if not isinstance(subject, str) or not isinstance(version, int) or not 0 < version <= LARGEST_ID:
                raise InvalidError("A reference has a subject and, as a number, its version.")
            found = self._rows(registry_id, _LIVE + "AND v.subject = ? AND v.version = ?", subject, version)
            if not found:
                raise InvalidError(
                    f"The schema refers to version {version} of subject {subject!r}, which does not exist."
                )
            texts.append(found[0].schema)
        return texts

    def _schema_id(
        self, registry_id: str, schema: str, schema_type: str, references: Sequence[Mapping[str, Any]]
    ) -> int:
        """Return the id of this schema, a new one if it has none yet."""
        refs = json.dumps([dict(reference) for reference in references], sort_keys=True)
        key = (registry_id, schema_type, canonical(schema, schema_type), refs)
        query = "SELECT id FROM schemas WHERE registry = ? AND type = ? AND canonical = ? AND refs = ?"
        row = self._db.execute(query, key).fetchone()
        if row is not None:
            return int(row[0])
        last = self._db.execute("SELECT max(id) FROM schemas WHERE registry = ?", (registry_id,)).fetchone()[0]
        schema_id = FIRST_ID if last is None else int(last) + 1
        insert = "INSERT INTO schemas (registry, type, canonical, refs, id, text) VALUES (?, ?, ?, ?, ?, ?)"
        self._db.execute(insert, (*key, schema_id, compact(schema, schema_type)))
        return schema_id

    def _rows(
        self, registry_id: str, where: str, *values: object, order: str = "v.subject, v.version"
    ) -> list[SchemaVersion]:
        rows = self._db.execute(f"{_SELECT}{where} ORDER BY {order}", (registry_id, *values))
        return [
            SchemaVersion(
                subject=subject,
                version=version,
                id=schema_id,
                schema=text,
                schema_type=kind,
                references=json.loads(refs),
                deleted=bool(deleted),
            )
            for subject, version, schema_id, text, kind, refs, deleted in rows
        ]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction. One connection and one lock suffice: requests are few, and SQLite has one writer."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except sqlite3.Error as error:
                self._db.execute("ROLLBACK")
                raise DataPlaneError(f"The schema registry's file cannot be used: {error}.") from error
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
