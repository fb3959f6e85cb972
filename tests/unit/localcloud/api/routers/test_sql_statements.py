"""Flink statements and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from localcloud.control.flink import jobs
from localcloud.dataplane.interface import StatementPhase, StatementStatus
from tests.unit.localcloud.conftest import Local, eventually, statement_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Key

INSERT = "INSERT INTO t SELECT 1"


class Place:
    """An environment with a pool, an account and its Flink key."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.env = local.environment()
        self.pool = local.pool(self.env)
        self.account = local.account()
        local.grant(self.account, "FlinkDeveloper", f"environment={self.env}")
        self.key: Key = local.flink_key(self.account, self.env)
        self.path = f"{local.sql(self.env)}/statements"

    def create(self, name: str, sql: str = INSERT, status: int = 201, **spec: Any) -> Any:
        """Post a statement."""
        body = statement_body(name, sql, spec.pop("pool", self.pool), **spec)
        return self.local.call("POST", self.path, body, key=self.key, status=status)

    def get(self, name: str, status: int = 200) -> Any:
        """Read a statement."""
        return self.local.call("GET", f"{self.path}/{name}", key=self.key, status=status)

    def patch(self, name: str, *operations: tuple[str, Any], status: int = 200) -> Any:
        """Send a JSON patch."""
        body = [{"op": "replace", "path": path, "value": value} for path, value in operations]
        return self.local.call("PATCH", f"{self.path}/{name}", body, key=self.key, status=status)


@pytest.fixture
def place(local: Local) -> Place:
    """Return a place for statements."""
    return Place(local)


def test_traits_and_phase_are_in_the_first_reply(place: Place) -> None:
    made = place.create("q", "SELECT 1")
    assert made["status"]["phase"] == "RUNNING"
    traits = made["status"]["traits"]
    assert (traits["sql_kind"], traits["is_append_only"], traits["is_bounded"]) == ("SELECT", True, False)
    assert traits["schema"]["columns"][0]["type"] == {"type": "INTEGER", "nullable": True}
    assert place.get("q")["metadata"]["uid"] == made["metadata"]["uid"]


def test_it_runs_as_the_keys_owner_unless_said(place: Place) -> None:
    assert place.create("mine")["spec"]["principal"] == place.account
    other = place.local.account("other")
    place.local.grant(other, "FlinkDeveloper", f"environment={place.env}")
    place.local.grant(place.account, "Assigner")
    assert place.create("theirs", principal=other)["spec"]["principal"] == other
    assert {spec.principal for spec in place.local.plane.flink.specs.values()} == {place.account, other}
    assert place.create("admins")["spec"]["principal"] == place.account
    assert "sa-nobody" in str(place.create("nobodys", principal="sa-nobody", status=400))


def test_text_and_properties_come_back_as_they_went_in(place: Place) -> None:
    sql = "  SELECT 'é' ; -- comment\n"
    properties = {"sql.current-catalog": "c", "sql.state-ttl": "1 h", "n": 5, "b": True}
    made = place.create("verbatim", sql, properties=properties)
    assert (made["spec"]["statement"], made["spec"]["properties"]) == (sql, properties)
    (spec,) = place.local.plane.flink.specs.values()
    assert (spec.statement, spec.properties["n"], spec.properties["b"]) == (sql, "5", "true")


def test_a_statement_that_fails_says_why(place: Place) -> None:
    assert place.create("bad", "BROKEN SQL")["status"] == {"phase": "FAILED", "detail": "SQL parse failed at line 1."}
    assert "line 1" in place.local.detail("GET", f"{place.path}/bad/results", key=place.key, status=400)
    place.patch("bad", ("/spec/stopped", True))
    assert "FAILED" in str(place.patch("bad", ("/spec/stopped", False), status=409))


@pytest.mark.parametrize(
    ("name", "sql", "spec", "status", "said"),
    [
        ("Upper", "SELECT 1", {}, 400, "a-z, 0-9"),
        ("-x", "SELECT 1", {}, 400, "first or last"),
        ("x" * 101, "SELECT 1", {}, 400, "1 to 100"),
        ("", "SELECT 1", {}, 400, "1 to 100"),
        ("ok", "  ", {}, 400, "empty"),
        ("ok", "SELECT 1", {"pool": "lfcp-nowhere"}, 404, "lfcp-nowhere"),
        ("ok", "SELECT 1", {"properties": {"a": {}}}, 400, "Property a"),
    ],
)
def test_statements_that_cannot_be(  # noqa: PLR0917 - one column each
    place: Place, name: str, sql: str, spec: dict[str, Any], status: int, said: str
) -> None:
    assert said in place.create(name, sql, status=status, **spec)["errors"][0]["detail"]
    assert place.local.plane.flink.specs == {}


@pytest.mark.parametrize(("sql", "phase"), [("CREATE TABLE t (a INT)", "COMPLETED"), ("BROKEN", "FAILED")])
def test_a_dry_run_is_answered_at_once_and_kept_nowhere(place: Place, sql: str, phase: str) -> None:
    made = place.create("tried", sql, properties={"sql.dry-run": "true"})
    assert (made["status"]["phase"], made["metadata"]["uid"]) == (phase, "")
    place.get("tried", status=404)
    assert place.local.plane.flink.specs == {}


def test_long_names_of_dbt_are_allowed(place: Place) -> None:
    place.create("x" * 100)


def test_a_name_is_taken_until_it_is_deleted(place: Place) -> None:
    place.create("one")
    assert "already exists" in place.create("one", status=409)["errors"][0]["detail"]
    place.local.call("DELETE", f"{place.path}/one", key=place.key, status=202)
    assert "does not exist" in place.get("one", status=404)["errors"][0]["detail"]
    assert place.local.plane.flink.specs == {}
    place.create("one")
    other = Place.__new__(Place)
    other.local, other.env = place.local, place.local.environment("other")
    other.pool, other.key = place.local.pool(other.env), place.local.admin
    other.path = f"{place.local.sql(other.env)}/statements"
    other.create("one")


def test_stop_and_resume_as_the_provider_does(place: Place) -> None:
    whole = place.create("insert")
    whole["spec"]["stopped"] = True
    path = f"{place.path}/insert"
    stopped = place.local.call("PUT", path, whole, key=place.key, status=202)
    assert (stopped["spec"]["stopped"], stopped["status"]["phase"]) == (True, "STOPPED")
    pool, account = place.local.pool(place.env, "second"), place.local.account("other")
    place.local.grant(account, "FlinkDeveloper", f"environment={place.env}")
    place.local.grant(place.account, "Assigner", f"service-account={account}")
    whole["spec"] |= {"stopped": False, "compute_pool_id": pool, "principal": account}
    resumed = place.local.call("PUT", path, whole, key=place.key, status=202)
    assert (resumed["spec"]["stopped"], resumed["status"]["phase"]) == (False, "RUNNING")
    assert (resumed["spec"]["compute_pool_id"], resumed["spec"]["principal"]) == (pool, account)
    uid = resumed["metadata"]["uid"]
    assert place.local.plane.flink.resumed == [uid]
    assert place.local.plane.flink.specs[uid].principal == account


def test_stop_as_the_sql_driver_does(place: Place) -> None:
    place.create("insert")
    assert place.patch("insert", ("/spec/stopped", True))["status"]["phase"] == "STOPPED"
    assert place.patch("insert", ("/spec/stopped", True))["status"]["phase"] == "STOPPED"
    assert place.patch("insert", ("/spec/stopped", False))["status"]["phase"] == "RUNNING"
    assert "/spec/stopped" in str(place.patch("insert", ("/spec/statement", "SELECT 2"), status=400))


def test_what_cannot_be_edited_is_refused(place: Place) -> None:
    place.create("insert")
    path = f"{place.path}/insert"
    changes: list[dict[str, Any]] = [{"statement": "SELECT 2"}, {"properties": {}}]
    for change in changes:
        said = place.local.detail("PUT", path, {"name": "insert", "spec": change}, key=place.key, status=400)
        assert "cannot be changed" in said
    pool = place.local.pool(place.env, "second")
    assert "stop it before" in str(place.patch("insert", ("/spec/compute_pool_id", pool), status=400))
    place.create("ddl", "CREATE TABLE t (a INT)")
    place.patch("ddl", ("/spec/stopped", True))
    assert "COMPLETED" in str(place.patch("ddl", ("/spec/stopped", False), status=409))


def test_results_page_by_page(place: Place) -> None:
    place.create("q", "SELECT 1")
    rows, url = [], f"{place.path}/q/results"
    while url:
        page = place.local.call("GET", url, key=place.key)
        rows += page["results"]["data"]
        url = page["metadata"]["next"]
    assert rows == [{"op": 0, "row": [value]} for value in "123"]
    assert "page_token" in place.local.detail("GET", f"{place.path}/q/results?page_token=x", status=400)


def test_a_slow_flink_leaves_a_statement_pending_and_it_can_be_deleted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_ANSWER_SECONDS", 0.05)
    place.local.plane.flink.gate.clear()
    made = place.create("slow", "SELECT 1")
    assert made["status"]["phase"] == "PENDING"
    assert place.get("slow")["status"]["phase"] == "PENDING"
    page = place.local.call("GET", f"{place.path}/slow/results", key=place.key)
    assert page["results"]["data"] == []
    assert page["metadata"]["next"].endswith("/statements/slow/results?page_token=0")
    place.local.plane.flink.gate.set()
    eventually(lambda: place.get("slow")["status"]["phase"] == "RUNNING")
    place.local.call("DELETE", f"{place.path}/slow", key=place.key, status=202)
    assert place.local.plane.flink.specs == {}


def test_lists_are_filtered(place: Place) -> None:
    second = place.local.pool(place.env, "second")
    labels = {"metadata": {"labels": {"user.confluent.io/lab": "true"}}}
    body = statement_body("labelled", INSERT, place.pool) | labels
    place.local.call("POST", place.path, body, key=place.key, status=201)
    place.create("plain", pool=second)

    def names(query: str) -> list[str]:
        return [one["name"] for one in place.local.call("GET", f"{place.path}?{query}", key=place.key)["data"]]

    assert names("page_size=100") == ["labelled", "plain"]
    assert names("label_selector=user.confluent.io%2Flab%3Dtrue") == ["labelled"]
    assert names("label_selector=user.confluent.io%2Flab%3Dfalse") == []
    assert names("label_selector=user.confluent.io%2Flab") == ["labelled"]
    assert names(f"spec.compute_pool_id={second}") == ["plain"]
    assert names("statement_name_search_query=lab&time_ordered=true") == ["labelled"]
    assert place.local.call("GET", f"{place.path}?page_size=1", key=place.key)["metadata"]["next"]
    assert place.local.call("GET", place.path, key=place.key)["metadata"]["next"] == ""


def test_without_a_pool_the_environments_own_is_taken(place: Place) -> None:
    assert place.create("any", pool="")["spec"]["compute_pool_id"] == place.pool
    empty = place.local.environment("empty")
    body = statement_body("any", INSERT)
    assert "no compute pool" in place.local.detail("POST", f"{place.local.sql(empty)}/statements", body, status=400)


def test_a_key_is_good_for_its_region(place: Place) -> None:
    resource = {"id": "gcp.us-central1", "kind": "Region", "environment": place.env}
    place.key = place.local.key(place.account, resource)
    assert "aws.us-east-1" in place.create("elsewhere", status=403)["errors"][0]["detail"]


def test_another_organization_is_not_here(place: Place) -> None:
    path = f"/sql/v1/organizations/other/environments/{place.env}/statements"
    assert "other" in place.local.detail("GET", path, status=404)
    assert "env-nowhere" in place.local.detail("GET", f"{place.local.sql('env-nowhere')}/statements", status=404)


def test_a_restart_resumes_what_writes_and_ends_what_only_reads(place: Place) -> None:
    for name, sql in (("insert", INSERT), ("stopped", INSERT), ("select", "SELECT 1"), ("ddl", "CREATE TABLE t")):
        place.create(name, sql)
    place.patch("stopped", ("/spec/stopped", True))
    uid = place.get("insert")["metadata"]["uid"]
    place.local = place.local.restarted()
    eventually(lambda: place.get("insert")["status"]["phase"] == "RUNNING")
    assert place.local.plane.flink.resumed == [uid]
    assert place.get("stopped")["status"]["phase"] == "STOPPED"
    assert place.get("ddl")["status"]["phase"] == "COMPLETED"
    select = place.get("select")
    assert (select["status"]["phase"], select["spec"]["stopped"]) == ("STOPPED", True)
    assert "restarted" in select["status"]["detail"]
    path = f"{place.path}/select/results"
    assert "restart" in place.local.detail("GET", path, key=place.key, status=404)
    assert place.local.call("GET", f"{place.path}/ddl/results", key=place.key)["results"]["data"] == []
    place.local.cloud.close()
    place.local.cloud.store.close()


def test_what_went_wrong_is_listed_the_latest_first(place: Place) -> None:
    uid = place.create("i")["metadata"]["uid"]
    path = f"{place.path}/i/exceptions"
    assert place.local.call("GET", path, key=place.key)["data"] == []
    statuses = place.local.plane.flink.known
    for number in range(12):
        statuses[uid] = StatementStatus(phase=StatementPhase.DEGRADED, detail=f"fault {number}")
        place.get("i")
        place.get("i")  # the same fault, seen again
        statuses[uid] = StatementStatus(phase=StatementPhase.RUNNING)
        place.get("i")
    statuses[uid] = StatementStatus(phase=StatementPhase.FAILED, detail="the end")
    found = place.local.call("GET", path, key=place.key)
    assert (found["api_version"], found["kind"]) == ("sql/v1", "StatementExceptionList")
    said = [(one["name"], one["message"]) for one in found["data"]]
    assert said[0] == ("STATEMENT_FAILED", "the end")
    assert said[1:] == [("STATEMENT_DEGRADED", f"fault {number}") for number in range(11, 1, -1)]
    assert all(one["timestamp"].endswith("Z") for one in found["data"])


def test_the_exceptions_of_nothing_are_not_found(place: Place) -> None:
    place.local.call("GET", f"{place.path}/none/exceptions", key=place.key, status=404)


def test_a_list_asks_flink_once_and_each_pool_s_right_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    local = place.local
    for name in ("one", "two", "three"):
        place.create(name, "INSERT INTO t SELECT 1")
    local.plane.flink.asked.clear()
    may = Mock(wraps=local.cloud.rights.may)
    monkeypatch.setattr(local.cloud.rights, "may", may)
    assert len(local.call("GET", place.path, key=place.key)["data"]) == 3
    assert [len(uids) for uids in local.plane.flink.asked] == [3]
    asked = [call.args[2] for call in may.call_args_list]
    assert len(set(asked)) == len(asked)
