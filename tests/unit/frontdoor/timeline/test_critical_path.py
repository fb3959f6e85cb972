from __future__ import annotations

import pytest

from toolchain.frontdoor.timeline.critical_path import Span, chain_seconds, longest_chain, makespan

SPANS = {
    "environment": Span(0, 1),
    "cluster": Span(1, 11),
    "pool": Span(1, 4),
    "key": Span(4, 5),
    "connector": Span(11, 14),
    "insert": Span(15, 17),
}
DEPENDS_ON = {
    "cluster": ["environment"],
    "pool": ["environment"],
    "key": ["pool"],
    "connector": ["cluster"],
    "insert": ["key", "connector"],
}


def test_the_longest_chain_is_found_among_others() -> None:
    chain = longest_chain(SPANS, DEPENDS_ON)
    assert chain == ["environment", "cluster", "connector", "insert"]
    assert chain_seconds(SPANS, chain) == 16


def test_the_makespan_has_the_gaps_too() -> None:
    assert makespan(SPANS.values()) == 17
    assert makespan([]) == 0


def test_many_short_ones_may_be_longer_than_one_long() -> None:
    spans = {"long": Span(0, 5), "a": Span(0, 2), "b": Span(2, 4), "c": Span(4, 6), "end": Span(6, 7)}
    assert longest_chain(spans, {"b": ["a"], "c": ["b"], "end": ["long", "c"]}) == ["a", "b", "c", "end"]


def test_a_chain_runs_through_what_took_no_time_or_has_no_span() -> None:
    spans = {"account": Span(0, 1), "component": Span(1, 1), "binding": Span(1, 3)}
    depends_on = {"component": ["account"], "unchanged": ["component"], "binding": ["unchanged"]}
    assert longest_chain(spans, depends_on) == ["account", "binding"]


def test_without_dependencies_it_is_the_longest_span() -> None:
    assert longest_chain(SPANS, {}) == ["cluster"]


def test_of_two_equal_ones_always_the_same() -> None:
    spans = {name: Span(0, 1) for name in "cab"}
    assert longest_chain(spans, {}) == ["a"]


def test_nothing_has_no_chain() -> None:
    assert longest_chain({}, {}) == []
    assert longest_chain({"a": Span(1, 1)}, {}) == []


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        longest_chain({}, {"a": ["b"], "b": ["a"]})
