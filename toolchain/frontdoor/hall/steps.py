"""Long steps, side by side: each runs programs, shows that it lives, and fails with one sentence."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from toolchain.frontdoor.hall.tools import Tool

_NO_SPACE = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_NO_NETWORK = re.compile(
    r"connection refused|connection reset|timed? ?out|name resolution|no such host|unknown host|unreachable"
    r"|could not transfer|max retries|failed to establish|newconnectionerror|proxyerror|tls handshake|sslerror"
    r"|no matching distribution|bad gateway|service unavailable",
    re.IGNORECASE,
)
_LINES_SHOWN = 15


@dataclass
class Workbench:
    """Where a step runs its programs; ends them when another step fails or the user interrupts."""

    name: str
    log: Path
    registry: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)
    _cancelled: bool = False

    def run(self, argv: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        """Run a program to its end, its output in the log; :class:`Failure` says why it failed."""
        if self._cancelled:
            raise Failure(f"{self.name}: interrupted.")
        with self.log.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - the step's own argv, no shell
                [str(part) for part in argv],
                cwd=cwd,
                env={**self.environment, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._running.append(child)
        if child.wait() != 0:
            raise Failure(self._reason())

    def cancel(self) -> None:
        """End what is running; nothing more is started."""
        self._cancelled = True
        for child in self._running:
            if child.poll() is None:
                child.terminate()

    def _reason(self) -> str:
        said = self.log.read_text(encoding="utf-8", errors="replace")
        if _NO_SPACE.search(said):
            return f"{self.name}: the disk is full. Free some space and run the command again; the log is {self.log}."
        if _NO_NETWORK.search(said):
            return (
                f"{self.name}: {self.registry} is out of reach, or lacks a package that is asked for. Check the network"
                f" (proxy, mirror) and run the command again; the log is {self.log}."
            )
        tail = "\n".join(f"  {line}" for line in said.rstrip().splitlines()[-_LINES_SHOWN:])
        return f"{self.name} failed; the log is {self.log} and ends with:\n{tail}"


@dataclass(frozen=True)
class Step:
    """One thing to be made. ``make`` leaves either the whole of it or nothing."""

    name: str
    slug: str
    registry: str
    tools: tuple[Tool, ...]
    make: Callable[[Workbench], None]


@contextmanager
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a lock that the kernel gives back when its holder dies."""
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
    """Make every step; the first failure ends the others and is raised. Silent without steps."""
    if not steps:
        return
    logs.mkdir(parents=True, exist_ok=True)
    benches = [Workbench(step.name, logs / f"{step.slug}.log", step.registry) for step in steps]
    failures: list[Failure] = []
    with Progress([step.name for step in steps]) as progress:

        def work(step: Step, bench: Workbench) -> None:
            failure = _attempt(step, bench)
            if failure is None:
                progress.done(step.name)
                return
            failures.append(failure)
            _cancel(benches)

        # Daemons: an interrupted program ends without waiting for what it has told to end.
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
    if failures:
        raise failures[0]


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
