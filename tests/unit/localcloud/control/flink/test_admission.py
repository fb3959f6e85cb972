"""Compute pools have as many places as CFUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.control.core.resources import Statement
from localcloud.control.faults.rules import Provisioning
from localcloud.control.flink.admission import takes_cfu
from localcloud.dataplane.interface import StatementPhase, StatementStatus
from tests.support.fake_plane import FakePlane
from tests.unit.localcloud.api.routers.test_sql_statements import Place
from tests.unit.localcloud.conftest import eventually, pool_body, start

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local

CFUS = 5


class SmallPool(Place):
    """A place whose pool has five CFUs, four of them taken by the INSERTs ``i0`` to ``i3``."""

    def __init__(self, local: Local) -> None:
        super().__init__(local)
        body = pool_body(self.env, "small", max_cfu=CFUS)
        self.pool = local.call("POST", "/fcpm/v2/compute-pools", body, status=202)["id"]
        for number in range(CFUS - 1):
            self.create(f"i{number}")

    def used(self) -> int:
        """CFUs in use."""
        where = f"/fcpm/v2/compute-pools/{self.pool}?environment={self.env}"
        used: int = self.local.call("GET", where)["status"]["current_cfu"]
        return used

    def phase(self, name: str) -> str:
        """Phase of a statement."""
        phase: str = self.get(name)["status"]["phase"]
        return phase

    def delete(self, name: str) -> None:
        """Delete a statement."""
        self.local.call("DELETE", f"{self.path}/{name}", key=self.key, status=202)


@pytest.fixture
def place(local: Local) -> SmallPool:
    """Return it."""
    return SmallPool(local)


def test_one_more_than_there_are_cfus_waits_and_says_so(place: SmallPool) -> None:
    assert place.create("last")["status"]["scaling_status"]["scaling_state"] == "OK"
    status = place.create("q", "SELECT 1")["status"]
    assert (status["phase"], status["scaling_status"]["scaling_state"]) == ("PENDING", "POOL_EXHAUSTED")
    assert f"{place.pool} is exhausted: running statements take all of its 5 CFUs" in status["detail"]
    assert "traits" not in status
    page = place.local.call("GET", f"{place.path}/q/results", key=place.key)
    assert page["results"]["data"] == []
    assert page["metadata"]["next"].endswith("page_token=0")
    assert place.used() == CFUS
    assert place.get("q")["status"] == status, "asking does not change it"


@pytest.mark.parametrize("free", ["delete", "stop", "end unseen", "raise"])
def test_it_starts_when_there_is_room(place: SmallPool, free: str) -> None:
    uid = place.create("last")["metadata"]["uid"]
    place.create("q", "SELECT 1")
    if free == "delete":
        place.delete("last")
    elif free == "stop":
        place.patch("last", ("/spec/stopped", True))
    elif free == "end unseen":
        place.local.plane.flink.known[uid] = StatementStatus(phase=StatementPhase.COMPLETED)
    else:
        body = {"spec": {"max_cfu": 10, "environment": {"id": place.env}}}
        place.local.call("PATCH", f"/fcpm/v2/compute-pools/{place.pool}", body)
    eventually(lambda: len(place.local.plane.flink.specs) == (4 + 1 if free == "delete" else 6))  # nobody asks for it
    status = place.get("q")["status"]
    assert (status["phase"], status["detail"], status["scaling_status"]["scaling_state"]) == ("RUNNING", "", "OK")


def test_who_came_first_is_served_first(place: SmallPool) -> None:
    place.create("last")
    for name in ("first", "second"):
        place.create(name)
    place.delete("i0")
    assert place.phase("second") == "PENDING"
    assert place.phase("first") == "RUNNING"
    assert place.create("third")["status"]["phase"] == "PENDING"


def test_what_waits_can_be_stopped_resumed_moved_and_deleted(place: SmallPool) -> None:
    place.create("last")
    place.create("q")
    assert place.patch("q", ("/spec/stopped", True))["status"] == {"phase": "STOPPED", "detail": ""}
    assert place.patch("q", ("/spec/stopped", False))["status"]["scaling_status"]["scaling_state"] == "POOL_EXHAUSTED"
    place.patch("q", ("/spec/stopped", True))
    elsewhere = place.local.pool(place.env, "elsewhere")
    moved = place.patch("q", ("/spec/stopped", False), ("/spec/compute_pool_id", elsewhere))
    assert moved["status"]["phase"] == "RUNNING"
    place.create("r")
    place.delete("r")
    place.get("r", status=404)


def test_one_that_was_stopped_needs_a_place_again(place: SmallPool) -> None:
    place.create("last")
    place.patch("i0", ("/spec/stopped", True))
    assert place.create("another")["status"]["phase"] == "RUNNING"
    assert place.patch("i0", ("/spec/stopped", False))["status"]["phase"] == "PENDING"
    assert place.used() == CFUS


def test_ddl_is_not_held_up_and_takes_nothing(place: SmallPool) -> None:
    place.create("last")
    assert place.create("ddl", "CREATE TABLE t (a INT)")["status"]["phase"] == "COMPLETED"
    assert place.used() == CFUS


def test_another_pool_has_places_of_its_own(place: SmallPool) -> None:
    place.create("last")
    assert place.create("q", "SELECT 1", pool=place.local.pool(place.env, "other"))["status"]["phase"] == "RUNNING"


def test_a_pool_that_is_not_there_yet_is_waited_for(local: Local) -> None:
    place = Place(local)
    local.cloud.set_faults([Provisioning(of="pool", seconds=3600)])
    pool = local.pool(place.env, "late")
    for name, sql in (("insert", "INSERT INTO t SELECT 1"), ("ddl", "CREATE TABLE t (a INT)")):
        status = place.create(name, sql, pool=pool)["status"]
        assert status == {"phase": "PENDING", "detail": f"Compute pool {pool} is still being provisioned."}
    local.cloud.set_faults([])
    assert place.get("insert")["status"]["phase"] == "RUNNING"
    assert place.get("ddl")["status"]["phase"] == "COMPLETED"


def test_places_and_queue_outlive_a_restart(local: Local) -> None:
    place = SmallPool(local)
    for name in ("last", "waits"):
        place.create(name)
    local.cloud.close()
    local.cloud.store.close()
    place.local = again = start(local.state, FakePlane())
    try:
        eventually(lambda: len(again.plane.flink.specs) == CFUS)
        assert place.used() == CFUS
        assert place.phase("waits") == "PENDING"
        place.delete("i0")
        assert place.phase("waits") == "RUNNING"
    finally:
        again.cloud.close()


def test_a_statement_of_a_pool_that_is_gone_cannot_go_on_there(place: SmallPool) -> None:
    place.local.call("DELETE", f"/fcpm/v2/compute-pools/{place.pool}?environment={place.env}", status=204)
    assert place.phase("i0") == "STOPPED"
    assert place.pool in str(place.patch("i0", ("/spec/stopped", False), status=404))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("-- one\n/* two */ select 1", True),
        ("(SELECT 1)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("INSERT INTO t VALUES (1)", True),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; END", True),
        ("CREATE TABLE t WITH ('a' = 'b') AS (SELECT 1)", True),
        ("CREATE TABLE t (a INT, b AS a + 1)", False),
        ("CREATE TABLE t (a INT) COMMENT 'as select 1'", False),
        ("CREATE VIEW v AS SELECT 1", False),
        ("CREATE TEMPORARY VIEW v AS SELECT 1", False),
        ("create table t /* as */ as -- it\n ((select 1))", True),
        ("", False),
        ("EXPLAIN SELECT 1", False),
        ("DROP TABLE `select`", False),
    ],
)
def test_what_takes_a_cfu(sql: str, *, expected: bool) -> None:
    made = Statement(id="u", statement=sql, properties={}, compute_pool_id="p", principal="sa-1")
    assert takes_cfu(made) is expected
    assert not takes_cfu(made.changed(properties={"sql.dry-run": "true"}))
