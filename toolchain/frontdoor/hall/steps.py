"""Runs long set-up steps concurrently. Each runs programs, shows its progress, and fails with one sentence."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.progress import Progress
from toolchain.frontdoor.hall.terminal import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from toolchain.frontdoor.hall.tools import Tool

# The programs (pip, Maven, Go) have no common exit status for these, so their output is searched.
_NO_SPACE = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_NO_NETWORK = re.compile(
    r"connection refused|connection reset|timed? ?out|name resolution|no such host|unknown host|unreachable"
    r"|could not transfer|max retries|failed to establish|newconnectionerror|proxyerror|tls handshake|sslerror"
    r"|no matching distribution|bad gateway|service unavailable",
    re.IGNORECASE,
)
_LINES_SHOWN = 15
_LINES_SEARCHED = 200


@dataclass
class Workbench:
    """Runs a step's programs, their output in ``log``; terminates them if another step fails or the user interrupts.

    ``registry``: label of the package registry that the step downloads from, for error messages. ``detail``: shows what
    the step is doing now. ``note``: what is said when it is done, such as where its result is from.
    """

    name: str
    log: Path
    registry: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    detail: Callable[[str], None] = field(default=lambda _: None, repr=False)
    note: str = ""
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)
    _cancelled: bool = False

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        follow: Callable[[str], str] | None = None,
    ) -> None:
        """Run a program to its end; raises :class:`Failure` with the reason if its exit status is not 0.

        ``follow``: returns what a line of the program's output says about its progress, ``""`` for any other line.
        """
        if self._cancelled:
            raise Failure(f"{self.name}: interrupted.")
        child = subprocess.Popen(  # noqa: S603 - the step's own argv, no shell
            [str(part) for part in argv],
            cwd=cwd,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._running.append(child)
        last = self._copy(child, follow or (lambda _: ""))
        if child.wait() != 0:
            raise Failure(self._reason(last))

    def _copy(self, child: subprocess.Popen[bytes], follow: Callable[[str], str]) -> deque[str]:
        """Copy the program's output to the log, and return the last lines that are not about its progress."""
        last: deque[str] = deque(maxlen=_LINES_SEARCHED)
        with self.log.open("ab", buffering=0) as log, child:
            for raw in child.stdout or ():
                log.write(raw)
                line = raw.decode(errors="replace").rstrip()
                if progress := follow(line):
                    self.detail(progress)
                elif line:
                    last.append(line)
        self.detail("")
        return last

    def cancel(self) -> None:
        """Terminate the running programs, and refuse to start others."""
        self._cancelled = True
        for child in self._running:
            if child.poll() is None:
                child.terminate()

    def _reason(self, last: Sequence[str]) -> str:
        said = "\n".join(last)
        if _NO_SPACE.search(said):
            return f"{self.name}: the disk is full. Free some space and run the command again; the log is {self.log}."
        if _NO_NETWORK.search(said):
            return (
                f"{self.name}: {self.registry} is out of reach, or lacks a package that is asked for. Check the network"
                f" (proxy, mirror) and run the command again; the log is {self.log}."
            )
        tail = "\n".join(f"  {line}" for line in [*last][-_LINES_SHOWN:])
        return f"{self.name} failed; the log is {self.log} and ends with:\n{tail}"


@dataclass(frozen=True)
class Step:
    """A step of the set-up. ``make`` is atomic: it leaves the complete result or nothing.

    ``slug``: name of its log file. ``registry``: as in :class:`Workbench`. ``tools``: programs that it needs.
    ``warning``: what is said before a step that takes minutes.
    """

    name: str
    slug: str
    registry: str
    tools: tuple[Tool, ...]
    make: Callable[[Workbench], None]
    warning: str = ""


@contextmanager
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel releases it when the lock holder dies.

    ``waiting``: called once if another process holds the lock, before waiting for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_side_by_side(steps: Sequence[Step], logs: Path) -> None:
    """Run all steps concurrently; the first failure terminates the others and is raised. Prints nothing without steps.

    ``logs``: folder of the steps' logs.
    """
    if not steps:
        return
    logs.mkdir(parents=True, exist_ok=True)
    try:
        for step in steps:
            if step.warning:
                say(step.warning)
        failures = _run(steps, logs)
    except KeyboardInterrupt:
        say("\n  Interrupted: run the command again, and the set-up continues with what is missing.")
        raise
    if failures:
        raise failures[0]


def _run(steps: Sequence[Step], logs: Path) -> list[Failure]:
    """Run all steps concurrently, and return what failed, the first failure first."""
    failures: list[Failure] = []
    with Progress([step.name for step in steps]) as progress:
        benches = [_bench(step, logs, progress) for step in steps]

        def work(step: Step, bench: Workbench) -> None:
            failure = _attempt(step, bench)
            if failure is None:
                progress.done(step.name, bench.note)
                return
            failures.append(failure)
            _cancel(benches)

        # Daemon threads: after Ctrl-C this process exits without waiting for the programs that it terminated.
        pairs = zip(steps, benches, strict=True)
        threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in pairs]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            _cancel(benches)
            raise
    return failures


def _bench(step: Step, logs: Path, progress: Progress) -> Workbench:
    bench = Workbench(step.name, logs / f"{step.slug}.log", step.registry)
    bench.detail = partial(progress.detail, step.name)
    return bench


def _attempt(step: Step, bench: Workbench) -> Failure | None:
    try:
        bench.log.write_bytes(b"")
        step.make(bench)
    except Failure as failure:
        return failure
    except OSError as error:
        return Failure(f"{step.name}: {sentence_of(error)}")
    return None


def _cancel(benches: Iterable[Workbench]) -> None:
    for bench in benches:
        bench.cancel()
