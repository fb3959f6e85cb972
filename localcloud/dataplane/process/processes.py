"""The child processes of the local cloud: logs, marks, and cleanup however this process ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from localcloud.dataplane.interface import DataPlaneError, ProcessInfo
from localcloud.dataplane.process import die_with_parent
from localcloud.dataplane.process.log_capture import Output
from localcloud.dataplane.process.orphans import MARK, end_orphans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_OUTPUT_SECONDS = 2.0
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class ProcessHost:
    """Starts named child processes; safe to use from several threads.

    ``state/logs/NAME.log`` has what the running child prints, up to 8 MiB (what was printed before, also by older runs:
    ``.1``, ``.2``, ...). Every child has a mark in its environment that names ``state``, by which those that outlived a
    crash are found and ended. Whoever makes a host holds the folder (:mod:`localcloud.state_claim`).
    """

    def __init__(self, state: Path) -> None:
        """Take over ``state``; :class:`DataPlaneError` if it cannot be written."""
        self._logs, self._mark = state / "logs", {MARK: str(state)}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._outputs: dict[str, Output] = {}
        self._lock = threading.RLock()
        try:
            self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DataPlaneError(f"The state folder {state} cannot be used: {error.strerror}.") from error
        self._forker = ThreadPoolExecutor(1, thread_name_prefix="forker")
        end_orphans(state)

    def start(self, name: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start ``argv`` (``env`` is added to this process's own) in a session of its own, output to its log.

        A running child of that name is stopped first. :class:`DataPlaneError` if the program does not exist or a file
        cannot be written. Pass secrets in ``env``: arguments are visible to every user of the machine.
        """
        if not _NAME.fullmatch(name):
            raise DataPlaneError(f"{name!r} cannot name a process: use a-z, 0-9 and '-'.")
        program = shutil.which(argv[0])
        if program is None:
            raise DataPlaneError(f"The program {argv[0]} was not found: install it or put it on PATH.")
        with self._lock:
            self.stop(name)
            try:
                child = self._spawn(name, [program, *argv[1:]], {**os.environ, **(env or {}), **self._mark})
            except OSError as error:
                raise DataPlaneError(f"{name} could not be started: {error.strerror} ({self._logs}).") from error
            self._children[name] = child
            return child

    def _spawn(self, name: str, argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        # -I -S: no settings of the user's for Python, and no time spent on site-packages.
        launcher = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid()), *argv]
        # Forked by one thread that lives as long as this process: the parent-death signal is bound to a thread.
        child = self._forker.submit(
            subprocess.Popen,
            launcher,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,  # Ctrl-C reaches this process alone, which stops its children in order
        ).result()
        assert child.stdout is not None  # noqa: S101 - it is a pipe
        try:
            self._outputs[name] = Output(child.stdout, self.log(name))
        except OSError:
            child.kill()
            child.wait()
            raise
        return child

    def stop(self, name: str, grace: float = 10.0) -> None:
        """End that child: SIGTERM, after ``grace`` seconds SIGKILL. No effect if there is none."""
        with self._lock:
            child = self._children.pop(name, None)
        if child is None:
            return
        child.terminate()
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._await_output(name)

    def is_alive(self, name: str) -> bool:
        """Whether that child was started and has not ended."""
        with self._lock:
            child = self._children.get(name)
        return child is not None and _runs(child)

    def infos(self) -> list[ProcessInfo]:
        """Every living child, by name."""
        with self._lock:
            children = sorted(self._children.items())
        found = []
        for name, child in children:
            try:
                resident = psutil.Process(child.pid).memory_info().rss
            except psutil.Error:
                continue
            if _runs(child):
                found.append(ProcessInfo(name=name, pid=child.pid, resident_bytes=resident))
        return found

    def log(self, name: str) -> Path:
        """Return the log file of the current child of that name."""
        return self._logs / f"{name}.log"

    def log_tail(self, name: str, lines: int = 20) -> str:
        """Return the last lines of that log, for an error message."""
        # The last lines of a child that has ended may still be in the pipe.
        if not self.is_alive(name):
            self._await_output(name)
        try:
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def close(self) -> None:
        """Stop every child, the youngest first."""
        with self._lock:
            names = list(reversed(self._children))
        for name in names:
            self.stop(name)
        self._forker.shutdown()

    def _await_output(self, name: str) -> None:
        output = self._outputs.get(name)
        if output is not None:
            output.join(_OUTPUT_SECONDS)


def _runs(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has not ended. While another thread waits for it, ``poll`` cannot know and says ``None``."""
    if child.poll() is not None:
        return False
    with suppress(psutil.NoSuchProcess):
        if psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            return True
    child.wait()  # for its last threads, which still hold its ports
    return False
