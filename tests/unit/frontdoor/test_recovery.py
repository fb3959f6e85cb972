"""What a killed command leaves is undone, type by type, and nothing else is touched."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.frontdoor.stub_api import StubApi
from toolchain.frontdoor import recovery
from toolchain.frontdoor.failure import Failure
from toolchain.frontdoor.half_made import KINDS
from toolchain.frontdoor.interrupted import Interrupted, without
from toolchain.frontdoor.recovery import settle

SAVED = "2026-11-22T13:41:01.690847484Z"
YOUNG, OLD = "2026-11-22T13:40:00Z", "2026-11-20T00:00:00Z"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"flink-secret"'}
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::flink"
SQL = "/sql/v1/organizations/org-1/environments/env-1"
IN_ENVIRONMENT = {"environment": {"id": "env-1"}}


def operation(token: str, inputs: dict[str, Any], kind: str = "creating", identity: str = "") -> dict[str, Any]:
    type_name = f"confluentcloud:index/{token}"
    urn = f"urn:pulumi:dev::p::{type_name}::thing"
    resource = {"urn": urn, "type": type_name, "inputs": inputs, "id": identity, "provider": f"{PROVIDER}::id"}
    return {"type": kind, "resource": resource}


def state(api: StubApi, *operations: dict[str, Any], resources: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    provider = {
        "urn": PROVIDER,
        "type": "pulumi:providers:confluentcloud",
        "inputs": {
            "endpoint": api.url,
            "flinkRestEndpoint": api.url,
            "flinkApiKey": "FK",
            "flinkApiSecret": SECRET,
            "organizationId": "org-1",
            "environmentId": "env-1",
        },
    }
    deployment = {
        "manifest": {"time": SAVED},
        "resources": [provider, *resources],
        "pending_operations": list(operations),
    }
    return {"version": 3, "deployment": deployment}


def settled(exported: dict[str, Any]) -> tuple[list[str], set[tuple[str, str]]]:
    interrupted = Interrupted(exported)
    keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
    outcomes = [outcome for op in interrupted.operations for outcome in settle(op, interrupted, keys)]
    return [outcome.line for outcome in outcomes], {outcome.gone for outcome in outcomes if outcome.gone}


def named(identity: str, name: str, created: str = YOUNG, **more: Any) -> dict[str, Any]:
    return {"id": identity, "display_name": name, "metadata": {"created_at": created}, **more}


def spec(identity: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "metadata": {"created_at": YOUNG}, "spec": {"display_name": name, **more}}


BINDING = {"principal": "User:sa-1", "role_name": "DeveloperRead", "crn_pattern": "crn://c/kafka=lkc-1/topic=t"}

# Type, inputs, what the cloud holds, what is deleted of it.
HALF_MADE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "environment:Environment",
        {"displayName": "rag-1"},
        {
            "GET /org/v2/environments": {"data": [named("env-0", "default"), named("env-9", "rag-1")]},
            "GET /cmk/v2/clusters": {"data": []},
        },
        "/org/v2/environments/env-9",
    ),
    (
        "serviceAccount:ServiceAccount",
        {"displayName": "rag-1"},
        {"GET /iam/v2/service-accounts": {"data": [named("sa-1", "other"), named("sa-2", "rag-1")]}},
        "/iam/v2/service-accounts/sa-2",
    ),
    (
        "kafkaCluster:KafkaCluster",
        {"displayName": "rag", **IN_ENVIRONMENT},
        {"GET /cmk/v2/clusters": {"data": [spec("lkc-1", "rag")]}},
        "/cmk/v2/clusters/lkc-1?environment=env-1",
    ),
    (
        "flinkComputePool:FlinkComputePool",
        {"displayName": "rag", **IN_ENVIRONMENT},
        {"GET /fcpm/v2/compute-pools": {"data": [spec("lfcp-1", "rag"), spec("lfcp-2", "x")]}},
        "/fcpm/v2/compute-pools/lfcp-1?environment=env-1",
    ),
    (
        "roleBinding:RoleBinding",
        {"principal": "User:sa-1", "roleName": "DeveloperRead", "crnPattern": BINDING["crn_pattern"]},
        {
            "GET /iam/v2/role-bindings": {
                "data": [{"id": "rb-0", **BINDING, "role_name": "X"}, {"id": "rb-1", **BINDING}]
            }
        },
        "/iam/v2/role-bindings/rb-1",
    ),
    (
        "apiKey:ApiKey",
        {"displayName": "rag-flink", "owner": {"id": "sa-1"}},
        {"GET /iam/v2/api-keys": {"data": [spec("KEY1", "rag-flink", owner={"id": "sa-1"}), spec("KEY2", "x")]}},
        "/iam/v2/api-keys/KEY1",
    ),
    (
        "connector:Connector",
        {"configNonsensitive": {"name": "data gen"}, "kafkaCluster": {"id": "lkc-1"}, **IN_ENVIRONMENT},
        {
            "GET /connect/v1/environments/env-1/clusters/lkc-1/connectors": {
                "data gen": {"id": {"id": "lcc-1"}},
                "other": {"id": {"id": "lcc-2"}},
            }
        },
        "/connect/v1/environments/env-1/clusters/lkc-1/connectors/data%20gen",
    ),
    (
        "flinkConnection:FlinkConnection",
        {"displayName": "openai"},
        {f"GET {SQL}/connections/openai": {"name": "openai"}},
        f"{SQL}/connections/openai",
    ),
    (
        "kafkaTopic:KafkaTopic",
        {"topicName": "t", "kafkaCluster": {"id": "lkc-1"}},
        {"GET /kafka/v3/clusters/lkc-1/topics/t": {"topic_name": "t"}},
        "/kafka/v3/clusters/lkc-1/topics/t",
    ),
]
BY_TYPE = pytest.mark.parametrize(
    ("token", "inputs", "held", "deleted"), HALF_MADE, ids=[case[0] for case in HALF_MADE]
)


@BY_TYPE
def test_a_half_made_object_is_removed(token: str, inputs: dict[str, Any], held: dict[str, Any], deleted: str) -> None:
    with StubApi({**held, f"DELETE {deleted}": (204, None)}) as api:
        if token.startswith("kafkaTopic"):
            inputs = {**inputs, "restEndpoint": api.url}
        lines, gone = settled(state(api, operation(token, inputs)))
        assert api.deleted == [deleted]
    assert len(lines) == 1
    assert "removed" in lines[0]
    assert gone == set()


@BY_TYPE
def test_nothing_is_done_where_nothing_was_made(
    token: str, inputs: dict[str, Any], held: dict[str, Any], deleted: str
) -> None:
    with StubApi({key: {"data": []} for key, value in held.items() if "data" in value}) as api:
        if token.startswith("kafkaTopic"):
            inputs = {**inputs, "restEndpoint": api.url}
        assert settled(state(api, operation(token, inputs))) == ([], set())
        assert api.deleted == []
        assert api.asked != []
        assert deleted


@BY_TYPE
def test_an_object_of_a_resource_in_the_state_is_left_alone(
    token: str, inputs: dict[str, Any], held: dict[str, Any], deleted: str
) -> None:
    identity = deleted.partition("?")[0].rsplit("/", 1)[-1].replace("data%20gen", "lcc-1")
    known = operation(token, inputs, identity=f"env-1/{identity}")["resource"]
    with StubApi(held) as api:
        if token.startswith("kafkaTopic"):
            inputs = {**inputs, "restEndpoint": api.url}
        settled(state(api, operation(token, inputs), resources=(known,)))
        assert api.deleted == []


def test_a_half_made_statement_is_left_to_the_programs_hook() -> None:
    with StubApi({f"GET {SQL}/statements/insert-1": {"name": "insert-1"}}) as api:
        pending = operation("flinkStatement:FlinkStatement", {"statementName": "insert-1"})
        assert settled(state(api, pending)) == ([], set())
        assert api.deleted == []


def test_an_older_namesake_is_somebody_elses() -> None:
    held = {"GET /iam/v2/service-accounts": {"data": [named("sa-2", "rag-1", OLD)]}}
    with StubApi(held) as api:
        lines, _ = settled(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"})))
        assert api.deleted == []
    assert "left alone" in lines[0]
    assert "older" in lines[0]


def test_an_environment_in_use_is_left_alone() -> None:
    held = {
        "GET /org/v2/environments": {"data": [named("env-9", "rag-1")]},
        "GET /cmk/v2/clusters": {"data": [spec("lkc-1", "rag")]},
    }
    with StubApi(held) as api:
        lines, _ = settled(state(api, operation("environment:Environment", {"displayName": "rag-1"})))
        assert api.deleted == []
    assert "in use" in lines[0]


def test_a_nameless_key_is_not_guessed_at() -> None:
    with StubApi({"GET /iam/v2/api-keys": {"data": [spec("KEY1", "", owner={"id": "sa-1"})]}}) as api:
        assert settled(state(api, operation("apiKey:ApiKey", {"owner": {"id": "sa-1"}}))) == ([], set())
        assert api.deleted == []


def test_lists_are_read_to_their_last_page() -> None:
    first = {"data": [named("sa-1", "x")], "metadata": {"next": "https://any/?page_token=two"}}
    held = {
        "GET /iam/v2/service-accounts?page_size=100": first,
        "GET /iam/v2/service-accounts?page_size=100&page_token=two": {"data": [named("sa-2", "rag-1")]},
        "DELETE /iam/v2/service-accounts/sa-2": (204, None),
    }
    with StubApi(held) as api:
        settled(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"})))
        assert api.deleted == ["/iam/v2/service-accounts/sa-2"]


def test_the_providers_own_key_is_used_for_flink() -> None:
    with StubApi({}) as api:
        settled(state(api, operation("flinkConnection:FlinkConnection", {"displayName": "c"})))
        assert api.keys == {"Basic Rks6Zmxpbmstc2VjcmV0"}


@pytest.mark.parametrize("there", [True, False])
def test_what_was_deleted_leaves_the_state(there: bool) -> None:  # noqa: FBT001 - a case of the test
    held = {f"GET {SQL}/statements/s": {"name": "s"}} if there else {}
    with StubApi(held) as api:
        pending = operation("flinkStatement:FlinkStatement", {"statementName": "s"}, "deleting", "env-1/s")
        exported = state(api, pending, resources=(pending["resource"],))
        lines, gone = settled(exported)
        assert api.deleted == []
    left = without(exported, gone)["deployment"]
    assert left["pending_operations"] == []
    assert (pending["resource"] in left["resources"]) is there
    assert bool(lines) is not there


def test_what_took_its_place_stays_in_the_state() -> None:
    with StubApi({}) as api:
        pending = operation("flinkStatement:FlinkStatement", {"statementName": "old"}, "deleting", "env-1/old")
        old, new = {**pending["resource"], "delete": True}, {**pending["resource"], "id": "env-1/new"}
        exported = state(api, pending, resources=(new, old))
        _, gone = settled(exported)
    assert without(exported, gone)["deployment"]["resources"][1:] == [new]


def test_a_cloud_in_passing_trouble_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.frontdoor.http_json.time.sleep", lambda _: None)
    found = (200, {"data": [named("sa-2", "rag-1")]})
    listed, deleted = [(503, None), (429, None), found], [(500, None), (204, None)]
    held = {
        "GET /iam/v2/service-accounts": lambda: listed.pop(0),
        "DELETE /iam/v2/service-accounts/sa-2": lambda: deleted.pop(0),
    }
    with StubApi(held) as api:
        settled(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"})))
    assert listed == deleted == []


def test_a_cloud_that_stays_in_trouble_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.frontdoor.http_json.time.sleep", lambda _: None)
    with StubApi({"GET /iam/v2/service-accounts": (503, None)}) as api, pytest.raises(Failure, match="503"):
        settled(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"})))


def test_a_cloud_that_does_not_answer_is_a_failure_and_not_a_guess() -> None:
    with StubApi({"GET /iam/v2/service-accounts": (401, {"errors": []})}) as api:
        with pytest.raises(Failure, match="401"):
            settled(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"})))
        exported = state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-1"}))
    with pytest.raises(Failure, match="does not answer"):
        settled(exported)


def test_other_providers_resources_are_left_to_pulumi() -> None:
    with StubApi({}) as api:
        pending = operation("environment:Environment", {})
        pending["resource"]["type"] = "random:index/randomId:RandomId"
        assert settled(state(api, pending)) == ([], set())
        assert api.asked == []


def test_secrets_are_not_in_a_repr() -> None:
    with StubApi({}) as api:
        interrupted = Interrupted(
            state(api, operation("apiKey:ApiKey", {"displayName": json.loads(SECRET["plaintext"])}))
        )
    assert "flink-secret" not in repr([*interrupted.operations, *interrupted.resources])


def test_every_resource_of_the_tutorial_is_known() -> None:
    assert {token for token, *_ in HALF_MADE} <= {kind.removeprefix("confluentcloud:index/") for kind in KINDS}


@pytest.mark.parametrize(
    ("token", "ago", "waits"),
    [
        ("apiKey:ApiKey", 2, True),
        ("apiKey:ApiKey", 60, False),
        ("serviceAccount:ServiceAccount", 2, False),
    ],
    ids=["a twin could come", "no more", "a second one would be refused"],
)
def test_a_request_just_sent_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, token: str, ago: float, *, waits: bool
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    saved = datetime.now(UTC) - timedelta(seconds=ago)
    deployment = {"manifest": {"time": saved.isoformat()}, "pending_operations": [operation(token, {})]}
    recovery._let_requests_arrive(Interrupted({"deployment": deployment}))
    assert any(seconds > 1 for seconds in slept) is waits
