"""What a command did, as Pulumi's engine told it while it ran (``--event-log``): more than the state keeps of it.

A creation that failed before its id was known is nowhere in the state, though the cloud may have carried it out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.interrupted import Operation, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CREATES = frozenset({"create", "create-replacement"})
_DELETES = frozenset({"delete", "delete-replaced"})
_ASKED_AGAIN = "retrying create due to on-error hook request"
_IS_THERE_ALREADY = "409 Conflict"


@dataclass(frozen=True)
class EventLog:
    """``failed``: creations and deletions; ``made_again``: URNs of what an error hook had created once more.

    ``in_conflict``: whether all that failed are creations of what the cloud says it has already.
    """

    failed: tuple[Operation, ...] = ()
    made: tuple[Resource, ...] = ()
    made_again: frozenset[str] = frozenset()
    in_conflict: bool = False

    @classmethod
    def read(cls, path: Path) -> EventLog:
        """Read the log of the last command; empty without one, and for a preview, which does nothing."""
        events = list(_events(path))
        if any(event["summaryEvent"].get("isPreview") for event in events if "summaryEvent" in event):
            return cls()
        not_done = [event["resOpFailedEvent"] for event in events if "resOpFailedEvent" in event]
        failed = [_operation(event) for event in not_done]
        outputs = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        made = [Resource.of(step["new"]) for step in outputs if step["op"] in _CREATES and step.get("new")]
        warned = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        again = {warning.get("urn", "") for warning in warned if warning.get("message", "").startswith(_ASKED_AGAIN)}
        conflicts = {warning.get("urn") for warning in warned if _IS_THERE_ALREADY in warning.get("message", "")}
        return cls(
            failed=tuple(operation for operation in failed if operation),
            made=tuple(made),
            made_again=frozenset(again & {resource.urn for resource in made}),
            in_conflict=bool(not_done) and {event["metadata"]["urn"] for event in not_done} <= conflicts,
        )


def _events(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last one of a killed command
        yield event


def _operation(event: dict[str, Any]) -> Operation | None:
    step = event["metadata"]
    kind, subject = ("creating", "new") if step["op"] in _CREATES else ("deleting", "old")
    if step["op"] not in _CREATES | _DELETES or not step.get(subject):
        return None
    return Operation(kind, Resource.of(step[subject]))
