"""What the environment may say about a measurement. Each wrong value is one sentence, before anything is measured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def runs(default: int) -> int:
    """Return how often to measure (``BENCH_RUNS``)."""
    return _read("BENCH_RUNS", str(default), _count, "a whole number from 1 on")


def stacks(default: str) -> tuple[int, ...]:
    """Return how many stacks to make at once, one number after the other (``BENCH_STACKS``)."""
    return _read("BENCH_STACKS", default, _each(_count), "whole numbers from 1 on, with commas between them")


def waits(default: str) -> tuple[str, ...]:
    """Return by which factors to scale the official provider's waits, one after the other (``BENCH_WAITS``)."""
    return _read("BENCH_WAITS", default, _each(_factor), "numbers from 0 to 1, with commas between them")


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


def _factor(text: str) -> str:
    if not 0 <= float(text) <= 1:
        raise ValueError
    return text
