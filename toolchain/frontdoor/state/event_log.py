"""What a command did, as Pulumi's engine told it while it ran (``--event-log``): more than the state keeps of it.

A creation that failed before its id was known is nowhere in the state, though the cloud may have carried it out.
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
_ASKED_AGAIN = "retrying create due to on-error hook request"
_IS_THERE_ALREADY = "409 Conflict"
_FIRST_RETRY_SECONDS = 0.5  # either kind of provider waits at least a second


@dataclass(frozen=True)
class EventLog:
    """``failed``: creations and deletions; ``begun``: creations whose end it does not tell: the engine was killed.

    ``made_again``: URNs of what an error hook had created once more. ``conflicts``: URNs of the creations that the
    cloud refused because it has such an object already; ``at_once``: of those that were refused sooner than a provider
    sends a request again. ``others_failed``: whether anything failed beside ``failed``.
    """

    failed: tuple[Operation, ...] = ()
    begun: tuple[Operation, ...] = ()
    made: tuple[Resource, ...] = ()
    made_again: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    at_once: frozenset[str] = frozenset()
    others_failed: bool = False

    @classmethod
    def read(cls, path: Path, arrivals: Sequence[tuple[float, dict[str, Any]]] = ()) -> EventLog:
        """Read the log of the last command; empty without one, and for a preview, which does nothing.

        ``arrivals``: its events with the seconds at which each came, where somebody has watched them come.
        """
        events = list(_events(path))
        if any(event["summaryEvent"].get("isPreview") for event in events if "summaryEvent" in event):
            return cls()
        not_done = _steps(events, "resOpFailedEvent")
        failed = [_operation(step) for step in not_done]
        done = _steps(events, "resOutputsEvent")
        ended = {(step["op"], step["urn"]) for step in (*not_done, *done)}
        began = _steps(events, "resourcePreEvent")
        begun = [_operation(step) for step in began if (step["op"], step["urn"]) not in ended]
        made = [Resource.of(step["new"]) for step in done if step["op"] in _CREATES and step.get("new")]
        warned = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        again = {warning.get("urn", "") for warning in warned if warning.get("message", "").startswith(_ASKED_AGAIN)}
        refused = {warning.get("urn", "") for warning in warned if _IS_THERE_ALREADY in warning.get("message", "")}
        return cls(
            failed=tuple(operation for operation in failed if operation),
            begun=tuple(operation for operation in begun if operation and operation.kind == "creating"),
            made=tuple(made),
            made_again=frozenset(again & {resource.urn for resource in made}),
            conflicts=frozenset(refused & {step["urn"] for step in not_done}),
            at_once=frozenset(_refused_at_once(events, arrivals)),
            others_failed=not all(failed),
        )


def _steps(events: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return what these events say of a resource each; without those of a preview that was killed."""
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
            continue  # the last one of a killed command
        yield event


def _refused_at_once(
    events: Sequence[dict[str, Any]], arrivals: Sequence[tuple[float, dict[str, Any]]]
) -> Iterator[str]:
    """Yield the URNs of creations that failed before a request can have been sent twice."""
    seconds = _FIRST_RETRY_SECONDS
    timed = arrivals
    if not arrivals:  # the engine's own times are whole seconds
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
