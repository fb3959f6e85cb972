"""`./pulumiw ARGS` as `pulumi ARGS`: what stands before, around and after it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.orphaned_plugins import end_orphaned_plugins, end_own_plugins
from toolchain.frontdoor.commands.first_vectors import deployed, show_first_vectors
from toolchain.frontdoor.hall.arguments import DELETE_ORPHANS, Request
from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.foreground import become, run
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.setup.prepare import prepare
from toolchain.frontdoor.stack.stack_file import kept, tell_how_to_remove
from toolchain.frontdoor.state.beginning import beginning_of
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.locks import is_held, remove_stale_locks
from toolchain.frontdoor.state.outside.settle import settle
from toolchain.frontdoor.state.protection import check as check_protection
from toolchain.frontdoor.state.recovery import put_right, recover
from toolchain.frontdoor.state.traces import Traces
from toolchain.frontdoor.timeline.follow import Follower
from toolchain.frontdoor.timeline.record import dependencies_of, operations_of, place_of, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

_MOST_RUNS = 10  # each gets further by one level of the graph at least
_KILLED = 128 + signal.SIGKILL


def _folder(layout: Layout) -> Path:
    """Return where `pulumi` runs: where the user stands if that is in the clone, so that paths mean what they say."""
    here = Path.cwd()
    return here if here.is_relative_to(layout.project) else layout.project


def run_pulumi(layout: Layout, arguments: list[str]) -> int:
    """Run `pulumi` with everything in place and return its exit status."""
    request = Request(tuple(arguments))
    prepared = prepare(layout, request)
    if request.deletes_orphans and not request.meets_state:
        raise Failure(f"{DELETE_ORPHANS} is a flag of up, preview, refresh, destroy and import: leave it out.")
    may_delete = prepared.stack.is_local or request.deletes_orphans
    if request.meets_state:
        end_orphaned_plugins(layout.project)
        recover(prepared, may_delete=may_delete)
    settled = settle(prepared, request)
    check_protection(prepared, request)
    argv = [str(prepared.cli), *request.for_pulumi(), *settled.flags]
    if request.chooses_stack:
        status = run(argv, prepared.environment, _folder(layout))
        _remember_selection(prepared)
        return status
    if not request.makes_or_deletes:
        become(argv, {**prepared.environment, **prepared.warm.environment}, _folder(layout))
    before = deployed(prepared.stack)
    folder = _folder(layout)
    with kept(prepared.stack, request):
        status = _run_and_conclude(prepared, request.command, argv, folder, may_delete=may_delete)
        if status and not is_held(prepared) and settle(prepared, request, after_failure=True).changed:
            say("pulumiw: the command is retried with what is left.")
            status = _run_and_conclude(prepared, request.command, argv, folder, may_delete=may_delete)
    prepared.warm.end()
    if status == 0:
        tell_how_to_remove(prepared.stack, request)
    is_news = request.command == "up" and prepared.cloud is not None and deployed(prepared.stack) != before
    if status == 0 and is_news and "--json" not in arguments:
        show_first_vectors(prepared, sys.stdout if sys.stdout.isatty() else sys.stderr)
    return status


def _run_and_conclude(prepared: Prepared, command: str, argv: list[str], folder: Path, *, may_delete: bool) -> int:
    """Run `pulumi`, its events noted for :func:`put_right`, which also has the last word if this command is killed."""
    traces = Traces.of(prepared)
    traces.make_place()
    # Hidden behind "debug commands", though Pulumi's own Automation API stands on it.
    environment = {**prepared.environment, **prepared.warm.environment, "PULUMI_DEBUG_COMMANDS": "true"}
    status = 0
    for _ in range(_MOST_RUNS):
        if not is_held(prepared):  # else Pulumi will refuse, and the traces are another command's
            beginning_of(prepared).write(traces.beginning)
        with Follower(traces.log) as follower:
            command_line = [*argv, "--event-log", str(traces.log)]
            status = run(command_line, environment, folder, inherited=prepared.warm.descriptors)
        if status == _KILLED:
            end_own_plugins(prepared.layout.project)
            remove_stale_locks(prepared)
        if is_held(prepared):
            # Pulumi has refused: what looks left over is being made by another command.
            return status
        try:
            can_be_retried = put_right(
                prepared, may_delete=may_delete, after_success=status == 0, arrivals=follower.events
            )
        except Failure as failure:
            say(f"pulumiw: {failure}")  # the next command tries again
            can_be_retried = False
        if command == "up":
            _note_timeline(prepared, follower.events)
        if not (status and can_be_retried):
            break
        say("pulumiw: nothing else failed: the command is retried.")
    return status


def _note_timeline(prepared: Prepared, events: Iterable[tuple[float, dict[str, Any]]]) -> None:
    """Keep for `./pulumiw timeline` what an `up` has changed. Never fails: the stack is up whatever happens here."""
    began, operations = operations_of(events)
    if not operations:
        return
    try:
        resources = deployment(prepared).get("resources") or []
        write(place_of(prepared.stack), began, operations, dependencies_of(resources))
    except OSError as error:
        say(f"pulumiw: the timeline of this `up` is not kept: {sentence_of(error)}")


def _remember_selection(prepared: Prepared) -> None:
    """Keep what is selected now: Pulumi keeps one selection per backend, a person has one stack in mind."""
    project = prepared.stack.project
    backend = prepared.environment.get("PULUMI_BACKEND_URL") or project.chosen_backend or project.login
    selected = project.selection(backend, prepared.environment)
    record = prepared.layout.selected_stack
    if selected is None:
        record.unlink(missing_ok=True)
    else:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(selected + "\n", encoding="utf-8")
