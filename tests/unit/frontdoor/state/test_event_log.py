"""What the engine told of a command, and what is done about it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.command_files import CommandFiles
from toolchain.frontdoor.state.command_start import CommandStart
from toolchain.frontdoor.state.event_log import EventLog
from toolchain.frontdoor.state.interrupted import without_pending_operations
from toolchain.frontdoor.state.recovery import recover, resolve_open_operations

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

BEGAN = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
OLD, YOUNG, YOUNGER = "2024-11-20T00:00:00Z", "2026-11-22T13:41:00Z", "2026-11-22T13:41:02Z"
ACCOUNT: dict[str, Any] = {
    "urn": "urn:pulumi:dev::p::confluentcloud:index/serviceAccount:ServiceAccount::runner",
    "type": "confluentcloud:index/serviceAccount:ServiceAccount",
    "inputs": {"displayName": "rag-runner-a1b2c3"},
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
# As the official provider words it, through Pulumi's bridge.
OFFICIAL_CONFLICT = {
    "diagnosticEvent": {
        "urn": ACCOUNT["urn"],
        "severity": "error",
        "message": 'sdk-v2/provider2.go:571: sdk.helper_schema: error creating Service Account "rag-runner-a1b2c3":'
        " 409 Conflict: The name is taken.: provider=confluentcloud@2.79.0\n",
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
        assert [(one.name, one.id) for one in told.created] == [("cluster", "lkc-1")]

    def test_what_was_made_again(self, tmp_path: Path) -> None:
        events = [again(CLUSTER), again(ACCOUNT), step("resOutputsEvent", "create", CLUSTER)]
        told = EventLog.read(log(tmp_path / "log", *events, step("resOpFailedEvent", "create", ACCOUNT)))
        assert told.created_by_retry == {CLUSTER["urn"]}

    @pytest.mark.parametrize(
        ("events", "conflicts", "others"),
        [
            ([], set(), False),
            ([FAILED, CONFLICT], {ACCOUNT["urn"]}, False),
            ([FAILED], set(), False),
            ([FAILED, CONFLICT, step("resOpFailedEvent", "update", CLUSTER)], {ACCOUNT["urn"]}, True),
            ([FAILED, OFFICIAL_CONFLICT], {ACCOUNT["urn"]}, False),
        ],
        ids=["nothing failed", "it is there already", "for another reason", "and something else", "official"],
    )
    def test_why_it_failed(
        self, tmp_path: Path, events: list[dict[str, Any]], conflicts: set[str], *, others: bool
    ) -> None:
        told = EventLog.read(log(tmp_path / "log", *events))
        assert (set(told.conflicts), told.others_failed) == (conflicts, others)

    @pytest.mark.parametrize(
        ("seconds", "failed_on_first_request"),
        [((100.0, 100.1), True), ((100.0, 101.02), False), ((None, 101.0), False)],
    )
    def test_whether_a_request_can_have_been_sent_twice(
        self, tmp_path: Path, seconds: tuple[float | None, float], *, failed_on_first_request: bool
    ) -> None:
        """A provider waits a second before it sends one again."""
        began, failed = seconds
        events = [] if began is None else [(began, step("resourcePreEvent", "create", ACCOUNT))]
        told = EventLog.read(log(tmp_path / "log", FAILED, CONFLICT), [*events, (failed, FAILED)])
        assert told.failed_on_first_request == ({ACCOUNT["urn"]} if failed_on_first_request else set())

    @pytest.mark.parametrize(("seconds", "failed_on_first_request"), [(0, True), (1, True), (2, False)])
    def test_whether_it_can_by_the_engines_whole_seconds(
        self, tmp_path: Path, seconds: int, *, failed_on_first_request: bool
    ) -> None:
        events = [
            {**step("resourcePreEvent", "create", ACCOUNT), "timestamp": 100},
            {**FAILED, "timestamp": 100 + seconds},
        ]
        assert EventLog.read(log(tmp_path / "log", *events)).failed_on_first_request == (
            {ACCOUNT["urn"]} if failed_on_first_request else set()
        )

    def test_what_had_begun_when_the_engine_was_killed(self, tmp_path: Path) -> None:
        told = EventLog.read(
            log(
                tmp_path / "log",
                step("resourcePreEvent", "create", ACCOUNT),
                step("resourcePreEvent", "delete-replaced", CLUSTER, "old"),
                step("resOutputsEvent", "delete-replaced", CLUSTER, "old"),
                step("resourcePreEvent", "create-replacement", CLUSTER),
                step("resourcePreEvent", "update", {**CLUSTER, "urn": "other"}),
            )
        )
        assert [(one.kind, one.resource.name) for one in told.unfinished] == [
            ("creating", "runner"),
            ("creating", "cluster"),
        ]

    def test_what_a_killed_preview_would_have_made(self, tmp_path: Path) -> None:
        unfinished = step("resourcePreEvent", "create", ACCOUNT)
        planned = step("resOutputsEvent", "create", CLUSTER)
        unfinished["resourcePreEvent"]["planning"] = planned["resOutputsEvent"]["planning"] = True
        assert EventLog.read(log(tmp_path / "log", unfinished, planned)) == EventLog()

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
    left = without_pending_operations({"deployment": {"resources": [error, other]}}, set(), {CLUSTER["urn"]})[
        "deployment"
    ]["resources"]
    assert left == [{"urn": CLUSTER["urn"], "id": "lkc-1"}, other]


RANDOM = {
    "urn": "urn:pulumi:dev::p::random:index/randomId:RandomId::suffix",
    "type": "random:index/randomId:RandomId",
    "id": "obLD",
    "outputs": {"hex": "a1b2c3"},
}
ENVIRONMENT = {
    "urn": "urn:pulumi:dev::p::confluentcloud:index/environment:Environment::environment",
    "type": "confluentcloud:index/environment:Environment",
    "id": "env-1",
}
CONNECTION: dict[str, Any] = {
    "urn": "urn:pulumi:dev::p::confluentcloud:index/flinkConnection:FlinkConnection::connection",
    "type": "confluentcloud:index/flinkConnection:FlinkConnection",
    "id": "env-1/openai",
    "inputs": {"displayName": "openai", "organization": {"id": "org-1"}, "environment": {"id": "env-1"}},
}
CONNECTION_PATH = "/sql/v1/organizations/org-1/environments/env-1/connections/openai"
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::default"
ACCOUNT_PATH = "/iam/v2/service-accounts/sa-1"


def of_provider(resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, "provider": f"{PROVIDER}::1"}


def account(created: str) -> dict[str, Any]:
    """Return what the cloud answers if it has the account, and takes its deletion."""
    held = {"id": "sa-1", "display_name": "rag-runner-a1b2c3", "metadata": {"created_at": created}}
    return {"GET /iam/v2/service-accounts": {"data": [held]}, f"DELETE {ACCOUNT_PATH}": (204, None)}


class TestPuttingRight:
    """On a stack in the clone's own file backend."""

    @pytest.fixture
    def prepared(self, layout: Layout, tmp_path: Path) -> Prepared:
        keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
        return Prepared(layout, Stack.read(Project.read(layout), "dev"), tmp_path / "no-pulumi", keys, None)

    def state(self, prepared: Prepared, api: StubApi, *resources: dict[str, Any]) -> None:
        """Let the state, and a `pulumi` that exports it and keeps what it is to import, know these resources."""
        of = {"urn": PROVIDER, "type": "pulumi:providers:confluentcloud", "inputs": {"endpoint": api.url}}
        latest = {
            "manifest": {"time": YOUNG},
            "resources": [of, RANDOM, ENVIRONMENT, *map(of_provider, resources)],
        }
        path = prepared.stack.checkpoint
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"checkpoint": {"latest": latest}}))
        exported, imported = prepared.cli.with_name("exported"), prepared.cli.with_name("imported")
        exported.write_text(json.dumps({"deployment": latest}))
        prepared.cli.write_text(f"#!/bin/sh\ncase $* in *import*) cat > '{imported}' ;; *) cat '{exported}' ;; esac\n")
        prepared.cli.chmod(0o755)

    def log(self, prepared: Prepared, *events: dict[str, Any], began: datetime | None = BEGAN) -> CommandFiles:
        files = CommandFiles.of(prepared)
        log(files.log, *events)
        CommandStart(began, {}).write(files.start)
        return files

    @pytest.mark.parametrize(
        ("first", "second", "deleted"),
        [(YOUNG, YOUNGER, True), (YOUNGER, YOUNG, False), (OLD, YOUNG, False), ("", YOUNG, False)],
        ids=["an earlier request's", "somebody else's since", "an older namesake", "of unknown age"],
    )
    def test_the_unseen_twin_of_a_cluster_is_deleted(
        self, prepared: Prepared, first: str, second: str, *, deleted: bool
    ) -> None:
        duplicates = [
            {"id": identity, "metadata": {"created_at": created}, "spec": {"display_name": "rag"}}
            for identity, created in (("lkc-0", first), ("lkc-1", second))
        ]
        path = "/cmk/v2/clusters/lkc-0?environment=env-1"
        with StubApi({"GET /cmk/v2/clusters": {"data": duplicates}, f"DELETE {path}": (204, None)}) as api:
            cluster = {**CLUSTER, "id": "lkc-1"}
            self.state(prepared, api, cluster)
            files = self.log(prepared, step("resOutputsEvent", "create", of_provider(cluster)))
            resolve_open_operations(prepared, may_delete=True, after_success=True)
            assert api.deleted == ([path] if deleted else [])
        assert not files.log.exists()
        assert not files.start.exists()

    @pytest.mark.process
    @pytest.mark.parametrize(
        ("created", "events", "retried"),
        [
            (YOUNG, [CONFLICT], True),
            (YOUNG, [OFFICIAL_CONFLICT], True),
            (OLD, [CONFLICT], False),
            (OLD, [OFFICIAL_CONFLICT], False),
            (YOUNG, [], False),
            (YOUNG, [CONFLICT, step("resOpFailedEvent", "update", CLUSTER)], False),
        ],
        ids=["bundled", "official", "bundled, older", "official, older", "not a conflict", "and an update"],
    )
    def test_a_creation_is_retried_if_what_was_in_its_way_was_its_own(
        self, prepared: Prepared, created: str, events: list[dict[str, Any]], *, retried: bool
    ) -> None:
        with StubApi(account(created)) as api:
            self.state(prepared, api)
            self.log(prepared, step("resOpFailedEvent", "create", of_provider(ACCOUNT)), *events)
            assert resolve_open_operations(prepared, may_delete=True) is retried
            assert api.deleted == ([ACCOUNT_PATH] if created is YOUNG else [])

    @pytest.mark.process
    def test_what_the_first_request_met_was_there_before_it(
        self, prepared: Prepared, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Another stack made it meanwhile: nothing of this command's was on its way."""
        unfinished = step("resourcePreEvent", "create", of_provider(ACCOUNT))
        failed = step("resOpFailedEvent", "create", of_provider(ACCOUNT))
        with StubApi(account(YOUNG)) as api:
            self.state(prepared, api)
            self.log(prepared, unfinished, failed, CONFLICT)
            assert not resolve_open_operations(
                prepared, may_delete=True, arrivals=[(100.0, unfinished), (100.1, failed)]
            )
            assert api.deleted == []
        assert "left alone: it was there" in capsys.readouterr().err

    @pytest.mark.process
    @pytest.mark.parametrize(
        ("status", "events", "retried"),
        [
            (404, [], True),
            (200, [], False),
            (404, [step("resOpFailedEvent", "update", CLUSTER)], False),
            (404, [step("resOpFailedEvent", "create", of_provider(ACCOUNT))], False),
        ],
        ids=["it is gone", "it is there", "and an update failed", "and a creation failed, without a conflict"],
    )
    def test_a_deletion_is_retried_if_what_it_was_to_delete_is_gone(
        self, prepared: Prepared, status: int, events: list[dict[str, Any]], *, retried: bool
    ) -> None:
        """As the official provider leaves it: the first request's reply was lost, the second one was answered 404."""
        failed = step("resOpFailedEvent", "delete", of_provider(CONNECTION), "old")
        said = 'error deleting Flink Connection "env-1/openai": 404 Not CloudObject: provider=confluentcloud@2.79.0'
        diagnostic = {"diagnosticEvent": {"urn": CONNECTION["urn"], "severity": "error", "message": said}}
        with StubApi({f"GET {CONNECTION_PATH}": (status, {"name": "openai"})}) as api:
            self.state(prepared, api, CONNECTION)
            self.log(prepared, diagnostic, failed, *events)
            assert resolve_open_operations(prepared, may_delete=False) is retried
            assert api.deleted == []
        imported = prepared.cli.with_name("imported")
        known = (
            {one["urn"] for one in json.loads(imported.read_text())["deployment"]["resources"]}
            if (imported.exists())
            else {CONNECTION["urn"]}
        )
        assert (CONNECTION["urn"] in known) is (status == 200)

    @pytest.mark.process
    def test_without_a_persons_word_an_orphan_is_told_until_it_is_given(
        self, prepared: Prepared, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with StubApi(account(YOUNG)) as api:
            self.state(prepared, api)
            failed = step("resOpFailedEvent", "create", of_provider(ACCOUNT))
            first = self.log(prepared, failed, CONFLICT)
            assert not resolve_open_operations(prepared, may_delete=False)
            assert not first.log.exists()
            self.log(prepared)  # of the next command, which neither deletes it nor fails
            for _ in range(2):
                said = capsys.readouterr().err
                assert "service account sa-1 (runner)" in said
                assert "--delete-orphans" in said
                recover(prepared, may_delete=False)
            assert api.deleted == []
            recover(prepared, may_delete=True)
            assert api.deleted == [ACCOUNT_PATH]
            assert list(first.log.parent.iterdir()) == []

    @pytest.mark.process
    def test_an_orphan_is_known_when_the_proof_is_gone(self, prepared: Prepared) -> None:
        with StubApi(account(YOUNG)) as api:
            self.state(prepared, api)
            self.log(prepared, step("resOpFailedEvent", "create", of_provider(ACCOUNT)), CONFLICT)
            resolve_open_operations(prepared, may_delete=False)
            emptied = json.dumps({"deployment": {"resources": []}})
            prepared.cli.with_name("exported").write_text(emptied)
            settings = prepared.layout.project / "Pulumi.dev.yaml"
            settings.write_text(f"config:\n  confluentcloud:endpoint: {api.url}\n")
            recover(
                Prepared(prepared.layout, Stack.read(Project.read(prepared.layout), "dev"), prepared.cli, {}, None),
                may_delete=True,
            )
            assert api.deleted == [ACCOUNT_PATH]

    @pytest.mark.process
    def test_an_orphan_that_cannot_be_looked_up_stops_no_command(
        self, prepared: Prepared, capsys: pytest.CaptureFixture[str]
    ) -> None:
        held = account(YOUNG)
        with StubApi(held) as api:
            self.state(prepared, api)
            self.log(prepared, step("resOpFailedEvent", "create", of_provider(ACCOUNT)), CONFLICT)
            resolve_open_operations(prepared, may_delete=False)
            held["GET /iam/v2/service-accounts"] = (401, {"errors": []})
            recover(prepared, may_delete=True)
            assert "cannot be looked up" in capsys.readouterr().err
            assert len(CommandFiles.with_orphans_of(prepared)) == 1

    @pytest.mark.process
    def test_a_killed_command_without_traces_is_as_old_as_its_lock(self, prepared: Prepared) -> None:
        """As a plain `pulumi` leaves it, whose lock tells when it began."""
        for locked_since, deleted in ((None, []), (BEGAN, [ACCOUNT_PATH])):
            with StubApi(account(YOUNG)) as api:
                self.state(prepared, api)
                log(CommandFiles.of(prepared).log, step("resourcePreEvent", "create", of_provider(ACCOUNT)))
                resolve_open_operations(prepared, may_delete=True, locked_since=locked_since)
                assert api.deleted == deleted

    @pytest.mark.process
    def test_a_lock_says_nothing_of_another_machines_clock(self, prepared: Prepared) -> None:
        settings = prepared.layout.project / "Pulumi.dev.yaml"
        settings.write_text("config:\n  confluentcloud:endpoint: https://api.confluent.cloud\n")
        remote = replace(prepared, stack=Stack.read(Project.read(prepared.layout), "dev"))
        with StubApi(account(YOUNG)) as api:
            self.state(remote, api)
            log(CommandFiles.of(remote).log, step("resourcePreEvent", "create", of_provider(ACCOUNT)))
            resolve_open_operations(remote, may_delete=True, locked_since=BEGAN)
            assert api.deleted == []

    def test_nothing_to_do_asks_nobody(self, prepared: Prepared) -> None:
        with StubApi({}) as api:
            self.state(prepared, api)
            files = self.log(prepared, step("resOutputsEvent", "create", {**ACCOUNT, "id": "sa-1"}))
            resolve_open_operations(prepared, may_delete=True)
            assert api.asked == []
        assert not files.log.exists()
