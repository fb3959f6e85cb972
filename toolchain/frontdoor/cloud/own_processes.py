"""Finds the processes of a clone's local cloud and of its `pulumi` commands, also those that a crash has left.

Both are started with a mark in their environment, which every child inherits: unlike a file with a process id it cannot
go stale, and unlike a name it cannot mean another clone's.
"""

from __future__ import annotations

import os
import re
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


def _environment(process: str) -> list[bytes]:
    try:
        return Path("/proc", process, "environ").read_bytes().split(b"\0")
    except OSError:  # gone by now, or another user's
        return []


def _has_mark(process: str, mark: str) -> bool:
    return mark.encode() in _environment(process)


def _processes() -> list[str]:
    return [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _in_proc(mark: str) -> set[int]:
    return {int(name) for name in _processes() if _has_mark(name, mark)}


def _listed_by_ps() -> list[tuple[int, str]]:
    listed = subprocess.run(["ps", "-axwwE", "-o", "pid=,command="], capture_output=True, text=True, check=False)  # noqa: S607
    lines = (line.split(None, 1) for line in listed.stdout.splitlines())
    return [(int(process), said) for process, said in lines]


def _in_ps(mark: str) -> set[int]:
    return {process for process, said in _listed_by_ps() if f" {mark}" in said}


def numbers_after(mark: str) -> dict[int, int]:
    """Return the number that stands after ``mark`` (``NAME=beginning``) in the environment of each process with one."""
    wanted = re.compile(re.escape(mark) + r"(\d+)")
    if not _HAS_PROC:
        found = ((process, wanted.search(said)) for process, said in _listed_by_ps())
        return {process: int(match[1]) for process, match in found if match}
    numbers = {}
    for name in _processes():
        for variable in _environment(name):
            if match := wanted.fullmatch(variable.decode(errors="replace")):
                numbers[int(name)] = int(match[1])
    return numbers


def is_marked(process: int, state: Path) -> bool:
    """Whether ``process`` runs and belongs to the cloud whose state is in ``state``."""
    return _has_mark(str(process), mark_of(state)) if _HAS_PROC else process in _in_ps(mark_of(state))


def marked_processes(state: Path) -> set[int]:
    """Return the ids of all processes of the cloud whose state is in ``state``."""
    found = _in_proc(mark_of(state)) if _HAS_PROC else _in_ps(mark_of(state))
    return found - {os.getpid()}


def send(processes: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those that are still there."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


def end_all(state: Path, leader: int | None, seconds: float) -> bool:
    """End every process of the cloud, its leader first, which stops the others in order; whether any was killed."""
    deadline = time.monotonic() + seconds
    first = marked_processes(state)
    send({leader} & first if leader in first else first, signal.SIGTERM)
    while (left := marked_processes(state)) and time.monotonic() < deadline:
        if leader is not None and leader not in left:
            send(left, signal.SIGTERM)  # orphans of a crash
        time.sleep(_POLL_SECONDS)
    send(left, signal.SIGKILL)
    while marked_processes(state):
        time.sleep(_POLL_SECONDS)
    return bool(left)
