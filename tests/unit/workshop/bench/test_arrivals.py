"""Counting what arrives by offsets."""

from __future__ import annotations

import time
from itertools import chain, repeat

import pytest

from workshop.bench import arrivals
from workshop.bench.arrivals import Arrivals, rate


def test_the_rate_is_counted_from_the_first_sample_with_records_to_the_first_with_all() -> None:
    samples = [(1.0, 0), (2.0, 10), (3.0, 60), (4.0, 110), (5.0, 112)]
    assert rate(samples, 110) == 50


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_SECONDS", 0)
    monkeypatch.setattr(time, "sleep", lambda _: None)


def test_records_are_counted_from_what_was_there_before() -> None:
    offsets = chain([1000, 1000, 1010], repeat(1111))
    records = iter([900, 950, 1000])  # the last transaction is committed last
    with Arrivals(lambda: next(offsets), lambda: next(records)) as arriving:
        assert arriving.per_second(100) > 0
    assert next(records, None) is None


def test_a_record_that_came_twice_is_told() -> None:
    offsets, records = chain([0, 50], repeat(101)), iter([0, 101])
    with (
        Arrivals(lambda: next(offsets), lambda: next(records)) as arriving,
        pytest.raises(RuntimeError, match="101 records came instead of 100"),
    ):
        arriving.per_second(100)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_can_no_longer_be_counted_is_told() -> None:
    offsets = iter([0, 50])
    with (
        Arrivals(lambda: next(offsets), lambda: 0) as arriving,
        pytest.raises(RuntimeError, match="50 of 100 records came"),
    ):
        arriving.per_second(100)
