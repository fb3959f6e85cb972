"""What is drawn from figures."""

from __future__ import annotations

from typing import Any

from workshop.bench.charts import charts_of, text
from workshop.bench.measure import Figure, Place


def drawn(*figures: Figure) -> str:
    return text(charts_of([figure.as_dict() for figure in figures]))


def figure(bar: str, values: list[float], **place: Any) -> Figure:
    return Figure(name=bar, unit="s", values=values, place=Place("Seconds", bar, **place))


def test_a_bar_is_as_long_as_its_median() -> None:
    title, long, short = drawn(figure("long", [9.0, 10.0, 12.0]), figure("short", [2.5])).splitlines()
    assert title == "Seconds"
    assert long == f"long  {'█' * 60} 10.0"
    assert short == f"short {'█' * 15} 2.50"


def test_a_bar_in_parts_has_a_letter_for_each_part_the_largest_first() -> None:
    lines = drawn(figure("one", [1.0], part="small"), figure("one", [2.0], part="large")).splitlines()
    assert lines == ["Seconds", f"one {'A' * 40}{'B' * 20} 3.00", "A: large", "B: small"]


def test_a_part_that_a_bar_lacks_takes_no_room() -> None:
    _, one, two, *_ = drawn(figure("one", [2.0], part="a"), figure("two", [1.0], part="b")).splitlines()
    assert one == f"one {'A' * 60} 2.00"
    assert two == f"two {'B' * 30} 1.00"


def test_what_has_no_place_is_not_drawn() -> None:
    assert charts_of([Figure(name="memory", unit="MB", values=[1.0]).as_dict()]) == []


def test_charts_come_in_the_order_measured() -> None:
    figures = [Figure(name=title, unit="s", values=[1.0], place=Place(title, "bar")) for title in ("z", "a")]
    assert [chart.title for chart in charts_of([one.as_dict() for one in figures])] == ["z", "a"]


def test_nothing_measured_is_an_empty_bar() -> None:
    assert drawn(figure("none", [0.0])).splitlines() == ["Seconds", "none  0.00"]
