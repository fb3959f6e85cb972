"""Compares an object with the program's inputs: the changed properties, and whether a change requires a replacement.

New inputs are compared with the *outputs* of the last read, not with the old inputs. So the next ``up`` undoes a change
that was made outside Pulumi and that a refresh has stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from offline.plugins.schema import Field, join
from offline.plugins.wire import UNKNOWN, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Kind(Enum):
    """The kind of change to a property."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass(frozen=True)
class Change:
    """A changed property. ``replace``: whether the change requires a replacement of the object."""

    path: str
    kind: Kind
    replace: bool = False

    @property
    def top(self) -> str:
        """The top-level property that contains it."""
        return self.path.split(".")[0].split("[")[0]


@dataclass
class Diff:
    """All changes to an object. ``delete_first``: a replacement deletes the old object before it creates another."""

    changes: list[Change] = field(default_factory=list)
    delete_first: bool = False

    @property
    def replaces(self) -> bool:
        """Whether any change requires a replacement."""
        return any(change.replace for change in self.changes)

    def touches(self, *names: str) -> bool:
        """Whether any of these top-level properties is changed."""
        return any(change.top in names for change in self.changes)


def compare(
    old: Mapping[str, Any], old_inputs: Mapping[str, Any], new: Mapping[str, Any], fields: Mapping[str, Field]
) -> Diff:
    """Compare the last known outputs with new inputs; properties that only the server sets are no change."""
    return Diff(list(_compare(old, old_inputs, new, fields, "")))


def _compare(
    old: Mapping[str, Any],
    old_inputs: Mapping[str, Any],
    new: Mapping[str, Any],
    fields: Mapping[str, Field],
    path: str,
) -> Iterator[Change]:
    for key, spec in fields.items():
        place = join(path, key)
        before, after = old.get(key), new.get(key)
        if after is None:
            if not spec.server_default and key in old_inputs and _present(before):
                yield Change(place, Kind.DELETE, spec.replace)
        elif before is None:
            if _present(after):
                yield Change(place, Kind.ADD, spec.replace)
        elif spec.kind == "block" and isinstance(before, dict) and isinstance(after, dict):
            yield from _compare(before, old_inputs.get(key) or {}, after, spec.fields, place)
        elif spec.kind == "map" and isinstance(before, dict) and isinstance(after, dict):
            yield from _compare_maps(before, after, spec, place)
        elif not _same(before, after, spec):
            yield Change(place, Kind.UPDATE, spec.replace)


def _compare_maps(before: Mapping[str, Any], after: Mapping[str, Any], spec: Field, path: str) -> Iterator[Change]:
    for key in sorted({*before, *after}):
        if key not in after:
            yield Change(join(path, key), Kind.DELETE, spec.replace)
        elif key not in before:
            yield Change(join(path, key), Kind.ADD, spec.replace)
        elif not _same(before[key], after[key], spec):
            yield Change(join(path, key), Kind.UPDATE, spec.replace)


def _present(value: Any) -> bool:
    """Whether ``value`` differs from an absent property: false, 0 and "" are the same as absent."""
    return value is UNKNOWN or isinstance(value, dict) or bool(value)


def _same(before: Any, after: Any, spec: Field) -> bool:
    if is_unknown(after):
        return False
    return bool(before == after or (spec.same and spec.same(before, after)))
