"""Counts records as they arrive in a topic, by its end offsets: reading them would take CPU from what is measured."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from workshop.bench.filling import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

_SECONDS = 0.05
_COMMIT_SECONDS = 60


def rate(samples: list[tuple[float, int]], records: int) -> float:
    """Return records a second from the first sample with any to the first with all.

    ``samples``: seconds and records so far.
    """
    first = next(sample for sample in samples if sample[1])
    last = next(sample for sample in samples if sample[1] >= records)
    return (records - first[1]) / (last[0] - first[0])


class Arrivals:
    """What arrives within a ``with`` block; a thread counts, as records come while a statement still starts."""

    def __init__(self, offsets: Callable[[], int], records: Callable[[], int]) -> None:
        """Note what is there.

        ``offsets``: sum of the topic's end offsets, which count the marker of each transaction as well, some 0.1 %;
        ``records``: how many committed records it has, which takes a while to say.
        """
        self._offsets, self._records = offsets, records
        self._offsets_before, self._records_before = offsets(), records()
        self._samples = [(time.perf_counter(), 0)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="arrivals", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_SECONDS):
            self._samples.append((time.perf_counter(), self._offsets() - self._offsets_before))

    def per_second(self, count: int) -> float:
        """Return the rate at which ``count`` records arrive; :class:`RuntimeError` if it is not as many in the end."""
        deadline = time.monotonic() + PATIENCE
        while (arrived := self._samples[-1][1]) < count:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError(f"{arrived} of {count} records came.")
            time.sleep(_SECONDS)
        self._require(count)
        return rate(self._samples, count)

    def _require(self, count: int) -> None:
        """Wait until the last transactions are committed: each record came once, and once only."""
        deadline = time.monotonic() + _COMMIT_SECONDS
        while (found := self._records() - self._records_before) < count and time.monotonic() < deadline:
            time.sleep(1)
        if found != count:
            raise RuntimeError(f"{found} records came instead of {count}.")
