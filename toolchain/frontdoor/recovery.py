"""Lets a command go on where a killed or failed one stopped.

Pulumi writes an operation into the state before it begins (``pending_operations``). After a kill nobody knows whether
the cloud has carried it out; Pulumi alone would make the object a second time, meet a conflict, or fail to delete what
is gone. The same goes for an operation that failed because the cloud's reply was lost: that one is in the event log.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.event_log import EventLog
from toolchain.frontdoor.failure import Failure
from toolchain.frontdoor.half_made import CLEARED_BY_THE_PROGRAM, KINDS, MAY_HAVE_TWINS
from toolchain.frontdoor.interrupted import Interrupted, Operation, without
from toolchain.frontdoor.locks import is_held, remove_stale_locks
from toolchain.frontdoor.planes import Planes
from toolchain.frontdoor.state import deployment
from toolchain.frontdoor.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from toolchain.frontdoor.half_made import Found
    from toolchain.frontdoor.prepare import Prepared


_ON_ITS_WAY_SECONDS = 5.0


@dataclass(frozen=True)
class Settled:
    """What came of an operation. ``gone``: URN and id of what was deleted; ``undone``: URN of what was half made."""

    line: str
    gone: tuple[str, str] | None = None
    undone: str | None = None


def recover(prepared: Prepared) -> None:
    """Put right what the last command has left of this stack. Usually that is nothing, and costs nothing."""
    remove_stale_locks(prepared)
    if not is_held(prepared):  # else Pulumi refuses, and what looks half made is being made
        put_right(prepared)


def put_right(prepared: Prepared, *, after_success: bool = False) -> bool:
    """Settle what the state and the event log leave open, and note in the state what came of it.

    Return whether the command only failed of creations whose replies were lost, so that it can simply go on.
    """
    log = event_log_of(prepared)
    told = EventLog.read(log)
    undone: set[str | None] = set()
    twins = tuple(Operation("creating", resource) for resource in told.made if resource.type in MAY_HAVE_TWINS)
    pending = not after_success and bool(deployment(prepared).get("pending_operations"))
    if pending or told.failed or told.made_again:
        state = Interrupted(_export(prepared, "--show-secrets"))
        _let_requests_arrive(state)
        settled = _settle_all((*state.operations, *told.failed, *twins), state, prepared)
        gone = {outcome.gone for outcome in settled if outcome.gone}
        undone = {outcome.undone for outcome in settled}
        if pending or gone or told.made_again:
            _import(prepared, without(_export(prepared), gone, told.made_again))
    elif twins:
        _settle_all(twins, _glance(prepared), prepared)
    log.unlink(missing_ok=True)
    return told.in_conflict and {operation.resource.urn for operation in told.failed} <= undone


def _let_requests_arrive(state: Interrupted) -> None:
    """Wait for what a command sent just before it was killed: a twin that comes after the look would stay unseen."""
    if any(one.kind == "creating" and one.resource.type in MAY_HAVE_TWINS for one in state.operations):
        time.sleep(max(0.0, _ON_ITS_WAY_SECONDS - state.seconds_since_saved()))


def event_log_of(prepared: Prepared) -> Path:
    """Return where the engine is to tell what a command on this stack does; for the user's eyes alone."""
    name = prepared.stack.name.replace("/", "~")
    return prepared.layout.project / ".local" / "events" / f"{name}.ndjson"


def _settle_all(operations: Sequence[Operation], state: Interrupted, prepared: Prepared) -> list[Settled]:
    settled = []
    for operation in operations:
        for outcome in settle(operation, state, prepared.environment):
            say(f"pulumiw: {outcome.line}")
            settled.append(outcome)
    return settled


def _glance(prepared: Prepared) -> Interrupted:
    """Return the state without a second for an export, where no secret of it is needed."""
    stack = prepared.stack
    if stack.uses_file_backend and not stack.config("confluentcloud:cloudApiKey"):
        return Interrupted(
            {"deployment": json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"]}
        )
    return Interrupted(_export(prepared, "--show-secrets"))


def settle(operation: Operation, state: Interrupted, environment: Mapping[str, str]) -> Iterator[Settled]:
    """Undo a half-made creation, or note what was deleted."""
    resource = operation.resource
    if resource.type not in KINDS:
        return
    label, find, plane = KINDS[resource.type]
    planes = Planes.of(resource, state, environment)
    if operation.kind == "deleting":
        if resource.id and not any(_is_it(found, resource.id) for found in find(resource, planes)):
            line = f"{label} {resource.name} was deleted by the last command."
            yield Settled(line, gone=(resource.urn, resource.id))
    elif operation.kind == "creating" and resource.type not in CLEARED_BY_THE_PROGRAM:
        for found in find(resource, planes):
            if state.knows(resource.type, found.identity):
                continue
            what = f"{label} {found.identity} ({resource.name})"
            if reason := _not_ours(found, state, planes):
                yield Settled(f"{what} is left alone: {reason}.")
                continue
            planes.by_name(plane).delete(found.delete)
            yield Settled(f"{what} was half made by the last command: removed.", undone=resource.urn)


def _is_it(found: Found, identity: str) -> bool:
    return found.identity == identity or identity.endswith(f"/{found.identity}")


def _not_ours(found: Found, state: Interrupted, planes: Planes) -> str:
    """Say why an object is rather not of the interrupted command; empty if it is."""
    if found.created_at is not None and not state.may_have_made(found.created_at):
        return "it has the same name but is older than the last command"
    if found.children is not None and next(planes.cloud.items(found.children), None) is not None:
        return "it has the same name but is in use"
    return ""


def _export(prepared: Prepared, *flags: str) -> dict[str, Any]:
    exported = prepared.pulumi("stack", "export", "--stack", prepared.stack.name, *flags)
    if exported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be read: {exported.stderr.strip()}")
    state: dict[str, Any] = json.loads(exported.stdout)
    return state


def _import(prepared: Prepared, state: dict[str, Any]) -> None:
    imported = subprocess.run(  # noqa: S603 - the CLI chosen by the set-up
        [prepared.cli, "--non-interactive", "stack", "import", "--stack", prepared.stack.name],
        cwd=prepared.layout.project,
        env=prepared.environment,
        input=json.dumps(state),
        capture_output=True,
        text=True,
        check=False,
    )
    if imported.returncode != 0:
        raise Failure(f"The state of stack {prepared.stack.name} cannot be put right: {imported.stderr.strip()}")
