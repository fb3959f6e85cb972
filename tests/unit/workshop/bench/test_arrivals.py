"""Counting what arrives by offsets."""

from __future__ import annotations

from itertools import chain, repeat

import pytest

from workshop.bench import arrivals
from workshop.bench.arrivals import Arrivals, rate


def test_the_rate_is_counted_from_the_first_sample_with_records_to_the_first_with_all() -> None:
    samples = [(1.0, 0), (2.0, 10), (3.0, 60), (4.0, 110), (5.0, 112)]
    assert rate(samples, 110) == 50


def test_records_are_counted_from_what_was_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_SECONDS", 0)
    offsets = chain([1000, 1000, 1010], repeat(1111))
    records = iter([900, 950, 1000])  # the last transaction is committed last
    monkeypatch.setattr(arrivals.time, "sleep", lambda _: None)
    assert Arrivals(lambda: next(offsets), lambda: next(records)).per_second(100) > 0
    assert next(records, None) is None


def test_a_record_that_came_twice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_SECONDS", 0)
    offsets, records = iter([0, 50, 101]), iter([0, 101])
    with pytest.raises(RuntimeError, match="101 records came instead of 100"):
        Arrivals(lambda: next(offsets), lambda: next(records)).per_second(100)
