"""`./pulumiw up --yes -s a -s b`: one command on several stacks concurrently; each line is prefixed by its stack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request, several_stacks, without_stacks
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.setup.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from toolchain.frontdoor.hall.layout import Layout

_MEANT_FOR_SEVERAL = frozenset({"up", "preview", "refresh", "destroy", "verify"})
_ASKS = frozenset({"up", "refresh", "destroy"})
_DECIDED = frozenset({"--yes", "-y", "--preview-only"})
_SIGNAL_BASE = 128  # a shell's exit status for a program that a signal ended
_writing = threading.Lock()


def _check(command: str, arguments: Sequence[str], stacks: Sequence[str]) -> None:
    if command not in _MEANT_FOR_SEVERAL:
        raise Failure(
            f"`{command}` works on one stack: several (-s {' -s '.join(stacks)}) are for"
            f" {', '.join(sorted(_MEANT_FOR_SEVERAL))}."
        )
    if len(set(stacks)) < len(stacks):
        raise Failure(f"A stack is named twice in -s {' -s '.join(stacks)}: name each once.")
    if command in _ASKS and not _DECIDED & set(arguments):
        raise Failure(f"`{command}` of several stacks cannot ask for each: add --yes, or see `preview` first.")


def _copy(stack: str, width: int, child: subprocess.Popen[str]) -> None:
    for line in child.stdout or ():
        with _writing:
            sys.stdout.write(f"{stack:<{width}} | {line.rstrip()}\n")
            sys.stdout.flush()


def run_several(layout: Layout, arguments: Sequence[str]) -> int:
    """Run a command on each stack that ``arguments`` name, wait for all, and return the highest exit status."""
    stacks, shared = several_stacks(arguments), without_stacks(arguments)
    command = Request(tuple(shared)).command
    _check(command, shared, stacks)
    # The set-up runs once per stack and sequentially: the processes below would all wait for its locks.
    for stack in stacks:
        prepare(layout, Request((command, "--stack", stack)), needs_cloud=True)
    statuses = _side_by_side([sys.executable, str(layout.project / "pulumiw"), *shared], stacks)
    for stack, status in statuses.items():
        if status:
            say(f"pulumiw: {command} of stack {stack} failed (exit status {status}).")
    return max(statuses.values())


def _side_by_side(argv: Sequence[str], stacks: Sequence[str]) -> dict[str, int]:
    children: dict[str, subprocess.Popen[str]] = {}

    def forward(number: int, _: FrameType | None) -> None:
        # A terminal's Ctrl-C has reached the children already, and a second one makes `pulumi` abort without cleanup.
        if number != signal.SIGINT or not sys.stdin.isatty():
            for child in children.values():
                child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        width = max(map(len, stacks))
        copies = []
        for stack in stacks:
            child = children[stack] = subprocess.Popen(  # noqa: S603 - this very program
                [*argv, "--stack", stack],
                env=dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            copies.append(threading.Thread(target=_copy, args=(stack, width, child)))
            copies[-1].start()
        statuses = {stack: child.wait() for stack, child in children.items()}
        for copy in copies:
            copy.join()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return {stack: status if status >= 0 else _SIGNAL_BASE - status for stack, status in statuses.items()}
