"""``python -m offline.plugins.warm FD``; see the package."""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from offline.plugins import parent

_STREAMS = 3
# Imports of the language host and the program: the SDKs, and the parts of pydantic that are imported lazily.
_FIRST = (
    "pulumi",
    "pulumi_confluentcloud",
    "pulumi_random",
    "pydantic.functional_validators",
    "pydantic.main",
    "pydantic.types",
    "offline.plugins.language.host",
    "offline.plugins.language.program",
)
# Imports of the providers, which the engine starts later than the program.
_THEN = (
    "offline.plugins.main",
    "offline.plugins.confluentcloud.provider",
    "offline.plugins.random.provider",
)


def _wait_for_request(asked: socket.socket) -> tuple[dict[str, Any], socket.socket]:
    """Wait for a request; return in a fork, with the request and the connection to its launcher.

    The fork server itself never returns: it exits when no process can send requests any more. Between requests it
    imports the modules of the providers.
    """
    left = list(_THEN)
    while True:
        while left and not select.select([asked], [], [], 0)[0]:
            importlib.import_module(left.pop(0))
        said, descriptors, _, _ = socket.recv_fds(asked, 1, _STREAMS + 1)
        if not said:
            os._exit(0)
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    asked.close()
    for number, descriptor in enumerate(descriptors[:_STREAMS]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    launcher = socket.socket(fileno=descriptors[_STREAMS])
    launcher.set_inheritable(False)
    with launcher.makefile(
        "rb"
    ) as lines:  # its buffer cannot swallow signals: the launcher sends them after the response
        return json.loads(lines.readline()), launcher


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Import, then wait; each fork runs the module that its launcher asks for."""
    signal.signal(signal.SIGCHLD, _reap)
    gc.disable()  # saves a fifth of the imports' time
    for module in _FIRST:
        importlib.import_module(module)
    wanted, launcher = _wait_for_request(socket.socket(fileno=int(sys.argv[1])))
    gc.freeze()  # a collection would write to, and so copy, the memory that all forks share
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    launcher.send(b".")
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    with suppress(OSError):  # for `ps`, which shows the command line of the fork server
        Path("/proc/self/comm").write_text(wanted["module"].rpartition(".")[2], encoding="ascii")
    parent.set_owner(wanted["engine"], launcher)
    sys.argv = [wanted["module"], *wanted["arguments"]]
    runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)


main()
