"""CPU seconds of each part of the project during a measurement, and the peak of its memory."""

from __future__ import annotations

import resource
import threading
from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

_SECONDS = 0.2
_MEGABYTE = 1e6
UNSEEN = "too short to be seen"
ENGINE, OTHER = "Pulumi's engine", "other"
LOCAL_CLOUD = "local cloud"
"""How the names of its parts begin."""
_PLUGINS = "offline.plugins."
_MODULES = {
    "localcloud": f"{LOCAL_CLOUD}: Python",
    "rag.flink.Main": f"{LOCAL_CLOUD}: Flink",
    "rag.kafka.Broker": f"{LOCAL_CLOUD}: brokers",
    "offline.plugins.language": "language host, with the program",
    "offline.plugins.confluentcloud": "provider plugins",
    "offline.plugins.random": "provider plugins",
    "offline.plugins.warm": "what plugins are forked from",
}
_PROGRAMS = {
    "pulumi": ENGINE,
    "pulumiw": "front door",
    "pulumi-language-python": "language host, with the program",
    "pulumi-language-python-exec": "language host, with the program",
}


def part_of(argv: Sequence[str], name: str = "") -> str:
    """Return the part of the project that a process belongs to, by its command line, a forked plugin by its name."""
    for word in (f"{_PLUGINS}{name}", *argv) if f"{_PLUGINS}warm" in argv else argv:
        if word in _MODULES:
            return _MODULES[word]
    for word in argv[:2]:  # the program, or an interpreter's script
        name = PurePath(word).name
        if name in _PROGRAMS:
            return _PROGRAMS[name]
        if name.startswith("pulumi-resource-"):
            return "provider plugins"
    return OTHER


class Load:
    """Watches processes and the children of this one, with all descendants: ``with Load(pids) as load:``.

    ``cpu``: CPU seconds within the block, by part; ``peak_megabytes``: peak of the summed resident memory (pages that
    processes share are counted for each).
    """

    def __init__(self, roots: Sequence[int]) -> None:
        """``roots``: ids of processes that are running already."""
        self.cpu: dict[str, float] = {}
        self.peak_megabytes = 0.0
        self._roots = roots
        self._before: dict[tuple[int, float], float] = {}
        self._last: dict[tuple[int, float], tuple[str, float, bool]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._before = {key: seconds for key, (_, seconds, _) in self._last.items()}
        self._children = _seconds_of_children()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._look()
        cpu: defaultdict[str, float] = defaultdict(float)
        seen = 0.0
        for key, (part, seconds, is_child) in self._last.items():
            spent = seconds - self._before.get(key, 0.0)
            seen += spent if is_child else 0.0
            if spent:
                cpu[part] += spent
        cpu[UNSEEN] = max(0.0, _seconds_of_children() - self._children - seen)
        self.cpu = dict(cpu)

    def _watch(self) -> None:
        while not self._ended.wait(_SECONDS):
            self._look()

    def _look(self) -> None:
        resident = 0
        for process, is_child in self._processes():
            try:
                with process.oneshot():
                    spent = process.cpu_times()
                    key = (process.pid, process.create_time())
                    # An ended process has an empty command line; its part is then known from an earlier look.
                    part = part_of(process.cmdline(), process.name())
                    if part == OTHER and key in self._last:
                        part = self._last[key][0]
                    self._last[key] = (part, spent.user + spent.system, is_child)
                    resident += process.memory_info().rss
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        self.peak_megabytes = max(self.peak_megabytes, resident / _MEGABYTE)

    def _processes(self) -> Iterator[tuple[psutil.Process, bool]]:
        for root in self._roots:
            leader = psutil.Process(root)
            for process in (leader, *leader.children(recursive=True)):
                yield process, False
        for process in psutil.Process().children(recursive=True):
            yield process, True


def _seconds_of_children() -> float:
    """Return the CPU seconds of all children that have ended and were waited for, with their descendants."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
