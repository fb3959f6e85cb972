"""The process that started a plugin, which the plugin does not outlive."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_adopted: list[tuple[int, socket.socket]] = []


def adopt(engine: int, launcher: socket.socket) -> None:
    """Tell a fork of the warm process who it is there for: the engine's process, by its id, and the launcher.

    ``launcher``: the connection over which it passes on its signals, a byte each.
    """
    _adopted.append((engine, launcher))


def watch_parent(gone: Callable[[], None]) -> None:
    """Call ``gone`` from a thread of its own as soon as the process that started this one has ended."""
    wait = partial(_wait_for_either, *_adopted[0]) if _adopted else partial(_wait_for_end, os.getppid())

    def watch() -> None:
        wait()
        gone()

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()


def _wait_for_end(parent: int) -> None:
    if sys.platform == "linux":
        # Not PR_SET_PDEATHSIG: that signal comes when the *thread* that forked ends, and Go ends threads.
        with contextlib.suppress(OSError):
            _readable(os.pidfd_open(parent))
            return
    while os.getppid() == parent:
        time.sleep(1)


def _wait_for_either(engine: int, launcher: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the engine has ended before
        ended = os.pidfd_open(engine)
        while ended not in _readable(ended, launcher.fileno()):
            number = launcher.recv(1)
            if not number:
                return
            os.kill(os.getpid(), number[0])


def _readable(*descriptors: int) -> set[int]:
    """Wait until one of these has something to read, or has ended."""
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poller.poll()}
