"""Children of a local cloud that a crash has left, found by a mark in their environment.

The front door marks the local cloud that it starts in the same way (``toolchain.frontdoor.cloud.own_processes``), and
so finds the children too. A mark cannot go stale, as a file with a process id can.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARK = "PULUMIW_LOCAL_CLOUD"
_GRACE_SECONDS = 10.0


def end_orphans(state: Path) -> None:
    """End what still runs for ``state``, except this process and those that it descends from: they may be marked."""
    own = psutil.Process()
    spared = {own.pid, *(process.pid for process in own.parents())}
    orphans = [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(MARK) == str(state) and process.pid not in spared
    ]
    for process in orphans:
        _signal(process, psutil.Process.terminate)
    _, left = psutil.wait_procs(orphans, _GRACE_SECONDS)
    for process in left:
        _signal(process, psutil.Process.kill)
    psutil.wait_procs(left, _GRACE_SECONDS)


def _signal(process: psutil.Process, send: Callable[[psutil.Process], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        send(process)
