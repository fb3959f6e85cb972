"""Finds the processes of a clone's local cloud and of its `pulumi` commands, also those that a crash has left.

Both are started with a mark in their environment, which every child inherits: unlike a file with a process id it cannot
go stale, and unlike a name it cannot mean another clone's.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.processes import marked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARK = "PULUMIW_LOCAL_CLOUD"
_POLL_SECONDS = 0.05


def mark_of(state: Path) -> str:
    """Return the environment variable that marks a process of the cloud whose state is in ``state``."""
    return f"{MARK}={state}"


def marked_processes(state: Path) -> set[int]:
    """Return the ids of all processes of the cloud whose state is in ``state``, without this one."""
    return {process for process, rest in marked(mark_of(state)).items() if not rest} - {os.getpid()}


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
