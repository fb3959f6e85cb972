"""What several stacks are held against, and when they are refused."""

from __future__ import annotations

import pytest

from workshop.bench import regions


def test_more_stacks_than_memory_are_refused_with_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="set BENCH_STACKS to fewer"):
        regions.check_memory(10_000)


def test_each_is_held_against_one_stack() -> None:
    one = regions.Taken(1, "0", wall=[10.0], makespans=[6.0], cloud_megabytes=[800.0], peak_megabytes=[1200.0])
    four = regions.Taken(4, "0", wall=[30.0], makespans=[18.0], cloud_megabytes=[1600.0], peak_megabytes=[3600.0])
    four.cpu["Flink"].append(5.0)
    assert [figure.ratio for figure in one.figures(one)] == [None] * 4
    figures = four.figures(one)
    assert [figure.ratio for figure in figures] == [3.0, 3.0, 2.0, 3.0, None]
    assert figures[0].name == "4 stacks: `up`, no waits"
