"""Recovery after a killed or failed command: resolves pending operations, so that the next command or a retry succeeds.

Pulumi writes an operation into the state before it starts (``pending_operations``). After a kill nobody knows whether
the cloud has carried it out. Pulumi alone would create the object a second time, get a 409 conflict, or fail to delete
an object that no longer exists. An operation that failed because the cloud's response was lost leaves the same doubt;
the event log names it.

Recovery deletes an orphaned object only if the last command provably created it (``ownership.py``). On Confluent Cloud
the user must also allow it with ``--delete-orphans``.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.arguments import DELETE_ORPHANS
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.state.command_files import CommandFiles
from toolchain.frontdoor.state.command_start import CommandStart
from toolchain.frontdoor.state.deployment import deployment, export_state, import_state
from toolchain.frontdoor.state.event_log import EventLog
from toolchain.frontdoor.state.interrupted import InterruptedState, Operation, without_pending_operations
from toolchain.frontdoor.state.locks import is_held, locked_at, remove_stale_locks
from toolchain.frontdoor.state.lookup import KINDS, MAY_BE_DUPLICATED
from toolchain.frontdoor.state.resolving import RecoveryContext, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from toolchain.frontdoor.setup.prepare import Prepared
    from toolchain.frontdoor.state.resolving import Outcome


_IN_FLIGHT_SECONDS = 5.0


def recover(prepared: Prepared, *, may_delete: bool) -> None:
    """Remove stale locks and resolve the operations that the last command left open; without any, this makes no call.

    ``may_delete``: whether orphans of the last command are deleted, or only reported.
    """
    locked_since = locked_at(prepared)
    remove_stale_locks(prepared)
    # Under a live lock Pulumi refuses to run, and what looks like an orphan is another command's work in progress.
    if not is_held(prepared):
        for files in CommandFiles.with_orphans_of(prepared):
            _resolve_kept_orphans(prepared, files, may_delete=may_delete)
        resolve_open_operations(prepared, may_delete=may_delete, locked_since=locked_since)


def resolve_open_operations(
    prepared: Prepared,
    *,
    may_delete: bool,
    after_success: bool = False,
    locked_since: datetime | None = None,
    arrivals: Sequence[tuple[float, dict[str, Any]]] = (),
) -> bool:
    """Resolve the operations that the state and the event log leave open, and write the outcomes into the state.

    ``after_success``: the command succeeded, so the state has no pending operations. ``locked_since``: when the killed
    command took the stack's lock. ``arrivals``: the log's events with the times at which they arrived (seconds since
    1970), if this process ran the command.

    Return whether a retry of the command can succeed because only responses were lost. That holds if every failure is
    a creation that met a conflict with an orphan, now deleted, or a deletion of an object that no longer exists.
    """
    files = CommandFiles.of(prepared)
    events = EventLog.read(files.log, arrivals)
    start = CommandStart.read(files.start)
    if start.at or prepared.stack.is_local:  # else the lock's clock is not the cloud's
        start = start.no_earlier_than(locked_since)
    duplicates = _possible_duplicates(events)
    unfinished = [one for one in events.unfinished if one.resource.type in KINDS]
    pending = not after_success and bool(deployment(prepared).get("pending_operations"))
    outcomes: list[Outcome] = []
    if pending or events.failed or unfinished or events.created_by_retry:
        state = InterruptedState(export_state(prepared, "--show-secrets"))
        _wait_for_requests_in_flight(state)
        context = RecoveryContext.of(prepared, state, start, may_delete=may_delete, files=files)
        context = replace(context, failed_on_first_request=events.failed_on_first_request)
        outcomes = _resolve_all(
            _without_repeats((*state.operations, *events.failed, *unfinished, *duplicates)), context
        )
        gone = {outcome.gone for outcome in outcomes if outcome.gone}
        if pending or gone or events.created_by_retry:
            # Exported again: in this one secrets are encrypted, so that it may be written.
            import_state(prepared, without_pending_operations(export_state(prepared), gone, events.created_by_retry))
    elif duplicates:
        context = RecoveryContext.of(prepared, read_state(prepared), start, may_delete=may_delete, files=files)
        outcomes = _resolve_all(duplicates, context)
    _keep_orphans(files, outcomes)
    return _can_be_retried(events, outcomes)


def _can_be_retried(events: EventLog, outcomes: Iterable[Outcome]) -> bool:
    rolled_back = {outcome.rolled_back for outcome in outcomes}
    gone = {outcome.gone for outcome in outcomes}

    def is_resolved(operation: Operation) -> bool:
        resource = operation.resource
        if operation.kind == "deleting":
            return (resource.urn, resource.id) in gone
        return resource.urn in events.conflicts and resource.urn in rolled_back

    return bool(events.failed) and not events.others_failed and all(map(is_resolved, events.failed))


def _resolve_kept_orphans(prepared: Prepared, files: CommandFiles, *, may_delete: bool) -> None:
    """Look again for orphans that an earlier command reported. A failed lookup never stops the present command."""
    events = EventLog.read(files.log)
    creations = [one for one in (*events.failed, *events.unfinished) if one.kind == "creating"]
    state = InterruptedState(export_state(prepared, "--show-secrets"))
    context = RecoveryContext.of(prepared, state, CommandStart.read(files.start), may_delete=may_delete, files=files)
    try:
        outcomes = _resolve_all((*creations, *_possible_duplicates(events)), context)
    except Failure as failure:
        say(f"pulumiw: what an earlier command has left cannot be looked up: {failure}")
        return
    _keep_orphans(files, outcomes)


def _possible_duplicates(events: EventLog) -> tuple[Operation, ...]:
    return tuple(Operation("creating", resource) for resource in events.created if resource.type in MAY_BE_DUPLICATED)


def _without_repeats(operations: Iterable[Operation]) -> list[Operation]:
    """Return each operation once, in order; of a repeated one the first.

    The state comes first and wins over the event log, which masks secrets.
    """
    return list({(one.kind, one.resource.urn, one.resource.id): one for one in reversed([*operations])}.values())[::-1]


def _wait_for_requests_in_flight(state: InterruptedState) -> None:
    """Wait for requests that a command sent just before it was killed.

    The cloud may still carry one out. An object created after the lookup would be somebody else's to the next command,
    which meets its name, or a duplicate that is never found.
    """
    if any(one.kind == "creating" and one.resource.type in KINDS for one in state.operations):
        time.sleep(max(0.0, _IN_FLIGHT_SECONDS - state.seconds_since_saved()))


def _resolve_all(operations: Iterable[Operation], context: RecoveryContext) -> list[Outcome]:
    outcomes = []
    for operation in operations:
        for outcome in resolve(operation, context):
            say(f"pulumiw: {outcome.line}")
            outcomes.append(outcome)
    return outcomes


def _keep_orphans(files: CommandFiles, outcomes: Iterable[Outcome]) -> None:
    orphans = {outcome.orphan for outcome in outcomes if outcome.orphan}
    files.end(orphans)
    if orphans:
        say(
            "pulumiw: on a cloud that is not local nothing is deleted unasked: the same command with"
            f" {DELETE_ORPHANS} deletes {'it' if len(orphans) == 1 else 'them'} first."
        )


def read_state(prepared: Prepared) -> InterruptedState:
    """Read the state with the cloud API key in it, from its file where that needs no decryption (about a second)."""
    stack = prepared.stack
    if stack.uses_file_backend and not stack.config("confluentcloud:cloudApiKey"):
        return InterruptedState(
            {"deployment": json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"]}
        )
    return InterruptedState(export_state(prepared, "--show-secrets"))
