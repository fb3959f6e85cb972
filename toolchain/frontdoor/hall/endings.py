"""How a program that prints as it reads is ended from outside."""

from __future__ import annotations

import os
import signal
import sys


def interrupt_on_sigterm() -> None:
    """Let SIGTERM raise :class:`KeyboardInterrupt`, as Ctrl-C does: what was begun is then cleaned up."""
    signal.signal(signal.SIGTERM, _interrupt)


def drop_output() -> None:
    """Send standard output nowhere: its reader, such as `| head`, has ended, and Python flushes it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
