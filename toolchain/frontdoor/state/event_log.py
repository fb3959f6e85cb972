"""The engine's event log of a command (``--event-log``), which knows more than the state.

Example: a creation that failed before the provider knew the id is not in the state, but the cloud may have carried it
out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.state.interrupted import Operation, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CREATES = frozenset({"create", "create-replacement"})
_DELETES = frozenset({"delete", "delete-replaced"})
_RETRIED_BY_HOOK = "retrying create due to on-error hook request"
_CONFLICT = "409 Conflict"
_FIRST_RETRY_SECONDS = 0.5  # the official and the bundled provider wait at least a second before a retry


@dataclass(frozen=True)
class EventLog:
    """The operations of the last command, by how they ended.

    ``failed``: creations and deletions. ``unfinished``: creations without an end, because the engine was killed.
    ``created``: resources. ``created_by_retry``: URNs of resources that an error hook had created by a retry.
    ``conflicts``: URNs of failed creations that the cloud answered with 409, because such an object exists.
    ``failed_on_first_request``: URNs of creations that failed before the provider can have sent a retry, so that the
    object in their way existed before. ``others_failed``: whether an operation of another kind failed.
    """

    failed: tuple[Operation, ...] = ()
    unfinished: tuple[Operation, ...] = ()
    created: tuple[Resource, ...] = ()
    created_by_retry: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    failed_on_first_request: frozenset[str] = frozenset()
    others_failed: bool = False

    @classmethod
    def read(cls, path: Path, arrivals: Sequence[tuple[float, dict[str, Any]]] = ()) -> EventLog:
        """Read the last command's log; empty without a log, and for a preview, which changes nothing.

        ``arrivals``: its events with their arrival times (seconds since 1970), if this process followed the log.
        """
        events = list(_events(path))
        if any(event["summaryEvent"].get("isPreview") for event in events if "summaryEvent" in event):
            return cls()
        not_done = _steps(events, "resOpFailedEvent")
        failed = [_operation(step) for step in not_done]
        done = _steps(events, "resOutputsEvent")
        ended = {(step["op"], step["urn"]) for step in (*not_done, *done)}
        began = _steps(events, "resourcePreEvent")
        unfinished = [_operation(step) for step in began if (step["op"], step["urn"]) not in ended]
        created = [Resource.of(step["new"]) for step in done if step["op"] in _CREATES and step.get("new")]
        warned = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        again = {
            warning.get("urn", "") for warning in warned if warning.get("message", "").startswith(_RETRIED_BY_HOOK)
        }
        refused = {warning.get("urn", "") for warning in warned if _CONFLICT in warning.get("message", "")}
        return cls(
            failed=tuple(operation for operation in failed if operation),
            unfinished=tuple(operation for operation in unfinished if operation and operation.kind == "creating"),
            created=tuple(created),
            created_by_retry=frozenset(again & {resource.urn for resource in created}),
            conflicts=frozenset(refused & {step["urn"] for step in not_done}),
            failed_on_first_request=frozenset(_failures_on_first_request(events, arrivals)),
            others_failed=not all(failed),
        )


def _steps(events: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the metadata of the events of one kind, except the events of a preview that was killed."""
    return [event[name]["metadata"] for event in events if name in event and not event[name].get("planning")]


def _events(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a killed engine leaves its last line incomplete
        yield event


def _failures_on_first_request(
    events: Sequence[dict[str, Any]], arrivals: Sequence[tuple[float, dict[str, Any]]]
) -> Iterator[str]:
    """Yield the URNs of creations that failed before a request can have been sent twice."""
    seconds = _FIRST_RETRY_SECONDS
    timed = arrivals
    if not arrivals:  # the engine's own timestamps are whole seconds
        seconds += 1
        timed = [(float(event.get("timestamp", 0)), event) for event in events]
    began: dict[str, float] = {}
    for at, event in timed:
        for name in ("resourcePreEvent", "resOpFailedEvent"):
            step = event.get(name, {}).get("metadata", {})
            if step.get("op") not in _CREATES:
                continue
            if name == "resourcePreEvent":
                began[step["urn"]] = at
            elif at - began.get(step["urn"], -math.inf) < seconds:
                yield step["urn"]


def _operation(step: dict[str, Any]) -> Operation | None:
    kind, subject = ("creating", "new") if step["op"] in _CREATES else ("deleting", "old")
    if step["op"] not in _CREATES | _DELETES or not step.get(subject):
        return None
    return Operation(kind, Resource.of(step[subject]))
