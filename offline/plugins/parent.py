"""Watches the process that started a plugin: a plugin must end with it, even if it is killed."""

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

_owners: list[tuple[int, socket.socket]] = []


def set_owner(engine: int, launcher: socket.socket) -> None:
    """Set whom a fork of the fork server belongs to, since its parent is not the process that started the plugin.

    ``engine``: process id of the engine. ``launcher``: connection to the launcher, which forwards signals, a byte each.
    """
    _owners.append((engine, launcher))


def watch_parent(gone: Callable[[], None]) -> None:
    """Call ``gone`` in a thread of its own as soon as the process that started this one has ended."""
    wait = partial(_wait_for_either, *_owners[0]) if _owners else partial(_wait_for_end, os.getppid())

    def watch() -> None:
        wait()
        gone()

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()


def _wait_for_end(parent: int) -> None:
    if sys.platform == "linux":
        # Not PR_SET_PDEATHSIG: its signal is sent when the *thread* that forked ends, and Go ends threads.
        with contextlib.suppress(OSError):
            _readable(os.pidfd_open(parent))
            return
    while os.getppid() == parent:
        time.sleep(1)


def _wait_for_either(engine: int, launcher: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the engine has ended already
        ended = os.pidfd_open(engine)
        while ended not in _readable(ended, launcher.fileno()):
            number = launcher.recv(1)
            if not number:
                return
            os.kill(os.getpid(), number[0])


def _readable(*descriptors: int) -> set[int]:
    """Wait until at least one descriptor is readable (of a process: has ended), and return these."""
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poller.poll()}
