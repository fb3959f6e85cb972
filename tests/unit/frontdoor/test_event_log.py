"""What the engine told of a command, and what is done about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.frontdoor.stub_api import StubApi
from toolchain.frontdoor.event_log import EventLog
from toolchain.frontdoor.interrupted import without
from toolchain.frontdoor.prepare import Prepared
from toolchain.frontdoor.recovery import event_log_of, put_right
from toolchain.frontdoor.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.layout import Layout

YOUNG = "2026-11-22T13:41:00Z"
ACCOUNT: dict[str, Any] = {
    "urn": "urn:pulumi:dev::p::confluentcloud:index/serviceAccount:ServiceAccount::runner",
    "type": "confluentcloud:index/serviceAccount:ServiceAccount",
    "inputs": {"displayName": "rag-runner"},
}
CLUSTER: dict[str, Any] = {
    "urn": "urn:pulumi:dev::p::confluentcloud:index/kafkaCluster:KafkaCluster::cluster",
    "type": "confluentcloud:index/kafkaCluster:KafkaCluster",
    "inputs": {"displayName": "rag", "environment": {"id": "env-1"}},
}


def step(event: str, op: str, resource: dict[str, Any], side: str = "new") -> dict[str, Any]:
    return {event: {"metadata": {"op": op, "urn": resource["urn"], side: resource}}}


def again(resource: dict[str, Any]) -> dict[str, Any]:
    message = "retrying create due to on-error hook request (1/100)\n"
    return {"diagnosticEvent": {"urn": resource["urn"], "message": message, "severity": "warning"}}


FAILED = step("resOpFailedEvent", "create", ACCOUNT)
CONFLICT = {
    "diagnosticEvent": {
        "urn": ACCOUNT["urn"],
        "severity": "error",
        "message": "error creating Service Account: 409 Conflict: The name is taken.",
    }
}


def log(path: Path, *events: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


class TestReading:
    def test_without_a_log(self, tmp_path: Path) -> None:
        assert EventLog.read(tmp_path / "none") == EventLog()

    def test_what_failed_and_what_was_made(self, tmp_path: Path) -> None:
        told = EventLog.read(
            log(
                tmp_path / "log",
                step("resourcePreEvent", "create", ACCOUNT),
                step("resOpFailedEvent", "create", ACCOUNT),
                step("resOpFailedEvent", "delete-replaced", CLUSTER, "old"),
                step("resOpFailedEvent", "update", CLUSTER),
                step("resOutputsEvent", "create-replacement", {**CLUSTER, "id": "lkc-1"}),
                step("resOutputsEvent", "same", ACCOUNT),
            )
        )
        assert [(one.kind, one.resource.name) for one in told.failed] == [
            ("creating", "runner"),
            ("deleting", "cluster"),
        ]
        assert [(one.name, one.id) for one in told.made] == [("cluster", "lkc-1")]

    def test_what_was_made_again(self, tmp_path: Path) -> None:
        events = [again(CLUSTER), again(ACCOUNT), step("resOutputsEvent", "create", CLUSTER)]
        told = EventLog.read(log(tmp_path / "log", *events, step("resOpFailedEvent", "create", ACCOUNT)))
        assert told.made_again == {CLUSTER["urn"]}

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([], False),
            ([FAILED, CONFLICT], True),
            ([FAILED], False),
            ([FAILED, CONFLICT, step("resOpFailedEvent", "update", CLUSTER)], False),
        ],
        ids=["nothing failed", "it is there already", "for another reason", "and something else"],
    )
    def test_whether_all_that_failed_is_there_already(
        self, tmp_path: Path, events: list[dict[str, Any]], *, expected: bool
    ) -> None:
        assert EventLog.read(log(tmp_path / "log", *events)).in_conflict is expected

    def test_a_preview_does_nothing(self, tmp_path: Path) -> None:
        events = [step("resOutputsEvent", "create", CLUSTER), {"summaryEvent": {"isPreview": True}}]
        assert EventLog.read(log(tmp_path / "log", *events)) == EventLog()

    def test_the_log_of_a_killed_command_ends_anywhere(self, tmp_path: Path) -> None:
        path = log(tmp_path / "log", step("resOpFailedEvent", "create", ACCOUNT))
        path.write_text(path.read_text() + '{"resOpFail')
        assert len(EventLog.read(path).failed) == 1


def test_what_was_made_again_is_well() -> None:
    error = {"urn": CLUSTER["urn"], "initErrors": ["403 Forbidden"], "id": "lkc-1"}
    other = {"urn": ACCOUNT["urn"], "initErrors": ["FAILED"]}
    left = without({"deployment": {"resources": [error, other]}}, set(), {CLUSTER["urn"]})["deployment"]["resources"]
    assert left == [{"urn": CLUSTER["urn"], "id": "lkc-1"}, other]


class TestPuttingRight:
    """On a stack in the clone's own file backend."""

    @pytest.fixture
    def prepared(self, layout: Layout, tmp_path: Path) -> Prepared:
        keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
        return Prepared(layout, Stack.read(Project.read(layout), "dev"), tmp_path / "no-pulumi", keys, None)

    def state(self, prepared: Prepared, api: StubApi, *resources: dict[str, Any]) -> None:
        provider = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::default"
        of = {"urn": provider, "type": "pulumi:providers:confluentcloud", "inputs": {"endpoint": api.url}}
        known = [{**resource, "provider": f"{provider}::1"} for resource in resources]
        latest = {"manifest": {"time": YOUNG}, "resources": [of, *known]}
        path = prepared.stack.checkpoint
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"checkpoint": {"latest": latest}}))

    def test_the_unseen_twin_of_a_cluster_is_removed(self, prepared: Prepared) -> None:
        cluster = {**CLUSTER, "id": "lkc-1"}
        twins = [
            {"id": identity, "metadata": {"created_at": YOUNG}, "spec": {"display_name": "rag"}}
            for identity in ("lkc-0", "lkc-1")
        ]
        held = {
            "GET /cmk/v2/clusters": {"data": twins},
            "DELETE /cmk/v2/clusters/lkc-0?environment=env-1": (204, None),
        }
        with StubApi(held) as api:
            self.state(prepared, api, cluster)
            provider = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::default::1"
            path = log(event_log_of(prepared), step("resOutputsEvent", "create", {**cluster, "provider": provider}))
            put_right(prepared, after_success=True)
            assert api.deleted == ["/cmk/v2/clusters/lkc-0?environment=env-1"]
        assert not path.exists()

    @pytest.mark.parametrize("is_ours", [True, False])
    def test_it_goes_on_if_what_is_there_already_was_its_own(self, prepared: Prepared, *, is_ours: bool) -> None:
        created = YOUNG if is_ours else "2026-11-20T00:00:00Z"
        account = {"id": "sa-1", "display_name": "rag-runner", "metadata": {"created_at": created}}
        held = {
            "GET /iam/v2/service-accounts": {"data": [account]},
            "DELETE /iam/v2/service-accounts/sa-1": (204, None),
        }
        with StubApi(held) as api:
            self.state(prepared, api)
            provider = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::default::1"
            failed = step("resOpFailedEvent", "create", {**ACCOUNT, "provider": provider})
            log(event_log_of(prepared), failed, CONFLICT)
            exported = json.loads(prepared.stack.checkpoint.read_text())["checkpoint"]["latest"]
            prepared.cli.write_text(f"#!/bin/sh\necho '{json.dumps({'deployment': exported})}'\n")
            prepared.cli.chmod(0o755)
            assert put_right(prepared) is is_ours
            assert api.deleted == (["/iam/v2/service-accounts/sa-1"] if is_ours else [])

    def test_nothing_to_do_asks_nobody(self, prepared: Prepared) -> None:
        with StubApi({}) as api:
            self.state(prepared, api)
            path = log(event_log_of(prepared), step("resOutputsEvent", "create", {**ACCOUNT, "id": "sa-1"}))
            put_right(prepared)
            assert api.asked == []
        assert not path.exists()
