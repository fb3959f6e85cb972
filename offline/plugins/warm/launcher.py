"""``launcher.py MODULE ARGUMENTS``: the program that the engine starts as a plugin if there is a fork server.

It is a proxy of the fork that it requests: it forwards signals, and ends with the fork. It imports little, and is run
as a file, because the import of its package would take longer than everything else.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys


def ask(module: str, arguments: list[str]) -> socket.socket | None:
    """Return the connection to a fork that runs ``module``, or ``None`` if there is none."""
    here, there = socket.socketpair()
    try:
        with socket.socket(fileno=int(os.environ.pop("PULUMIW_WARM"))) as warm, there:
            socket.send_fds(warm, [b"."], [0, 1, 2, there.fileno()])
        wanted = {
            "module": module,
            "arguments": arguments,
            "environment": dict(os.environ),
            "folder": os.getcwd(),  # noqa: PTH109 - pathlib is half of this script's start
            "engine": os.getppid(),
        }
        here.sendall(json.dumps(wanted).encode() + b"\n")
        is_there = here.recv(1)
    except (OSError, ValueError):
        return None
    return here if is_there else None


def main() -> None:
    """Forward signals to the fork until it ends; without a fork, run the plugin in this process."""
    module, *arguments = sys.argv[1:]
    fork = ask(module, arguments)
    if fork is None:
        os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])  # noqa: S606 - no shell wanted
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: fork.send(bytes([number])))
    for stream in (0, 1, 2):
        os.close(stream)  # the engine must see these streams end with the fork, not with the launcher
    fork.recv(1)
    os._exit(0)


main()
