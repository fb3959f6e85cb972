"""The last `up`, by when its resources were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.control.console.history import last_run
from localcloud.control.core.resources import (
    ApiKey,
    KafkaCluster,
    KeyScope,
    Phase,
    RoleBinding,
    ServiceAccount,
    Statement,
)
from localcloud.dataplane.interface import StatementPhase

BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


def at(seconds: float, took: float = 0) -> dict[str, Any]:
    made = BEGAN + timedelta(seconds=seconds)
    return {"created_at": made, "updated_at": made + timedelta(seconds=took)}


def cluster(**facts: Any) -> KafkaCluster:
    own: dict[str, Any] = {"availability": "LOW", "cloud": "AWS", "region": "r", "config": {"kind": "Basic"}}
    return KafkaCluster(id="lkc-1", name="shop", **{**own, "phase": Phase.PROVISIONED, **facts})


def statement(**facts: Any) -> Statement:
    own: dict[str, Any] = {"statement": "x", "properties": {}, "compute_pool_id": "", "principal": ""}
    return Statement(id="u", name="insert", **{**own, "phase": StatementPhase.RUNNING, **facts})


def test_only_what_was_made_together_last_is_of_the_last_run() -> None:
    old = ServiceAccount(id="sa-0", name="old", **at(0))
    new = [ServiceAccount(id="sa-1", name="new", **at(1000)), ServiceAccount(id="sa-2", name="newer", **at(1050))]
    assert [one["name"] for one in last_run([*reversed(new), old])] == ["new", "newer"]
    assert last_run([]) == []


def test_keys_and_statements_of_persons_are_no_run() -> None:
    key = ApiKey(id="K", name="k", owner_id="sa-2", scope=KeyScope.FLINK, secret_sha256="", **at(200))
    for by_hand in (statement(principal="sa-2", **at(400)), statement(principal="u-1", **at(400))):
        assert [one["kind"] for one in last_run([cluster(**at(0)), key, by_hand])] == ["kafka-cluster"]
    deployed = statement(principal="sa-1", **at(400))
    assert [one["kind"] for one in last_run([cluster(**at(0)), key, deployed])] == ["statement"]
    assert last_run([key]) == []


def test_it_is_told_how_long_clusters_and_statements_took() -> None:
    shop, insert = last_run([cluster(**at(1, 4.5)), statement(**at(8, 2))])
    assert (shop["from"], shop["to"]) == ("2026-01-02T00:00:01.000000Z", "2026-01-02T00:00:05.500000Z")
    assert insert["to"] == "2026-01-02T00:00:10.000000Z"


def test_a_later_change_is_not_taken_for_the_end_of_the_making() -> None:
    changed = [statement(**at(0, 9), version=2), statement(**at(0, 9), phase=StatementPhase.FAILED)]
    unfinished = [cluster(**at(0, 3), phase=Phase.PROVISIONING), cluster(**at(0, 3600))]
    assert [one["to"] for one in last_run([*changed, *unfinished])] == [None] * 4


def test_a_role_binding_says_whose_it_is() -> None:
    binding = RoleBinding(id="rb-1", principal="User:sa-1", role_name="FlinkAdmin", crn_pattern="crn://x", **at(0))
    assert last_run([binding])[0] | {"from": ""} == {
        "kind": "role-binding",
        "id": "rb-1",
        "name": "FlinkAdmin",
        "of": "sa-1",
        "from": "",
        "to": None,
    }
