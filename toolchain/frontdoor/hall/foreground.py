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
    """Replace this process by a program (``exec``), which then owns the terminal: signals, streams, exit status."""
    os.chdir(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], [str(part) for part in argv], environment)  # noqa: S606 - the chosen program, no shell wanted


def run(
    argv: Sequence[str | Path], environment: Mapping[str, str], folder: Path, *, inherited: Sequence[int] = ()
) -> int:
    """Run a program to its end and return its exit status, 128 + N if signal N ended it.

    ``inherited``: file descriptors that the program inherits. SIGINT, SIGTERM and SIGHUP are forwarded, with one
    exception: a terminal sends Ctrl-C to the program as well as to this process, and a second SIGINT would make
    `pulumi` abort without cleanup. Without a terminal SIGINT reaches this process alone, and is forwarded once.
    """
    child: subprocess.Popen[bytes] | None = None
    pending: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and (sys.stdin.isatty() or number in pending):
            return
        pending.append(number)
        if child is not None and child.poll() is None:
            child.send_signal(number)

    # Set before the start: a signal that arrives while the program starts would otherwise end this process alone.
    forwarded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, forward) for number in forwarded}
    try:
        child = subprocess.Popen(  # noqa: S603 - no shell
            [str(part) for part in argv], env=dict(environment), cwd=folder, pass_fds=inherited
        )
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else _SIGNAL_BASE - status
