"""Statements that ended long ago are forgotten; those that somebody still needs are not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.control.core.resources import Statement
from localcloud.control.flink import carry_over, expired
from localcloud.dataplane.interface import StatementPhase
from localcloud.ids import now
from tests.unit.localcloud.api.routers.test_sql_statements import Place

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


@pytest.fixture
def place(local: Local) -> Place:
    """Return a place for statements."""
    return Place(local)


def later(place: Place, monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    """Look as if that much time had gone by."""
    moment = now() + timedelta(**time)
    monkeypatch.setattr(expired, "now", lambda: moment)
    place.local.cloud.expired.sweep()


def names(place: Place) -> set[str]:
    return {one.name for one in place.local.cloud.store.all(Statement)}


def stop(place: Place, name: str) -> Any:
    return place.patch(name, ("/spec/stopped", True))


def test_what_has_ended_goes_after_30_days_with_its_checkpoints(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.create("stopped")
    stop(place, "stopped")
    place.create("failed", "BROKEN SQL")
    place.create("dropped", "DROP TABLE t")
    place.create("runs")
    flink = place.local.plane.flink
    uids = {one.name: one.id for one in place.local.cloud.store.all(Statement)}
    flink.checkpoints = {uids["stopped"], uids["runs"]}
    later(place, monkeypatch, days=29)
    assert names(place) == {"stopped", "failed", "dropped", "runs"}
    later(place, monkeypatch, days=31)
    assert names(place) == {"runs"}
    place.get("stopped", status=404)
    assert place.get("runs")["status"]["phase"] == "RUNNING"
    assert flink.checkpoints == {uids["runs"]}
    place.create("stopped")  # the name is free


def test_the_days_count_from_the_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.create("long")
    later(place, monkeypatch, days=200)
    assert stop(place, "long")["status"]["phase"] == "STOPPED"
    later(place, monkeypatch, days=29)
    assert names(place) == {"long"}


def test_one_whose_offsets_are_awaited_stays(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.create("old", "INSERT INTO t SELECT 1")
    place.create("new", properties={carry_over.PROPERTY: "old"})
    assert place.get("new")["status"]["phase"] == "PENDING"
    # It has ended, and the one that waits has not been let go yet.
    (old,) = place.local.cloud.store.named(Statement, place.env, "old")
    place.local.cloud.store.update(old, phase=StatementPhase.STOPPED)
    later(place, monkeypatch, days=31)
    assert names(place) == {"old", "new"}


def test_what_defines_a_table_stays_unless_it_is_a_tools_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.create("table", "CREATE TABLE t")
    place.create("model", "CREATE MODEL m")
    body = {"name": "tools", "metadata": {"labels": {expired.HIDDEN: "true"}}, "spec": {"statement": "CREATE TABLE t"}}
    place.local.call("POST", place.path, body, key=place.key, status=201)
    later(place, monkeypatch, days=31)
    assert names(place) == {"table", "model"}


def test_checkpoints_of_what_is_gone_are_removed(place: Place) -> None:
    place.create("runs")
    (runs,) = place.local.cloud.store.all(Statement)
    flink = place.local.plane.flink
    flink.checkpoints = {runs.id, "gone"}
    place.local.cloud.expired.sweep()
    assert flink.checkpoints == {runs.id}
