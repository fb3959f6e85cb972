"""The record of a stack's last `up` that changed something: what was done when, and what it depended on.

It holds no values of properties, and lies in the clone, so that `./pulumiw timeline` has it after an `up` without
changes, too.
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

# What the engine does to a resource; its other steps (same, replace, ...) are bookkeeping.
_DELETES = frozenset({"delete", "delete-replaced"})
_OPERATIONS = _DELETES | {"create", "create-replacement", "update", "import", "import-replacement"}
_ENDS = ("resOutputsEvent", "resOpFailedEvent")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something done to a resource; ``start`` and ``end`` are seconds from the first operation's start."""

    urn: str
    type: str
    operation: str
    start: float
    end: float
    failed: bool = False

    @property
    def key(self) -> str:
        """What tells it from the others: a replaced resource is deleted and created under one URN."""
        return f"{self.urn} (deleted)" if self.deletes else self.urn

    @property
    def deletes(self) -> bool:
        """Whether the resource is gone after it."""
        return self.operation in _DELETES

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """The last part of its type."""
        return self.type.rpartition(":")[2]

    @property
    def span(self) -> Span:
        """When it was done."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Record:
    """``began``: ISO 8601, UTC; ``depends_on``: URN -> URNs, as the state has them."""

    began: str
    operations: tuple[Operation, ...]
    depends_on: Mapping[str, Sequence[str]]

    def edges(self) -> dict[str, list[str]]:
        """Return what each operation, by its key, waited for, by theirs.

        Creating follows the dependencies, deleting goes against them, and of a replaced resource the second follows
        the first, whichever it is.
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
    """Return the moment of the first start (seconds since 1970) and what the engine did; nothing for a preview.

    A component does nothing itself: it is done when it is registered, or its bar would be that of its children.
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
            done[key] = (arrival, step["type"], kind == "resOpFailedEvent")  # of several attempts the last
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
    """Return URN -> URNs for the state's resources: parent, provider and whatever its options and inputs name."""
    found: dict[str, set[str]] = {}
    for resource in resources:
        needed = found.setdefault(resource["urn"], set())
        needed |= {resource.get("parent", ""), resource.get("provider", "").rpartition("::")[0]}
        needed |= {resource.get("deletedWith", ""), *(resource.get("dependencies") or [])}
        for named in (resource.get("propertyDependencies") or {}).values():
            needed.update(named or [])
    return {urn: sorted(needed - {"", urn}) for urn, needed in found.items()}


def place_of(stack: Stack) -> Path:
    """Return where a stack's record is."""
    return stack.project.layout.project / ".local" / "timeline" / f"{stack.name.replace('/', '~')}.json"


def write(place: Path, began: float, operations: Sequence[Operation], depends_on: Mapping[str, Sequence[str]]) -> None:
    """Write the record, in one piece."""
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
    """Return a stack's record; :class:`Failure` without one."""
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
            f"The record {place} cannot be read: delete it, the next `up` that changes something writes it anew."
        ) from None
