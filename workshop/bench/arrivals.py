"""Counts records as they arrive in a topic, by its end offsets: reading them would take CPU from what is measured."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workshop.bench.filling import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 0.02


def rate(samples: list[tuple[float, int]], records: int) -> float:
    """Return records a second from the first sample with any to the first with all.

    ``samples``: seconds and records so far.
    """
    first = next(sample for sample in samples if sample[1])
    last = next(sample for sample in samples if sample[1] >= records)
    return (records - first[1]) / (last[0] - first[0])


class Arrivals:
    """What arrives from the moment on in which this is made."""

    def __init__(self, offsets: Callable[[], int], records: Callable[[], int]) -> None:
        """Begin to count.

        ``offsets``: sum of the topic's end offsets, which count the marker of each transaction as well, some 0.1 %;
        ``records``: how many committed records it has, which takes a while to say.
        """
        self._offsets, self._records = offsets, records
        self._offsets_before, self._records_before = offsets(), records()

    def per_second(self, count: int) -> float:
        """Return the rate at which ``count`` records arrive; :class:`RuntimeError` if it is not as many in the end."""
        samples: list[tuple[float, int]] = []
        deadline = time.monotonic() + PATIENCE
        while not samples or samples[-1][1] < count:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{samples[-1][1]} of {count} records came.")
            samples.append((time.perf_counter(), self._offsets() - self._offsets_before))
            time.sleep(_SECONDS)
        self._require(count)
        return rate(samples, count)

    def _require(self, count: int) -> None:
        """Wait until the last transactions are committed: each record came once, and once only."""
        deadline = time.monotonic() + 60
        while (found := self._records() - self._records_before) < count and time.monotonic() < deadline:
            time.sleep(1)
        if found != count:
            raise RuntimeError(f"{found} records came instead of {count}.")
