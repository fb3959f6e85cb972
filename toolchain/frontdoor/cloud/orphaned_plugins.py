"""Ends the plugins of a `pulumi` that was killed.

The official ones outlive their engine by five minutes, in which they may still carry out what it has asked for. Every
plugin inherits a mark from `pulumi` that names the clone and the `pulumiw` it runs under.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.own_processes import numbers_after, send

if TYPE_CHECKING:
    from collections.abc import Collection

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
    runs = numbers_after(f"{_RUN}={project}#")
    in_use = {run for run in runs.values() if _name(run)} | {run for one, run in runs.items() if _name(one) == _CLI}
    return _end(project, {run for run in runs.values() if run not in in_use})


def end_own_plugins(project: Path) -> None:
    """End what a `pulumi` that was killed under this very process has left."""
    _end(project, {os.getpid()})


def _end(project: Path, runs: Collection[int]) -> int:
    def left() -> set[int]:
        marked = numbers_after(f"{_RUN}={project}#").items() if runs else ()
        return {process for process, run in marked if run in runs and process != os.getpid() and _name(process)}

    first = left()
    for number, seconds in ((None, _UNDO_SECONDS), (signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, _GRACE_SECONDS)):
        if number is not None:
            send(left(), number)
        deadline = time.monotonic() + seconds
        while left() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    return len(first)


def _name(process: int) -> str:
    """Return the name of the program that a process runs; empty if it has ended, buried or not."""
    try:
        described = Path("/proc", str(process), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _name_by_ps(process)
    name, _, rest = described.partition("(")[2].rpartition(")")
    return "" if rest.split()[0] in {"Z", "X"} else name


def _name_by_ps(process: int) -> str:
    if Path("/proc/self").exists():
        return ""
    shown = subprocess.run(  # noqa: S603 - a fixed command
        ["ps", "-o", "stat=,comm=", "-p", str(process)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, program = shown.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else Path(program.strip()).name
