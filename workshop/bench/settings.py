"""Environment variables of the measurements. A wrong value is reported in one sentence before anything is measured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")
OFFICIAL = "official"
_RISING = "whole numbers from 1 on, each larger than the one before it, with commas between them"


def runs(default: int) -> int:
    """Return how often to measure (``BENCH_RUNS``)."""
    return _read("BENCH_RUNS", str(default), _count, "a whole number from 1 on")


def stacks(default: str) -> tuple[int, ...]:
    """Return the numbers of concurrent stacks to measure (``BENCH_STACKS``)."""
    return _read("BENCH_STACKS", default, _each(_count), "whole numbers from 1 on, with commas between them")


def minutes(default: int) -> int:
    """Return for how long to measure (``BENCH_MINUTES``)."""
    return _read("BENCH_MINUTES", str(default), _count, "a whole number from 1 on")


def clients(default: int) -> int:
    """Return how many clients call at once (``BENCH_CLIENTS``)."""
    return _read("BENCH_CLIENTS", str(default), _count, "a whole number from 1 on")


def topics(default: int) -> int:
    """Return how many topics to make (``BENCH_TOPICS``)."""
    return _read("BENCH_TOPICS", str(default), _count, "a whole number from 1 on")


def statements(default: int) -> int:
    """Return how many statements to run (``BENCH_STATEMENTS``)."""
    return _read("BENCH_STATEMENTS", str(default), _count, "a whole number from 1 on")


def records(default: int) -> int:
    """Return how many records to write into one topic (``BENCH_RECORDS``)."""
    return _read("BENCH_RECORDS", str(default), _count, "a whole number from 1 on")


def rows(default: str) -> tuple[int, ...]:
    """Return the numbers of records in a full topic, the smallest first (``BENCH_ROWS``)."""
    return _read("BENCH_ROWS", default, _rising, _RISING)


def products(default: str) -> tuple[int, ...]:
    """Return the numbers of products to ask among, the smallest first (``BENCH_PRODUCTS``)."""
    return _read("BENCH_PRODUCTS", default, _rising, _RISING)


def stores(default: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the stores to ask (``BENCH_STORES``), each by its kind of sink."""

    def kind(text: str) -> str:
        if text not in known:
            raise ValueError
        return text

    return _read("BENCH_STORES", default, _each(kind), f"some of {', '.join(known)}, with commas between them")


def waits(default: str) -> tuple[str, ...]:
    """Return the factors by which the official provider's waits are scaled (``BENCH_WAITS``)."""
    return _read("BENCH_WAITS", default, _each(_factor), "numbers from 0 to 1, with commas between them")


def official_plugins() -> bool:
    """Return whether to run the official plugins with their real waits (``BENCH_PLUGINS``)."""
    return _read("BENCH_PLUGINS", "bundled", _kind, "official or bundled") == OFFICIAL


def rights_delay() -> int:
    """Return the seconds until a role binding is applied, 0: at once (``BENCH_RIGHTS_DELAY``)."""
    return _read("BENCH_RIGHTS_DELAY", "0", _seconds, "a whole number of seconds from 0 on")


def _read(name: str, default: str, parse: Callable[[str], T], allowed: str) -> T:
    text = os.environ.get(name) or default
    try:
        return parse(text)
    except ValueError:
        raise SystemExit(f"pulumiw: {name} is {text!r}: set it to {allowed}, or unset it.") from None


def _each(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    return lambda text: tuple(parse(part.strip()) for part in text.split(","))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _rising(text: str) -> tuple[int, ...]:
    numbers = _each(_count)(text)
    if list(numbers) != sorted(set(numbers)):
        raise ValueError
    return numbers


def _factor(text: str) -> str:
    if not 0 <= float(text) <= 1:
        raise ValueError
    return text


def _kind(text: str) -> str:
    if text not in {OFFICIAL, "bundled"}:
        raise ValueError
    return text


def _seconds(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number
