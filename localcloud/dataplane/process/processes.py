"""The child processes of the local cloud: logs, pid files, and cleanup however this process ends."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING

import psutil

from localcloud.dataplane.interface import DataPlaneError, ProcessInfo
from localcloud.dataplane.process import die_with_parent
from localcloud.dataplane.process.log_capture import Output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_OUTPUT_SECONDS = 2.0
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
# Seconds: psutil computes start times from the boot time, which shifts when the clock is adjusted.
_START_TOLERANCE_SECONDS = 2.0


class ProcessHost:
    """Starts named child processes; safe to use from several threads. One host per state folder, enforced by a lock.

    ``state/logs/NAME.log`` has the running child's output, up to 8 MiB (older output, also of older runs: ``.1``,
    ``.2``, ...). ``state/run/NAME.pid`` has its pid and start time: children that outlived a crash are recognised by
    both, because a pid alone may belong to another program by now.
    """

    def __init__(self, state: Path) -> None:
        """Lock ``state`` and end orphans in it; :class:`DataPlaneError` if it is locked or cannot be written."""
        self._logs, self._run = state / "logs", state / "run"
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._outputs: dict[str, Output] = {}
        self._lock = threading.RLock()
        try:
            for folder in (self._logs, self._run):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._claim = _claim(self._run / "lock")
        except OSError as error:
            raise DataPlaneError(f"The state folder {state} cannot be used: {error.strerror}.") from error
        self._forker = ThreadPoolExecutor(1, thread_name_prefix="forker")
        for pid_file in self._run.glob("*.pid"):
            _end_orphan(pid_file)

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
                child = self._spawn(name, [program, *argv[1:]], {**os.environ, **(env or {})})
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
        identity = {"pid": child.pid, "started": psutil.Process(child.pid).create_time()}
        self._pid_file(name).write_text(json.dumps(identity))
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
        self._pid_file(name).unlink(missing_ok=True)
        self._await_output(name)

    def is_alive(self, name: str) -> bool:
        """Whether that child was started and has not ended."""
        with self._lock:
            child = self._children.get(name)
        return child is not None and child.poll() is None

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
            if child.poll() is None:
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
        """Stop every child, the youngest first, and release the lock on the state folder."""
        with self._lock:
            names = list(reversed(self._children))
        for name in names:
            self.stop(name)
        self._forker.shutdown()
        self._claim.close()

    def _await_output(self, name: str) -> None:
        output = self._outputs.get(name)
        if output is not None:
            output.join(_OUTPUT_SECONDS)

    def _pid_file(self, name: str) -> Path:
        return self._run / f"{name}.pid"


def _claim(lock_file: Path) -> IO[str]:
    """Lock the state folder until this process ends: two hosts would end each other's children as orphans."""
    claim = lock_file.open("a+")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        claim.seek(0)
        holder = claim.read().strip()
        claim.close()
        raise DataPlaneError(
            f"Another local cloud (process {holder}) uses {lock_file.parent.parent}: stop it or choose another folder."
        ) from error
    claim.truncate(0)
    claim.write(str(os.getpid()))
    claim.flush()
    return claim


def _end_orphan(pid_file: Path) -> None:
    try:
        identity = json.loads(pid_file.read_text())
        process = psutil.Process(identity["pid"])
        if abs(process.create_time() - identity["started"]) < _START_TOLERANCE_SECONDS:
            process.terminate()
            try:
                process.wait(10)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(10)
    except (ValueError, KeyError, TypeError, psutil.Error):
        pass  # a pid file that the crash left incomplete, or a process that has ended
    pid_file.unlink(missing_ok=True)
