"""Figures with repetitions and spread, and the reference time of a run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Place:
    """A figure's place in the plots: title of the chart, label of the bar, name of the part if the bar has parts."""

    chart: str
    bar: str
    part: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured quantity: ``values`` in ``unit``, in the order taken; ``beside``: the figure to compare it with.

    ``place`` is where a plot has it, if one does.
    """

    name: str
    unit: str
    values: list[float]
    beside: Figure | None = None
    place: Place | None = None

    @property
    def ratio(self) -> float | None:
        """Median divided by that of the figure to compare with."""
        return self.median / self.beside.median if self.beside else None

    @property
    def median(self) -> float:
        """The median of the values."""
        return statistics.median(self.values)

    def as_dict(self) -> dict[str, object]:
        """Return the figure with its median and spread, for ``--json``."""
        beside = self.beside.name if self.beside else None
        spread = {"median": self.median, "min": min(self.values), "max": max(self.values)}
        return asdict(self) | spread | {"beside": beside, "ratio": self.ratio}


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent of the values are not above."""
    return statistics.quantiles(values, n=100)[percent - 1]


def seconds(work: Callable[[], object]) -> float:
    """Return the wall-clock seconds that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def yardstick() -> float:
    """Return the seconds that importing Pulumi's SDK takes now: the unit for ratios within one run."""
    command = [sys.executable, "-c", "import pulumi"]
    return min(seconds(lambda: subprocess.run(command, check=True)) for _ in range(3))
