"""Hours of use: memory, threads, open files and files on disk while guests come and go (docs/performance.md)."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from workshop.bench.guests import Guests
from workshop.bench.held import held
from workshop.bench.measure import Figure
from workshop.bench.settings import minutes
from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WARM_UP = 1 / 3
"""The share of the time after which nothing should grow any more."""
EVERY_SECONDS = 10.0


def growth(samples: Sequence[tuple[float, float]]) -> float:
    """Return by how many percent of their median the values grow in an hour, along the straight line through them.

    ``samples``: (seconds, value).
    """
    slope, _ = statistics.linear_regression(*zip(*samples, strict=True))
    median = statistics.median(value for _, value in samples)
    return 100 * slope * 3600 / median if median else 0.0


def measure() -> list[Figure]:
    """Let all guests come, again and again, and look at what the local cloud holds."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            guests = Guests.of(Stack.up(clone))
            return [*_soaked(guests, minutes(60) * 60)]
        finally:
            clone.remove()


def _soaked(guests: Guests, seconds: float) -> Iterator[Figure]:
    samples: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    visits, began, looked = 0, time.monotonic(), 0.0
    for visit in itertools.cycle(guests.visits.values()):
        passed = time.monotonic() - began
        if passed >= seconds:
            break
        visit()
        visits += 1
        if passed >= seconds * WARM_UP and passed - looked >= EVERY_SECONDS:
            looked = passed
            for key, value in held(guests.stack.clone):
                samples[key].append((passed, value))
    yield Figure(name="visits of guests", unit="visits", values=[float(visits)])
    for (name, unit), found in samples.items():
        yield Figure(name=name, unit=unit, values=[value for _, value in found])
        yield Figure(name=f"{name}: growth", unit="% an hour", values=[growth(found)])
