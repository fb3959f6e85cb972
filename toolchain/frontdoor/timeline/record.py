"""The record of a stack's last `up` with changes: its operations, their times and their dependencies.

It contains no property values, so no secrets. It is kept in the clone, and an `up` without changes does not overwrite
it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.timeline.critical_path import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from toolchain.frontdoor.stack.stack import Stack

# The engine's steps that call a provider; its other ones (same, replace, ...) are bookkeeping.
_DELETES = frozenset({"delete", "delete-replaced"})
_OPERATIONS = _DELETES | {"create", "create-replacement", "update", "import", "import-replacement"}
_ENDS = ("resOutputsEvent", "resOpFailedEvent")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation on a resource. ``start``, ``end``: seconds since the start of the first operation."""

    urn: str
    type: str
    operation: str
    start: float
    end: float
    failed: bool = False

    @property
    def key(self) -> str:
        """A unique key; the URN is none, since a replaced resource is created and deleted under the same one."""
        return f"{self.urn} (deleted)" if self.deletes else self.urn

    @property
    def deletes(self) -> bool:
        """Whether the operation is a deletion."""
        return self.operation in _DELETES

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """The last part of the resource's type, such as ``Topic``."""
        return self.type.rpartition(":")[2]

    @property
    def span(self) -> Span:
        """Start and end of the operation."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A recorded `up`. ``began``: ISO 8601, UTC. ``depends_on``: URN -> URNs, by the state."""

    began: str
    operations: tuple[Operation, ...]
    depends_on: Mapping[str, Sequence[str]]

    def edges(self) -> dict[str, list[str]]:
        """Return operation's key -> keys of the operations that it waited for.

        A creation waits for the creation of its dependencies, a deletion for the deletion of its dependents. Of a
        replaced resource, the later operation waits for the earlier one (which is either, by `deleteBeforeReplace`).
        """
        made = {operation.urn: operation for operation in self.operations if not operation.deletes}
        deleted = {operation.urn: operation for operation in self.operations if operation.deletes}
        found: dict[str, list[str]] = {urn: list(needed) for urn, needed in self.depends_on.items()}
        for urn, needed in self.depends_on.items():
            for target in set(needed) & deleted.keys():
                if urn in deleted and deleted[urn].end <= deleted[target].start:
                    found.setdefault(deleted[target].key, []).append(deleted[urn].key)
        for urn in made.keys() & deleted.keys():
            first, second = sorted((made[urn], deleted[urn]), key=lambda operation: operation.start)
            found.setdefault(second.key, []).append(first.key)
        return found


def operations_of(events: Iterable[tuple[float, Mapping[str, Any]]]) -> tuple[float, list[Operation]]:
    """Return the start of the first operation (seconds since 1970) and all operations; none for a preview.

    ``events``: (arrival, event) of the engine's log. A component resource ends when it is registered: its end in the
    log is the end of its children, which have bars of their own.
    """
    begun: dict[tuple[str, str], float] = {}
    done: dict[tuple[str, str], tuple[float, str, bool]] = {}
    for arrival, event in events:
        if event.get("summaryEvent", {}).get("isPreview"):
            return 0.0, []
        kind = next((name for name in ("resourcePreEvent", *_ENDS) if name in event), None)
        step = event[kind]["metadata"] if kind else {}
        if step.get("op") not in _OPERATIONS:
            continue
        key = (step["urn"], step["op"])
        if kind == "resourcePreEvent":
            begun.setdefault(key, arrival)
        is_component = not (step.get("new") or step.get("old") or {}).get("custom")
        if is_component:
            done.setdefault(key, (arrival, step["type"], False))
        elif kind != "resourcePreEvent":
            done[key] = (arrival, step["type"], kind == "resOpFailedEvent")  # the last of several attempts
    zero = min((begun[key] for key in done if key in begun), default=0.0)
    operations = [
        Operation(
            urn=urn,
            type=token,
            operation=op,
            start=round(begun[urn, op] - zero, 3),
            end=round(end - zero, 3),
            failed=failed,
        )
        for (urn, op), (end, token, failed) in done.items()
        if (urn, op) in begun
    ]
    return zero, sorted(operations, key=lambda operation: (operation.start, operation.end))


def dependencies_of(resources: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return URN -> URNs that it depends on: parent, provider, ``deletedWith``, ``dependsOn`` and inputs."""
    found: dict[str, set[str]] = {}
    for resource in resources:
        needed = found.setdefault(resource["urn"], set())
        needed |= {resource.get("parent", ""), resource.get("provider", "").rpartition("::")[0]}
        needed |= {resource.get("deletedWith", ""), *(resource.get("dependencies") or [])}
        for named in (resource.get("propertyDependencies") or {}).values():
            needed.update(named or [])
    return {urn: sorted(needed - {"", urn}) for urn, needed in found.items()}


def place_of(stack: Stack) -> Path:
    """Return the path of a stack's record."""
    return stack.project.layout.project / ".local" / "timeline" / f"{stack.name.replace('/', '~')}.json"


def write(place: Path, began: float, operations: Sequence[Operation], depends_on: Mapping[str, Sequence[str]]) -> None:
    """Write the record atomically."""
    content = {
        "began": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "operations": [asdict(operation) for operation in operations],
        "dependsOn": depends_on,
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    whole = place.with_suffix(".new")
    whole.write_text(json.dumps(content), encoding="utf-8")
    whole.replace(place)


def read(stack: Stack) -> Record:
    """Return a stack's record; raises :class:`Failure` if there is none, or if it is damaged."""
    place = place_of(stack)
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        return Record(
            began=content["began"],
            operations=tuple(Operation(**operation) for operation in content["operations"]),
            depends_on=content["dependsOn"],
        )
    except FileNotFoundError:
        raise Failure(
            f"No `up` of stack {stack.short_name} that changed something is on record in this clone: run `./pulumiw up`"
            " first."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise Failure(
            f"The record {place} cannot be read: delete it, the next `up` that changes something writes a new one."
        ) from None
