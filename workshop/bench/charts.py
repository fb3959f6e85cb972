"""Measured figures as bar charts, and the charts as text."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WIDTH = 60


@dataclass
class Bar:
    """One bar: its label and the length of each part; ``low`` and ``high`` are the spread of a bar with one part."""

    label: str
    parts: dict[str, float] = field(default_factory=dict)
    low: float = 0.0
    high: float = 0.0

    @property
    def length(self) -> float:
        """Length of all parts together."""
        return sum(self.parts.values())


@dataclass
class Chart:
    """A chart: bars of one unit."""

    title: str
    bars: dict[str, Bar] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """The parts of all bars, by their sum over all bars, the largest first."""
        sizes: dict[str, float] = {}
        for bar in self.bars.values():
            for part, length in bar.parts.items():
                sizes[part] = sizes.get(part, 0.0) + length
        return sorted(sizes, key=lambda part: -sizes[part])

    @property
    def longest(self) -> float:
        """Length of the longest bar."""
        return max(bar.length for bar in self.bars.values())


def charts_of(figures: Iterable[Mapping[str, Any]]) -> list[Chart]:
    """Return the charts of figures as :meth:`bench.measure.Figure.as_dict` has them: medians, in the order measured."""
    charts: dict[str, Chart] = {}
    for figure in figures:
        place = figure["place"]
        if place is None:
            continue
        chart = charts.setdefault(place["chart"], Chart(place["chart"]))
        bar = chart.bars.setdefault(place["bar"], Bar(place["bar"]))
        bar.parts[place["part"]] = figure["median"]
        bar.low, bar.high = figure["min"], figure["max"]
    return list(charts.values())


def number(value: float) -> str:
    """Format a length for plots, with about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def text(charts: Iterable[Chart]) -> str:
    """Draw charts with characters, a line a bar; a bar in parts has a letter for each."""
    return "\n\n".join("\n".join(_lines(chart)) for chart in charts) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    marks = dict(zip(chart.parts, string.ascii_uppercase, strict=False)) if len(chart.parts) > 1 else {}
    width = max(len(label) for label in chart.bars)
    yield chart.title
    for bar in chart.bars.values():
        drawn, cells = 0.0, ""
        for part in chart.parts:
            drawn += bar.parts.get(part, 0.0)
            cells += marks.get(part, "█") * (round(_WIDTH * drawn / (chart.longest or 1)) - len(cells))
        yield f"{bar.label:<{width}} {cells} {number(bar.length)}"
    if marks:
        yield from (f"{mark}: {part}" for part, mark in marks.items())
