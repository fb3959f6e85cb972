"""Finds the processes of a clone's local cloud, also those that a crash has left without a parent.

The cloud is started with a mark in its environment, which every child inherits: unlike a file with a process id it
cannot go stale, and unlike a name it cannot mean another clone's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "PULUMIW_LOCAL_CLOUD"
_POLL_SECONDS = 0.05
_HAS_PROC = Path("/proc/self/environ").exists()  # Linux; elsewhere `ps` tells


def mark_of(state: Path) -> str:
    """Return the environment variable that marks a process of the cloud whose state is in ``state``."""
    return f"{MARK}={state}"


def _has_mark(process: str, mark: str) -> bool:
    try:
        environment = Path("/proc", process, "environ").read_bytes()
    except OSError:  # gone by now, or another user's
        return False
    return mark.encode() in environment.split(b"\0")


def _in_proc(mark: str) -> set[int]:
    names = (entry.name for entry in Path("/proc").iterdir())
    return {int(name) for name in names if name.isdigit() and _has_mark(name, mark)}


def _in_ps(mark: str) -> set[int]:
    listed = subprocess.run(["ps", "-axwwE", "-o", "pid=,command="], capture_output=True, text=True, check=False)  # noqa: S607
    return {int(line.split(None, 1)[0]) for line in listed.stdout.splitlines() if f" {mark}" in line}


def is_marked(process: int, state: Path) -> bool:
    """Whether ``process`` runs and belongs to the cloud whose state is in ``state``."""
    return _has_mark(str(process), mark_of(state)) if _HAS_PROC else process in _in_ps(mark_of(state))


def marked_processes(state: Path) -> set[int]:
    """Return the ids of all processes of the cloud whose state is in ``state``."""
    found = _in_proc(mark_of(state)) if _HAS_PROC else _in_ps(mark_of(state))
    return found - {os.getpid()}


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


def end_all(state: Path, leader: int | None, seconds: float) -> bool:
    """End every process of the cloud, its leader first, which stops the others in order; whether any was killed."""
    deadline = time.monotonic() + seconds
    first = marked_processes(state)
    _signal({leader} & first if leader in first else first, signal.SIGTERM)
    while (left := marked_processes(state)) and time.monotonic() < deadline:
        if leader is not None and leader not in left:
            _signal(left, signal.SIGTERM)  # orphans of a crash
        time.sleep(_POLL_SECONDS)
    _signal(left, signal.SIGKILL)
    while marked_processes(state):
        time.sleep(_POLL_SECONDS)
    return bool(left)
