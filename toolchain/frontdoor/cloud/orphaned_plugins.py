"""Ends the plugins of a `pulumi` that was killed.

The official ones outlive their engine by five minutes, in which they may still carry out what it has asked for. Every
plugin inherits a mark from `pulumi` that names the clone and the `pulumiw` it runs under.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.own_processes import send
from toolchain.frontdoor.hall.processes import marked, program_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_RUN = "PULUMIW_RUN"
_CLI = "pulumi"
_UNDO_SECONDS = 1.0  # the bundled plugins see by themselves that their engine is gone, and delete what nobody hears of
_GRACE_SECONDS = 12.0
_POLL_SECONDS = 0.05


def mark_of_run(project: Path) -> dict[str, str]:
    """Return the environment variable that marks what is started under this process."""
    return {_RUN: f"{project}#{os.getpid()}"}


def end_orphaned_plugins(project: Path) -> int:
    """End the plugins of every killed `pulumi` of this clone, and return how many there were."""
    runs = _runs(project)
    in_use = {run for run in runs.values() if program_of(run)} | {
        run for one, run in runs.items() if program_of(one) == _CLI
    }
    return _end(project, {run for run in runs.values() if run not in in_use})


def end_own_plugins(project: Path) -> None:
    """End what a `pulumi` that was killed under this very process has left."""
    _end(project, {os.getpid()})


def _runs(project: Path) -> dict[int, int]:
    """Return which front door each process of this clone was started under."""
    found = marked(f"{_RUN}={project}#")
    return {process: int(run) for process, run in found.items() if run.isdecimal()}


def _end(project: Path, runs: Collection[int]) -> int:
    def left() -> set[int]:
        found = _runs(project).items() if runs else ()
        return {process for process, run in found if run in runs and process != os.getpid() and program_of(process)}

    first = left()
    for number, seconds in ((None, _UNDO_SECONDS), (signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, _GRACE_SECONDS)):
        if number is not None:
            send(left(), number)
        deadline = time.monotonic() + seconds
        while left() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    return len(first)
