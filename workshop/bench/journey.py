"""A developer's day: from a stopped cloud to the first vector, an `up` without changes, memory, `destroy`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import psutil

from workshop.bench.measure import Figure, Place, seconds
from workshop.clone import Clone

RUNS = 3
NO_OP_RUNS = 5


def resident_megabytes(clone: Clone) -> float:
    """Return the local cloud's resident memory, shared pages counted once per process as Linux reports them."""
    processes = json.loads(clone.ok("cloud", "status", "--json"))["processes"]
    resident: int = sum(psutil.Process(process["pid"]).memory_info().rss for process in processes)
    return resident / 1e6


def train(clone: Clone) -> None:
    """Have Java write the archives for later starts: at the end of the first run that has done a whole ``up``."""
    clone.ok("up", "--yes", "--skip-preview")
    clone.ok("destroy", "--yes", "--skip-preview")
    clone.ok("cloud", "stop")


def measure() -> list[Figure]:
    """Measure on a fresh clone, after its tools have been installed and its archives written."""
    first_vector: list[float] = []
    no_op: list[float] = []
    no_op_with_preview: list[float] = []
    preview: list[float] = []
    memory: list[float] = []
    destroy: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        clone.ok("version")
        try:
            train(clone)
            for _ in range(RUNS):
                clone.ok("cloud", "stop")
                first_vector.append(seconds(lambda: clone.ok("up", "--yes", "--skip-preview")))
                again = ("up", "--yes", "--skip-preview", "--expect-no-changes")
                no_op.extend(seconds(lambda: clone.ok(*again)) for _ in range(NO_OP_RUNS))  # noqa: B023 - called at once
                no_op_with_preview.append(seconds(lambda: clone.ok("up", "--yes", "--expect-no-changes")))
                preview.append(seconds(lambda: clone.ok("preview", "--expect-no-changes")))
                memory.append(resident_megabytes(clone))
                destroy.append(seconds(lambda: clone.ok("destroy", "--yes", "--skip-preview")))
        finally:
            clone.remove()
    lengths = {
        "stopped local cloud to first vectors shown": first_vector,
        "`up --skip-preview` with nothing to do": no_op,
        "`up` with nothing to do": no_op_with_preview,
        "`preview` with nothing to do": preview,
        "`destroy`": destroy,
    }
    return [
        *(Figure(name=name, unit="s", values=taken, place=Place("Seconds", name)) for name, taken in lengths.items()),
        Figure(name="local cloud, resident", unit="MB", values=memory),
    ]
