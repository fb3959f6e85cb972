"""What this machine says of the local cloud, at a price: its state's bytes on disk, the ports of its processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil

from localcloud.control.core.kept import Kept
from localcloud.control.disk import usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

KEPT_SECONDS = 10.0


class Machine:
    """Answers for the status, which may be asked for every second."""

    def __init__(self, state: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._disk: Kept[Path, dict[str, int]] = Kept(KEPT_SECONDS, usage, clock)
        self._ports: Kept[tuple[int, ...], dict[int, list[int]]] = Kept(
            KEPT_SECONDS, lambda processes: {one: _ports(one) for one in processes}, clock
        )
        self._state = state

    def disk(self) -> dict[str, int]:
        """Bytes by part of the state folder, at most ten seconds old."""
        return self._disk.ask(self._state)

    def ports(self, processes: Iterable[int]) -> dict[int, list[int]]:
        """TCP ports that each of these processes listens on, at most ten seconds old."""
        return self._ports.ask(tuple(processes))


def _ports(process: int) -> list[int]:
    try:
        found = psutil.Process(process).net_connections("tcp")
    except psutil.Error:  # it has just ended
        return []
    return sorted({one.laddr.port for one in found if one.status == psutil.CONN_LISTEN})
