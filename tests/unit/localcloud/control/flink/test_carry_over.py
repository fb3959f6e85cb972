"""Carry-over offsets: a statement begins where the one it names has stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.control.flink import carry_over
from localcloud.dataplane.interface import StatementPhase, StatementStatus
from tests.unit.localcloud.api.routers.test_sql_statements import Place
from tests.unit.localcloud.conftest import eventually

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

OFFSETS = {"product-updates": "partition:0,offset:42"}


@pytest.fixture
def place(local: Local) -> Place:
    """Return a place whose statements end with offsets."""

    def stop(uid: str) -> None:
        status = local.plane.flink.status(uid)
        ended = StatementStatus(phase=StatementPhase.STOPPED, traits=status.traits, latest_offsets=OFFSETS)
        local.plane.flink.known[uid] = ended

    local.plane.flink.stop = stop  # type: ignore[method-assign]
    return Place(local)


def follow(place: Place, name: str = "new", of: str = "old") -> Any:
    return place.create(name, properties={carry_over.PROPERTY: of})


def started(place: Place, name: str) -> Any:
    """Return what Flink was given of a statement, ``None`` if it was not."""
    return place.local.plane.flink.specs.get(place.get(name)["metadata"]["uid"])


def stop(place: Place, name: str) -> None:
    place.patch(name, ("/spec/stopped", True))


def test_it_waits_for_the_other_one_and_takes_over_its_offsets(place: Place) -> None:
    place.create("old")
    assert follow(place)["status"]["phase"] == "PENDING"
    assert place.get("new")["status"]["phase"] == "PENDING"
    assert started(place, "new") is None
    stop(place, "old")
    eventually(lambda: started(place, "new") is not None)
    assert started(place, "new").starting_offsets == OFFSETS
    assert place.get("new")["status"]["phase"] == "RUNNING"
    shown = place.get("old")["status"]
    assert shown["latest_offsets"] == OFFSETS
    assert shown["latest_offsets_timestamp"]


def test_one_that_ended_before_is_followed_at_once(place: Place) -> None:
    place.create("old")
    stop(place, "old")
    assert follow(place)["status"]["phase"] == "RUNNING"
    assert started(place, "new").starting_offsets == OFFSETS


def test_it_goes_on_waiting_after_a_restart(place: Place) -> None:
    place.create("old")
    follow(place)
    place.local = place.local.restarted()
    eventually(lambda: place.get("old")["status"]["phase"] == "RUNNING")
    assert place.get("new")["status"]["phase"] == "PENDING"
    stop(place, "old")
    eventually(lambda: place.get("new")["status"]["phase"] == "RUNNING")


def test_what_was_carried_over_outlives_a_restart(place: Place) -> None:
    place.create("old")
    stop(place, "old")
    follow(place)
    place.local = place.local.restarted()
    eventually(lambda: started(place, "new") is not None)
    assert started(place, "new").starting_offsets == OFFSETS


def test_one_that_never_began_leaves_what_it_had_got(place: Place) -> None:
    place.create("old")
    stop(place, "old")
    follow(place)
    uid = place.get("new")["metadata"]["uid"]
    place.local.plane.flink.known[uid] = StatementStatus(phase=StatementPhase.FAILED, detail="no such column")
    follow(place, "newer", of="new")
    assert started(place, "newer").starting_offsets == OFFSETS


@pytest.mark.parametrize("deleted", [True, False])
def test_no_such_statement(place: Place, deleted: bool) -> None:  # noqa: FBT001
    if deleted:
        place.create("old")
    follow(place)
    if deleted:
        place.local.call("DELETE", f"{place.path}/old", key=place.key, status=202)
        eventually(lambda: place.get("new")["status"]["phase"] == "FAILED")
    status = place.get("new")["status"]
    assert status["phase"] == "FAILED"
    assert "there is no statement old" in status["detail"]


def test_only_what_writes_has_offsets(place: Place) -> None:
    place.create("old", "CREATE TABLE t (a INT)")
    status = follow(place)["status"]
    assert status["phase"] == "FAILED"
    assert "is no INSERT" in status["detail"]


def test_it_does_not_wait_for_ever(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.create("old")
    follow(place)
    monkeypatch.setattr(carry_over, "LONGEST_WAIT", timedelta(0))
    eventually(lambda: place.get("new")["status"]["phase"] == "FAILED")
    assert "was not stopped" in place.get("new")["status"]["detail"]


def test_a_waiting_one_can_be_stopped_and_deleted(place: Place) -> None:
    place.create("old")
    follow(place)
    stop(place, "new")
    assert place.get("new")["status"]["phase"] == "STOPPED"
    place.local.call("DELETE", f"{place.path}/new", key=place.key, status=202)
    assert place.get("old")["status"]["phase"] == "RUNNING"
