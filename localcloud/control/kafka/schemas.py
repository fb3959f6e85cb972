"""The Schema Registries: subjects, versions, compatibility levels and modes, with the error codes of their API."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import ConflictError, NotFoundError, UnprocessableError, translated
from localcloud.control.core.resources import RegistryMode
from localcloud.dataplane import interface as plane
from localcloud.dataplane.interface import SchemaVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localcloud.control.core.environments import Environments
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store

__all__ = ["INVALID_SCHEMA", "Deleted", "SchemaVersion", "Schemas"]

LEVELS = ("NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE")
MODES = ("READWRITE", "READONLY")
SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND = 40401, 40402, 40403
SUBJECT_DELETED, SUBJECT_NOT_DELETED, VERSION_DELETED, VERSION_NOT_DELETED = 40404, 40405, 40406, 40407
LEVEL_NOT_SET, MODE_NOT_SET = 40408, 40409
INCOMPATIBLE = 409
INVALID_SCHEMA, INVALID_VERSION, INVALID_LEVEL, INVALID_MODE, READ_ONLY = 42201, 42202, 42203, 42204, 42205
REFERENCED = 42206


_DIGITS = 10  # of a version's number


class Deleted(StrEnum):
    """Whether a list has soft-deleted entries: not, too (``deleted=true``), or only (``deletedOnly=true``)."""

    NOT = "not"
    TOO = "too"
    ONLY = "only"


class Schemas:
    """Schemas of every registry. ``registry_id`` is always that of an existing one, else :class:`NotFoundError`."""

    def __init__(self, store: Store, plane: Plane, environments: Environments) -> None:
        self._store = store
        self._plane = plane
        self._environments = environments

    def subjects(self, registry_id: str, prefix: str = "", deleted: Deleted = Deleted.NOT) -> list[str]:
        """Names of the subjects, sorted; one is deleted when all of its versions are."""
        with translated():
            known = self._plane.registry.subjects(self._known(registry_id), prefix)
        wanted = {Deleted.NOT: (True,), Deleted.ONLY: (False,), Deleted.TOO: (True, False)}[deleted]
        return sorted(subject for subject, is_live in known.items() if is_live in wanted)

    def register(
        self, registry_id: str, subject: str, schema: str, schema_type: str, references: Sequence[Mapping[str, Any]]
    ) -> SchemaVersion:
        """Register a schema; the same one keeps its id."""
        self._require_writable(registry_id, subject)
        registry = self._plane.registry
        with _with_error_codes(SCHEMA_NOT_FOUND):
            if not self._has(self._known(registry_id), subject, schema, schema_type):
                clashes = registry.clashes(registry_id, subject, schema, schema_type, references)
                if clashes:
                    raise ConflictError(
                        "Schema being registered is incompatible with an earlier schema for subject"
                        f' "{subject}", details: {clashes}',
                        error_code=INCOMPATIBLE,
                    )
            return registry.register(registry_id, subject, schema, schema_type, references)

    def _has(self, registry_id: str, subject: str, schema: str, schema_type: str) -> bool:
        try:
            self._plane.registry.find(registry_id, subject, schema, schema_type)
        except plane.NotFoundError:
            return False
        return True

    def clashes(
        self,
        registry_id: str,
        subject: str,
        schema: str,
        schema_type: str,
        references: Sequence[Mapping[str, Any]],
        *,
        version: str | None,
    ) -> list[str]:
        """Incompatibilities of a schema with one version, or with the versions that the subject's level compares."""
        number = None if version is None else self.version(registry_id, subject, version).version
        with _with_error_codes(SCHEMA_NOT_FOUND):
            return self._plane.registry.clashes(
                self._known(registry_id), subject, schema, schema_type, references, version=number
            )

    def versions(self, registry_id: str, subject: str, deleted: Deleted = Deleted.NOT) -> list[int]:
        """Version numbers of a subject; :class:`NotFoundError` if it has none, the soft-deleted included on request."""
        with _with_error_codes(SUBJECT_NOT_FOUND):
            known = self._plane.registry.versions(self._known(registry_id), subject, deleted=deleted is not Deleted.NOT)
        return [one.version for one in known if one.deleted or deleted is not Deleted.ONLY]

    def version(self, registry_id: str, subject: str, version: str, *, deleted: bool = False) -> SchemaVersion:
        """One version, a deleted one only if ``deleted``; ``version`` is a number or ``latest``."""
        number = _number(version)
        self.versions(registry_id, subject, Deleted.TOO if deleted else Deleted.NOT)
        with _with_error_codes(VERSION_NOT_FOUND):
            return self._plane.registry.version(registry_id, subject, number, deleted=deleted)

    def by_id(self, registry_id: str, schema_id: int) -> SchemaVersion:
        """A schema by its id."""
        with _with_error_codes(SCHEMA_NOT_FOUND):
            return self._plane.registry.by_id(self._known(registry_id), schema_id)

    def with_id(self, registry_id: str, schema_id: int, *, deleted: bool = False) -> list[SchemaVersion]:
        """Every version with that schema; with ``deleted`` also the soft-deleted ones."""
        self.by_id(registry_id, schema_id)
        return [version for version in self.all(registry_id, deleted=deleted) if version.id == schema_id]

    def find(
        self, registry_id: str, subject: str, schema: str, schema_type: str, *, deleted: bool = False
    ) -> SchemaVersion:
        """The version of ``subject`` that holds this schema."""
        self.versions(registry_id, subject, Deleted.TOO if deleted else Deleted.NOT)
        with _with_error_codes(SCHEMA_NOT_FOUND):
            return self._plane.registry.find(registry_id, subject, schema, schema_type, deleted=deleted)

    def all(
        self, registry_id: str, prefix: str = "", *, latest_only: bool = False, deleted: bool = False
    ) -> list[SchemaVersion]:
        """Every live version of every subject with that prefix; with ``deleted`` also the soft-deleted ones."""
        with translated():
            return self._plane.registry.all(self._known(registry_id), prefix, latest_only=latest_only, deleted=deleted)

    def delete_subject(self, registry_id: str, subject: str, *, permanent: bool = False) -> list[int]:
        """Delete a subject, or with ``permanent`` what is left of a deleted one; return the versions it had."""
        self.versions(registry_id, subject, Deleted.TOO)
        self._require_writable(registry_id, subject)
        with _with_deletion_error_codes(SUBJECT_NOT_FOUND, SUBJECT_NOT_DELETED if permanent else SUBJECT_DELETED):
            gone = self._plane.registry.delete_subject(registry_id, subject, permanent=permanent)
        self._forget_mode(registry_id, subject)
        return gone

    def delete_version(self, registry_id: str, subject: str, version: str, *, permanent: bool = False) -> int:
        """Delete one version, or with ``permanent`` a deleted one for good; return its number."""
        number = _number(version)
        self.versions(registry_id, subject, Deleted.TOO)
        self._require_writable(registry_id, subject)
        with _with_deletion_error_codes(VERSION_NOT_FOUND, VERSION_NOT_DELETED if permanent else VERSION_DELETED):
            gone = self._plane.registry.delete_version(registry_id, subject, number, permanent=permanent)
        self._forget_mode(registry_id, subject)
        return gone

    def _require_writable(self, registry_id: str, subject: str) -> None:
        if self.mode(registry_id, subject, fall_back=True) == "READONLY":
            raise UnprocessableError(f"Subject {subject} is in read-only mode", error_code=READ_ONLY)

    def _forget_mode(self, registry_id: str, subject: str) -> None:
        """Delete a subject's mode once the subject has no version left, soft-deleted ones included."""
        try:
            self.versions(registry_id, subject, Deleted.TOO)
        except NotFoundError:
            self.set_mode(registry_id, subject, None)

    def compatibility(self, registry_id: str, subject: str, *, fall_back: bool) -> str:
        """The level of a subject (``""``: the global one); with ``fall_back`` the global one if it has none."""
        with translated():
            level = self._plane.registry.compatibility(self._known(registry_id), subject or None)
            if level is None and fall_back:
                level = self._plane.registry.compatibility(registry_id)
        if level is None:
            raise NotFoundError(
                f"Subject '{subject}' does not have subject-level compatibility configured", error_code=LEVEL_NOT_SET
            )
        return level

    def set_compatibility(self, registry_id: str, subject: str, level: str | None) -> None:
        """Set, or with ``None`` clear, a level."""
        if level is not None and level not in LEVELS:
            raise UnprocessableError(
                f"Invalid compatibility level {level!r}: use one of {', '.join(LEVELS)}.", error_code=INVALID_LEVEL
            )
        with translated():
            self._plane.registry.set_compatibility(self._known(registry_id), level, subject or None)

    def mode(self, registry_id: str, subject: str, *, fall_back: bool) -> str:
        """The mode of a subject (``""``: the global one); with ``fall_back`` the global one if it has none."""
        for name in (subject, "") if fall_back else (subject,):
            mode = self._store.get(RegistryMode, f"{self._known(registry_id)}/{name}")
            if mode is not None:
                return mode.mode
        if subject and not fall_back:
            raise NotFoundError(
                f"Subject '{subject}' does not have subject-level mode configured", error_code=MODE_NOT_SET
            )
        return "READWRITE"

    def set_mode(self, registry_id: str, subject: str, mode: str | None) -> None:
        """Set, or with ``None`` clear, a mode."""
        registry = self._environments.registry(registry_id)
        if mode is not None and mode not in MODES:
            raise UnprocessableError(f"Invalid mode {mode!r}: use one of {', '.join(MODES)}.", error_code=INVALID_MODE)
        identifier = f"{registry_id}/{subject}"
        with self._store.transaction():
            old = self._store.get(RegistryMode, identifier)
            if old is not None:
                self._store.remove(old)
            if mode is not None:
                self._store.add(
                    RegistryMode(
                        id=identifier,
                        name=subject,
                        environment_id=registry.environment_id,
                        registry_id=registry_id,
                        mode=mode,
                    )
                )

    def _known(self, registry_id: str) -> str:
        return self._environments.registry(registry_id).id


@contextmanager
def _with_error_codes(not_found: int, *, invalid: int = INVALID_SCHEMA) -> Iterator[None]:
    """Give errors of the registry's storage the error codes of its API."""
    try:
        with translated():
            yield
    except NotFoundError as error:
        if isinstance(error.__cause__, plane.NotFoundError):
            raise NotFoundError(str(error), error_code=not_found) from None
        raise
    except Exception as error:
        if isinstance(error.__cause__, plane.InvalidError):
            raise UnprocessableError(str(error), error_code=invalid) from None
        raise


@contextmanager
def _with_deletion_error_codes(not_found: int, conflict: int) -> Iterator[None]:
    """Same for a deletion: a conflict (deleted already, or not soft-deleted yet) is answered 404 with its own code."""
    try:
        with _with_error_codes(not_found, invalid=REFERENCED):
            yield
    except ConflictError as error:
        raise NotFoundError(str(error), error_code=conflict) from None


def _number(version: str) -> int | None:
    if version in ("latest", "-1"):
        return None
    if version.isdecimal() and len(version) <= _DIGITS and int(version) > 0:
        return int(version)
    raise UnprocessableError(
        f"The specified version '{version}' is not a valid version id: use a positive number or latest.",
        error_code=INVALID_VERSION,
    )
