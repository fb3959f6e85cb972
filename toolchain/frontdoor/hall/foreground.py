"""Runs a program in the foreground, as a shell would: its streams, its signals, its exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import FrameType

_SIGNAL_BASE = 128  # a shell's exit status for a program that a signal ended


def replace_process(argv: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> NoReturn:
    """Replace this process by a program: nothing stands between it and the terminal."""
    os.chdir(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], [str(part) for part in argv], environment)  # noqa: S606 - the chosen program, no shell wanted


def run(
    argv: Sequence[str | Path], environment: Mapping[str, str], folder: Path, *, inherited: Sequence[int] = ()
) -> int:
    """Run a program to its end and return its exit status. ``inherited``: descriptors that it keeps.

    A terminal sends Ctrl-C to the program as well as to this process, so it is not passed on: a second one would make
    `pulumi` give up at once. Without a terminal it comes to this process alone, and is passed on once.
    """
    child: subprocess.Popen[bytes] | None = None
    pending: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and (sys.stdin.isatty() or number in pending):
            return
        pending.append(number)
        if child is not None and child.poll() is None:
            child.send_signal(number)

    passed = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, pass_on) for number in passed}
    try:
        child = subprocess.Popen(  # noqa: S603 - no shell
            [str(part) for part in argv], env=dict(environment), cwd=folder, pass_fds=inherited
        )
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else _SIGNAL_BASE - status
