"""`./pulumiw ARGS` runs `pulumi ARGS`, with set-up and checks before it, and recovery after it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.orphaned_plugins import end_orphaned_plugins, end_own_plugins
from toolchain.frontdoor.commands.first_answer import show_first_answer
from toolchain.frontdoor.commands.first_vectors import deployed, show_first_vectors, stores_to_ask
from toolchain.frontdoor.hall.arguments import DELETE_ORPHANS, Request
from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.foreground import replace_process, run
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.setup.prepare import prepare
from toolchain.frontdoor.stack.stack_file import keep_settings_file, tell_how_to_remove
from toolchain.frontdoor.state.command_files import CommandFiles
from toolchain.frontdoor.state.command_start import read_command_start
from toolchain.frontdoor.state.deleted_outside.reconcile import reconcile
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.left_subjects import LeftSubjects
from toolchain.frontdoor.state.locks import is_held, remove_stale_locks
from toolchain.frontdoor.state.protection import check as check_protection
from toolchain.frontdoor.state.recovery import recover, resolve_open_operations
from toolchain.frontdoor.timeline.follow import Follower
from toolchain.frontdoor.timeline.record import dependencies_of, operations_of, place_of, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.prepare import Prepared

_MOST_RUNS = 10  # each retry completes at least one more level of the graph
_KILLED = 128 + signal.SIGKILL


def _folder(layout: Layout) -> Path:
    """Return the folder `pulumi` runs in: the user's own if it is in the clone, so that relative paths work."""
    here = Path.cwd()
    return here if here.is_relative_to(layout.project) else layout.project


def run_pulumi(layout: Layout, arguments: list[str]) -> int:
    """Set up what the command needs, run `pulumi`, and return its exit status."""
    request = Request(tuple(arguments))
    prepared = prepare(layout, request)
    if request.deletes_orphans and not request.meets_state:
        raise Failure(f"{DELETE_ORPHANS} is a flag of up, preview, refresh, destroy and import: leave it out.")
    may_delete = prepared.stack.is_local or request.deletes_orphans
    if request.meets_state:
        end_orphaned_plugins(layout.project)
        recover(prepared, may_delete=may_delete)
    reconciled = reconcile(prepared, request)
    check_protection(prepared, request)
    argv = [str(prepared.cli), *request.for_pulumi(), *reconciled.flags]
    if request.chooses_stack:
        status = run(argv, prepared.environment, _folder(layout))
        _remember_selection(prepared)
        return status
    if not request.makes_or_deletes:
        replace_process(argv, {**prepared.environment, **prepared.warm.environment}, _folder(layout))
    before = deployed(prepared.stack)
    left = LeftSubjects.before(prepared, request)
    folder = _folder(layout)
    with keep_settings_file(prepared.stack, request):
        status = _run_and_conclude(prepared, request.command, argv, folder, may_delete=may_delete)
        if status and not is_held(prepared) and reconcile(prepared, request, after_failure=True).changed:
            say("pulumiw: the command is retried with what is left.")
            status = _run_and_conclude(prepared, request.command, argv, folder, may_delete=may_delete)
    prepared.warm.end()
    if status == 0 and left:
        left.remove(may_delete=may_delete)
    if status == 0:
        tell_how_to_remove(prepared.stack, request)
    cloud, is_news = prepared.cloud, request.command == "up" and deployed(prepared.stack) != before
    if status == 0 and cloud is not None and is_news and "--json" not in arguments:
        stream = sys.stdout if sys.stdout.isatty() else sys.stderr
        show_first_vectors(cloud, prepared.stack, stream)
        if stores := stores_to_ask(prepared.stack):
            show_first_answer(prepared, stores, stream)
    return status


def _run_and_conclude(prepared: Prepared, command: str, argv: list[str], folder: Path, *, may_delete: bool) -> int:
    """Run `pulumi` with an event log, then resolve the operations that it left open; retry it if that can succeed.

    If `pulumi` is killed, its plugins are ended and its lock removed first. Returns the exit status of the last run.
    """
    files = CommandFiles.of(prepared)
    files.make_folder()
    # `--event-log` counts as a debug command, but is stable: Pulumi's own Automation API depends on it.
    environment = {**prepared.environment, **prepared.warm.environment, "PULUMI_DEBUG_COMMANDS": "true"}
    status = 0
    for _ in range(_MOST_RUNS):
        # Under a live lock Pulumi refuses to run, and the files belong to the lock holder.
        if not is_held(prepared):
            read_command_start(prepared).write(files.start)
        with Follower(files.log) as follower:
            command_line = [*argv, "--event-log", str(files.log)]
            status = run(command_line, environment, folder, inherited=prepared.warm.descriptors)
        if status == _KILLED:
            end_own_plugins(prepared.layout.project)
            remove_stale_locks(prepared)
        if is_held(prepared):
            # Pulumi has refused: what looks like an orphan is the lock holder's work in progress.
            return status
        try:
            can_be_retried = resolve_open_operations(
                prepared, may_delete=may_delete, after_success=status == 0, arrivals=follower.events
            )
        except Failure as failure:
            say(f"pulumiw: {failure}")  # the next command resolves them
            can_be_retried = False
        if command == "up":
            _note_timeline(prepared, follower.events)
        if not (status and can_be_retried):
            break
        say("pulumiw: nothing else failed: the command is retried.")
    return status


def _note_timeline(prepared: Prepared, events: Iterable[tuple[float, dict[str, Any]]]) -> None:
    """Record for `./pulumiw timeline` what an `up` changed. Never fails: the stack is up whatever happens here."""
    began, operations = operations_of(events)
    if not operations:
        return
    try:
        resources = deployment(prepared).get("resources") or []
        write(place_of(prepared.stack), began, operations, dependencies_of(resources))
    except OSError as error:
        say(f"pulumiw: the timeline of this `up` is not kept: {sentence_of(error)}")


def _remember_selection(prepared: Prepared) -> None:
    """Save the selected stack: Pulumi keeps one selection per backend, but a user works on one stack at a time."""
    project = prepared.stack.project
    backend = prepared.environment.get("PULUMI_BACKEND_URL") or project.chosen_backend or project.login
    selected = project.selection(backend, prepared.environment)
    record = prepared.layout.selected_stack
    if selected is None:
        record.unlink(missing_ok=True)
    else:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(selected + "\n", encoding="utf-8")
