"""Queries that nobody reads end by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.localcloud.api.routers.test_sql_statements import Place

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


@pytest.fixture
def place(local: Local, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a place whose clock stands still until it is moved."""
    clock = [1000.0]
    monkeypatch.setattr("localcloud.control.flink.abandoned_queries.monotonic", lambda: clock[0])
    made = Place(local)
    made.clock = clock  # type: ignore[attr-defined]
    return made


def later(place: Place, seconds: float) -> None:
    place.clock[0] += seconds  # type: ignore[attr-defined]
    place.local.cloud.abandoned_queries.sweep()


def test_one_without_a_reader_is_stopped_with_the_reason(place: Place) -> None:
    place.create("q", "SELECT 1")
    later(place, 0)
    later(place, 299)
    assert place.get("q")["status"]["phase"] == "RUNNING"
    later(place, 1)
    found = place.get("q")
    assert (found["status"]["phase"], found["spec"]["stopped"]) == ("STOPPED", True)
    assert "nobody has read its results for 5 minutes" in found["status"]["detail"]


def test_each_read_restarts_the_patience(place: Place) -> None:
    place.create("q", "SELECT 1")
    for _ in range(3):
        later(place, 200)
        place.local.call("GET", f"{place.path}/q/results", key=place.key)
    assert place.get("q")["status"]["phase"] == "RUNNING"


def test_an_insert_needs_no_reader(place: Place) -> None:
    place.create("i")
    later(place, 0)
    later(place, 10_000)
    assert place.get("i")["status"]["phase"] == "RUNNING"
