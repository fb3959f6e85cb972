"""The page on performance shows what was measured, and nothing by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop.bench.plots import Kept
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

PLOTS = PROJECT / "docs" / "plots"
PAGE = (PROJECT / "docs" / "performance.md").read_text(encoding="utf-8")
LARGEST = 60_000  # bytes
KEPT = sorted(path.stem for path in PLOTS.glob("*.json"))


@pytest.mark.parametrize("name", KEPT)
def test_the_page_has_the_plot_of_the_kept_figures(name: str) -> None:
    assert Kept(PLOTS, name).text() in PAGE
    assert f"](plots/{name}.png)" in PAGE


@pytest.mark.parametrize("name", KEPT)
def test_the_picture_is_there_and_small(name: str) -> None:
    assert 0 < (PLOTS / f"{name}.png").stat().st_size < LARGEST


def test_no_picture_is_without_its_figures() -> None:
    assert KEPT
    assert sorted(path.stem for path in PLOTS.glob("*.png")) == KEPT


def test_nothing_is_drawn_from_figures_that_were_not_kept(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="measure first"):
        Kept(tmp_path, "regions").read()


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "new", "regions")
    kept.write({"figures": [], "measured": "2026-11-22"})
    assert kept.read() == {"figures": [], "measured": "2026-11-22"}
