"""Settles what a killed or failed command has left, so that the next one, or the same one again, ends well.

Pulumi writes an operation into the state before it begins (``pending_operations``). After a kill nobody knows whether
the cloud has carried it out; Pulumi alone would make the object a second time, meet a conflict, or fail to delete what
is gone. The same goes for an operation that failed because the cloud's reply was lost: that one is in the event log.

What is found is deleted only if the last command provably made it (``proof.py``), and on a cloud that is not local only
if the person says so: ``--delete-orphans``.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.arguments import DELETE_ORPHANS
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.state.beginning import Beginning
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.event_log import EventLog
from toolchain.frontdoor.state.interrupted import Interrupted, Operation, without
from toolchain.frontdoor.state.locks import is_held, locked_at, remove_stale_locks
from toolchain.frontdoor.state.lookup import KINDS, MAY_HAVE_TWINS
from toolchain.frontdoor.state.settling import Case, settle
from toolchain.frontdoor.state.traces import Traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from toolchain.frontdoor.setup.prepare import Prepared
    from toolchain.frontdoor.state.settling import Settled


_ON_ITS_WAY_SECONDS = 5.0


def recover(prepared: Prepared, *, may_delete: bool) -> None:
    """Settle what the last command has left of this stack. Usually that is nothing, and costs nothing."""
    locked_since = locked_at(prepared)
    remove_stale_locks(prepared)
    if not is_held(prepared):  # else Pulumi refuses, and what looks left over is being made
        for traces in Traces.kept_of(prepared):
            _settle_kept(prepared, traces, may_delete=may_delete)
        put_right(prepared, may_delete=may_delete, locked_since=locked_since)


def put_right(
    prepared: Prepared,
    *,
    may_delete: bool,
    after_success: bool = False,
    locked_since: datetime | None = None,
    arrivals: Sequence[tuple[float, dict[str, Any]]] = (),
) -> bool:
    """Settle what the state and the event log leave open, and note in the state what came of it.

    ``arrivals``: the log's events, each with the time at which it came, if this process has run the command.
    Return whether the command failed only of lost replies, so that it can be retried: all that failed are creations
    refused because of what is deleted now, and deletions of what is gone.
    """
    traces = Traces.of(prepared)
    told = EventLog.read(traces.log, arrivals)
    beginning = Beginning.read(traces.beginning)
    if beginning.at or prepared.stack.is_local:  # else the lock's clock is not the cloud's
        beginning = beginning.not_before(locked_since)
    twins = _twins(told)
    begun = [one for one in told.begun if one.resource.type in KINDS]
    pending = not after_success and bool(deployment(prepared).get("pending_operations"))
    settled: list[Settled] = []
    if pending or told.failed or begun or told.made_again:
        state = Interrupted(_export(prepared, "--show-secrets"))
        _let_requests_arrive(state)
        case = Case.of(prepared, state, beginning, may_delete=may_delete, traces=traces)
        case = replace(case, at_once=told.at_once)
        settled = _settle_all(_once((*state.operations, *told.failed, *begun, *twins)), case)
        gone = {outcome.gone for outcome in settled if outcome.gone}
        if pending or gone or told.made_again:
            _import(prepared, without(_export(prepared), gone, told.made_again))
    elif twins:
        case = Case.of(prepared, _glance(prepared), beginning, may_delete=may_delete, traces=traces)
        settled = _settle_all(twins, case)
    _keep_orphans(traces, settled)
    return _can_be_retried(told, settled)


def _can_be_retried(told: EventLog, settled: Iterable[Settled]) -> bool:
    undone = {outcome.undone for outcome in settled}
    gone = {outcome.gone for outcome in settled}

    def is_settled(operation: Operation) -> bool:
        resource = operation.resource
        if operation.kind == "deleting":
            return (resource.urn, resource.id) in gone
        return resource.urn in told.conflicts and resource.urn in undone

    return bool(told.failed) and not told.others_failed and all(map(is_settled, told.failed))


def _settle_kept(prepared: Prepared, traces: Traces, *, may_delete: bool) -> None:
    """Look again at what a command has left and nobody has deleted since; never in the way of another command."""
    told = EventLog.read(traces.log)
    creations = [one for one in (*told.failed, *told.begun) if one.kind == "creating"]
    state = Interrupted(_export(prepared, "--show-secrets"))
    case = Case.of(prepared, state, Beginning.read(traces.beginning), may_delete=may_delete, traces=traces)
    try:
        settled = _settle_all((*creations, *_twins(told)), case)
    except Failure as failure:
        say(f"pulumiw: what an earlier command has left cannot be looked up: {failure}")
        return
    _keep_orphans(traces, settled)


def _twins(told: EventLog) -> tuple[Operation, ...]:
    return tuple(Operation("creating", resource) for resource in told.made if resource.type in MAY_HAVE_TWINS)


def _once(operations: Iterable[Operation]) -> list[Operation]:
    """Return each operation once: the state and the event log tell of the same ones, the state with its secrets."""
    return list({(one.kind, one.resource.urn, one.resource.id): one for one in reversed([*operations])}.values())[::-1]


def _let_requests_arrive(state: Interrupted) -> None:
    """Wait for what a command sent just before it was killed: a twin that comes after the look would stay unseen."""
    if any(one.kind == "creating" and one.resource.type in MAY_HAVE_TWINS for one in state.operations):
        time.sleep(max(0.0, _ON_ITS_WAY_SECONDS - state.seconds_since_saved()))


def _settle_all(operations: Iterable[Operation], case: Case) -> list[Settled]:
    settled = []
    for operation in operations:
        for outcome in settle(operation, case):
            say(f"pulumiw: {outcome.line}")
            settled.append(outcome)
    return settled


def _keep_orphans(traces: Traces, settled: Iterable[Settled]) -> None:
    orphans = {outcome.orphan for outcome in settled if outcome.orphan}
    traces.end(orphans)
    if orphans:
        say(
            "pulumiw: on a cloud that is not local nothing is deleted unasked: the same command with"
            f" {DELETE_ORPHANS} deletes {'it' if len(orphans) == 1 else 'them'} first."
        )


def _glance(prepared: Prepared) -> Interrupted:
    """Return the state without a second for an export, where no secret of it is needed."""
    stack = prepared.stack
    if stack.uses_file_backend and not stack.config("confluentcloud:cloudApiKey"):
        return Interrupted(
            {"deployment": json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"]}
        )
    return Interrupted(_export(prepared, "--show-secrets"))


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
