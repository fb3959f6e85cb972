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
# What the language host and the program import: the SDKs, and pydantic's parts, which it would load when they are used.
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
# What the providers import, which the engine starts when the program has begun.
_THEN = (
    "offline.plugins.main",
    "offline.plugins.confluentcloud.provider",
    "offline.plugins.random.provider",
)


def _wait_for_request(asked: socket.socket) -> tuple[dict[str, Any], socket.socket]:
    """Return in a fork, with what it is to be; the process itself ends here when nobody is left who could ask.

    Between requests it imports what is left to import.
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
    with launcher.makefile("rb") as lines:  # its buffer takes nothing of what comes next: that waits for the answer
        return json.loads(lines.readline()), launcher


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Import, then wait; each fork runs the module that its launcher asks for."""
    signal.signal(signal.SIGCHLD, _reap)
    gc.disable()  # a fifth of the time that imports take
    for module in _FIRST:
        importlib.import_module(module)
    wanted, launcher = _wait_for_request(socket.socket(fileno=int(sys.argv[1])))
    gc.freeze()  # to look through what all forks share would copy it
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    launcher.send(b".")
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    with suppress(OSError):  # for `ps`: the command line is the warm process's
        Path("/proc/self/comm").write_text(wanted["module"].rpartition(".")[2], encoding="ascii")
    parent.adopt(wanted["engine"], launcher)
    sys.argv = [wanted["module"], *wanted["arguments"]]
    runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)


main()
