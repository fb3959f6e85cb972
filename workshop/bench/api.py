"""The API under load: many clients at once, who read most of the time and make and delete things now and then."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from workshop.bench.guests import Guests
from workshop.bench.measure import Figure, percentile
from workshop.bench.settings import clients
from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 30.0
WRITES = ("a topic", "a schema")
READS_PER_WRITE = 20
PAUSE_SECONDS = 0.5  # between two requests of a client, on average


def measure() -> list[Figure]:
    """Let one client call alone, then many at once."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            guests = Guests.of(Stack.up(clone))
            before = _megabytes(clone)
            alone, many = _called(guests, 1), _called(guests, clients(50))
            return [
                *_figures(alone, many),
                Figure(name="memory before", unit="MB", values=[before]),
                Figure(name="memory after", unit="MB", values=[_megabytes(clone)]),
            ]
        finally:
            clone.remove()


def _figures(alone: Mapping[str, list[float]], many: Mapping[str, list[float]]) -> Iterator[Figure]:
    for name, times in many.items():
        first = Figure(name=f"{name}, alone: p99", unit="ms", values=[1000 * percentile(alone[name], 99)])
        yield first
        yield Figure(name=f"{name}: median", unit="ms", values=[1000 * percentile(times, 50)])
        yield Figure(name=f"{name}: p99", unit="ms", values=[1000 * percentile(times, 99)], beside=first)
    yield Figure(name="requests a second", unit="", values=[sum(map(len, many.values())) / SECONDS])


def _called(guests: Guests, count: int) -> dict[str, list[float]]:
    """Return the seconds that each read took, by name; any request that fails ends the measurement."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    end = time.monotonic() + SECONDS

    def client(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - which request comes next
        time.sleep(number * PAUSE_SECONDS / count)  # clients that come at the same moment are another measurement
        for turn in itertools.count(1):
            if time.monotonic() >= end:
                return
            if turn % READS_PER_WRITE == 0:
                guests.visits[chance.choice(WRITES)]()
            name, read = chance.choice(list(guests.reads.items()))
            began = time.perf_counter()
            read()
            times[name].append(time.perf_counter() - began)
            time.sleep(chance.uniform(0, 2 * PAUSE_SECONDS) if count > 1 else 0)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(client, range(count)))
    return times


def _megabytes(clone: Clone) -> float:
    (served,) = (process for process in clone.processes() if "serve" in process.cmdline())
    return float(served.memory_info().rss) / 1e6
