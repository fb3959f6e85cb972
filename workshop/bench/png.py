"""``python -m workshop.bench.png FIGURES.json PICTURE.png``: the charts as a picture.

Runs in an environment that has matplotlib.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from PIL import Image

from workshop.bench.charts import Chart, charts_of, number

_WIDTH, _BAR, _HEAD = 8.0, 0.32, 0.75  # inches
_DOTS = 100
_SHADES = 64
_COLOURS = (
    *("#4477aa", "#cc6677", "#ddcc77", "#117733", "#88ccee"),
    *("#882255", "#44aa99", "#999933", "#aa4499", "#bbbbbb"),
)


def draw(charts: list[Chart], picture: Path) -> None:
    """Draw the charts one below the other, on a white background: readable on a dark page, too."""
    mpl.use("Agg")
    heights = [_HEAD + _BAR * (len(chart.bars) + (len(chart.parts) > 1)) for chart in charts]
    figure, axes = plt.subplots(
        len(charts),
        figsize=(_WIDTH, sum(heights)),
        gridspec_kw={"height_ratios": heights},
        squeeze=False,
        layout="constrained",
    )
    for place, chart in zip(axes[:, 0], charts, strict=True):
        _draw(place, chart)
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=_DOTS, facecolor="white")
    Image.open(drawn).convert("RGB").quantize(_SHADES).save(picture, optimize=True)


def _draw(place: plt.Axes, chart: Chart) -> None:
    bars = list(chart.bars.values())
    rows = range(len(bars))
    ends = [0.0] * len(bars)
    for index, part in enumerate(chart.parts):
        lengths = [bar.parts.get(part, 0.0) for bar in bars]
        place.barh(rows, lengths, left=ends, color=_COLOURS[index % len(_COLOURS)], label=part)
        ends = [end + length for end, length in zip(ends, lengths, strict=True)]
    in_parts = len(chart.parts) > 1
    if not in_parts:
        spread = [[bar.length - bar.low for bar in bars], [bar.high - bar.length for bar in bars]]
        place.errorbar(ends, rows, xerr=spread, fmt="none", ecolor="#333333", capsize=3)
    for row, bar in enumerate(bars):
        end = bar.length if in_parts else bar.high
        place.annotate(number(bar.length), (end, row), xytext=(5, 0), textcoords="offset points", va="center")
    place.set_yticks(rows, [bar.label for bar in bars])
    place.invert_yaxis()
    place.margins(x=0.12)
    place.set_title(chart.title.replace("`", ""), loc="left", fontsize=11)
    place.spines[["top", "right"]].set_visible(False)
    if in_parts:
        place.legend(fontsize=8, ncols=3, frameon=False, loc="upper center", bbox_to_anchor=(0.4, 0), borderaxespad=2.8)


if __name__ == "__main__":
    draw(charts_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["figures"]), Path(sys.argv[2]))
