"""What a killed or failed command leaves is deleted if it provably made it, kind by kind, and nothing else is."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.state import recovery
from toolchain.frontdoor.state.command_start import CommandStart
from toolchain.frontdoor.state.interrupted import InterruptedState, without_pending_operations
from toolchain.frontdoor.state.lookup import KINDS, NEVER_LOOKED_UP
from toolchain.frontdoor.state.resolving import Outcome, RecoveryContext, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

SAVED = "2026-11-22T13:41:01.690847484Z"
BEGAN = datetime(2026, 11, 22, 13, 39, 58, tzinfo=UTC)
YOUNG, OLD = "2026-11-22T13:40:00Z", "2024-03-01T00:00:00Z"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"flink-secret"'}
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:confluentcloud::flink"
SQL = "/sql/v1/organizations/org-1/environments/env-1"
IN_ENVIRONMENT = {"environment": {"id": "env-1"}}


def in_state(token: str, identity: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::p::{token}::{identity}", "type": token, "id": identity, "inputs": {}, **more}


# What shows that an object is the stack's: its own random digits, environment, cluster and service account.
OWN = (
    in_state("random:index/randomId:RandomId", "obLD", outputs={"hex": "a1b2c3"}),
    in_state("confluentcloud:index/environment:Environment", "env-1"),
    in_state("confluentcloud:index/kafkaCluster:KafkaCluster", "lkc-1"),
    in_state("confluentcloud:index/serviceAccount:ServiceAccount", "sa-1"),
)


def operation(token: str, inputs: dict[str, Any], kind: str = "creating", identity: str = "") -> dict[str, Any]:
    type_name = f"confluentcloud:index/{token}"
    urn = f"urn:pulumi:dev::p::{type_name}::thing"
    resource = {"urn": urn, "type": type_name, "inputs": inputs, "id": identity, "provider": f"{PROVIDER}::id"}
    return {"type": kind, "resource": resource}


def state(api: StubApi, *operations: dict[str, Any], resources: tuple[dict[str, Any], ...] = OWN) -> dict[str, Any]:
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


NOTHING_THERE = CommandStart(BEGAN, {"lkc-1": []})


def outcomes(
    exported: dict[str, Any], start: CommandStart = NOTHING_THERE, *, may_delete: bool = True
) -> list[Outcome]:
    interrupted = InterruptedState(exported)
    keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
    context = RecoveryContext(interrupted, keys, start, may_delete)
    return [outcome for op in interrupted.operations for outcome in resolve(op, context)]


def lines_and_gone(exported: dict[str, Any]) -> tuple[list[str], set[tuple[str, str]]]:
    found = outcomes(exported)
    return [outcome.line for outcome in found], {outcome.gone for outcome in found if outcome.gone}


def named(identity: str, name: str, created: str = YOUNG, **more: Any) -> dict[str, Any]:
    return {"id": identity, "display_name": name, "metadata": {"created_at": created}, **more}


def spec(identity: str, name: str, created: str = YOUNG, **more: Any) -> dict[str, Any]:
    return {"id": identity, "metadata": {"created_at": created}, "spec": {"display_name": name, **more}}


BINDING = {"principal": "User:sa-1", "role_name": "DeveloperRead", "crn_pattern": "crn://c/kafka=lkc-1/topic=t"}


def bound(identity: str, created: str, **more: str) -> dict[str, Any]:
    return {"id": identity, "metadata": {"created_at": created}, **BINDING, **more}


@dataclass(frozen=True)
class Left:
    """A kind of object: what the program gives, what the cloud holds if it was created then, what is to be deleted."""

    token: str
    inputs: dict[str, Any]
    held: Callable[[str], dict[str, Any]]
    deleted: str


LEFT = [
    Left(
        "environment:Environment",
        {"displayName": "rag-a1b2c3"},
        lambda created: {
            "GET /org/v2/environments": {"data": [named("env-0", "default"), named("env-9", "rag-a1b2c3", created)]},
            "GET /cmk/v2/clusters": {"data": []},
        },
        "/org/v2/environments/env-9",
    ),
    Left(
        "serviceAccount:ServiceAccount",
        {"displayName": "rag-a1b2c3"},
        lambda created: {
            "GET /iam/v2/service-accounts": {"data": [named("sa-7", "other"), named("sa-2", "rag-a1b2c3", created)]}
        },
        "/iam/v2/service-accounts/sa-2",
    ),
    Left(
        "customConnectorPlugin:CustomConnectorPlugin",
        {"displayName": "rag-qdrant-a1b2c3"},
        lambda created: {
            "GET /connect/v1/custom-connector-plugins": {
                "data": [named("ccp-7", "other"), named("ccp-2", "rag-qdrant-a1b2c3", created)]
            }
        },
        "/connect/v1/custom-connector-plugins/ccp-2",
    ),
    Left(
        "kafkaCluster:KafkaCluster",
        {"displayName": "rag", **IN_ENVIRONMENT},
        lambda created: {"GET /cmk/v2/clusters": {"data": [spec("lkc-2", "rag", created)]}},
        "/cmk/v2/clusters/lkc-2?environment=env-1",
    ),
    Left(
        "flinkComputePool:FlinkComputePool",
        {"displayName": "rag", **IN_ENVIRONMENT},
        lambda created: {"GET /fcpm/v2/compute-pools": {"data": [spec("lfcp-1", "rag", created), spec("lfcp-2", "x")]}},
        "/fcpm/v2/compute-pools/lfcp-1?environment=env-1",
    ),
    Left(
        "roleBinding:RoleBinding",
        {"principal": "User:sa-1", "roleName": "DeveloperRead", "crnPattern": BINDING["crn_pattern"]},
        lambda created: {
            "GET /iam/v2/role-bindings": {"data": [bound("rb-0", created, role_name="X"), bound("rb-1", created)]}
        },
        "/iam/v2/role-bindings/rb-1",
    ),
    Left(
        "apiKey:ApiKey",
        {"displayName": "rag-flink", "owner": {"id": "sa-1"}},
        lambda created: {
            "GET /iam/v2/api-keys": {
                "data": [spec("KEY1", "rag-flink", created, owner={"id": "sa-1"}), spec("KEY2", "x")]
            }
        },
        "/iam/v2/api-keys/KEY1",
    ),
    Left(
        "connector:Connector",
        {"configNonsensitive": {"name": "data gen"}, "kafkaCluster": {"id": "lkc-1"}, **IN_ENVIRONMENT},
        lambda _: {
            "GET /connect/v1/environments/env-1/clusters/lkc-1/connectors": {
                "data gen": {"id": {"id": "lcc-1"}, "info": {"config": {"kafka.service.account.id": "sa-1"}}},
                "other": {"id": {"id": "lcc-2"}},
            }
        },
        "/connect/v1/environments/env-1/clusters/lkc-1/connectors/data%20gen",
    ),
    Left(
        "flinkConnection:FlinkConnection",
        {"displayName": "openai"},
        lambda created: {f"GET {SQL}/connections/openai": {"name": "openai", "metadata": {"created_at": created}}},
        f"{SQL}/connections/openai",
    ),
]
BY_TYPE = pytest.mark.parametrize("left", LEFT, ids=[context.token for context in LEFT])
TOPIC = {"topicName": "t", "kafkaCluster": {"id": "lkc-1"}}
HELD_TOPIC = {"GET /kafka/v3/clusters/lkc-1/topics/t": {"topic_name": "t"}}


@BY_TYPE
def test_what_the_last_command_made_is_deleted(left: Left) -> None:
    with StubApi({**left.held(YOUNG), f"DELETE {left.deleted}": (204, None)}) as api:
        found = outcomes(state(api, operation(left.token, left.inputs)))
        assert api.deleted == [left.deleted]
    assert [outcome.rolled_back is not None for outcome in found] == [True]
    assert "deleted" in found[0].line


@BY_TYPE
def test_an_older_namesake_is_left_alone_and_told(left: Left) -> None:
    with StubApi(left.held(OLD)) as api:
        was_there = CommandStart(BEGAN, {"lkc-1": ["data gen"]})
        found = outcomes(state(api, operation(left.token, left.inputs)), was_there)
        assert api.deleted == []
    assert [(outcome.rolled_back, outcome.orphan) for outcome in found] == [(None, None)]
    assert "left alone" in found[0].line
    assert left.deleted in found[0].line
    assert "pulumiw import" in found[0].line


@BY_TYPE
def test_one_that_another_stack_may_have_made_meanwhile_is_left_alone(left: Left) -> None:
    """As two stacks in one environment do, which neither of them has made."""
    with StubApi(left.held(YOUNG)) as api:
        read_only = tuple({**one, "external": True} for one in OWN if "RandomId" not in one["type"])
        found = outcomes(state(api, operation(left.token, left.inputs), resources=read_only))
        assert api.deleted == []
    assert len(found) == 1
    assert "left alone" in found[0].line


@BY_TYPE
def test_without_a_beginning_nothing_is_proven(left: Left) -> None:
    with StubApi(left.held(YOUNG)) as api:
        found = outcomes(state(api, operation(left.token, left.inputs)), CommandStart())
        assert api.deleted == []
    assert "left alone" in found[0].line


@BY_TYPE
def test_without_a_persons_word_it_is_told_and_not_deleted(left: Left) -> None:
    with StubApi(left.held(YOUNG)) as api:
        found = outcomes(state(api, operation(left.token, left.inputs)), may_delete=False)
        assert api.deleted == []
    assert [outcome.rolled_back for outcome in found] == [None]
    assert found[0].orphan is not None
    assert found[0].orphan[0] == f"confluentcloud:index/{left.token}"


@BY_TYPE
def test_what_was_proven_once_needs_no_second_proof(left: Left) -> None:
    with StubApi({**left.held(YOUNG), f"DELETE {left.deleted}": (204, None)}) as api:
        exported = state(api, operation(left.token, left.inputs))
        orphan = outcomes(exported, may_delete=False)[0].orphan
        assert orphan is not None
        all_else_is_gone = InterruptedState(state(api, operation(left.token, left.inputs), resources=()))
        for proven, deleted in (({("other", *orphan[1:])}, []), ({orphan}, [left.deleted])):
            context = RecoveryContext(all_else_is_gone, {}, CommandStart(), may_delete=True, proven=proven)
            list(resolve(all_else_is_gone.operations[0], context))
            assert api.deleted == deleted


@BY_TYPE
def test_nothing_is_done_where_nothing_was_made(left: Left) -> None:
    with StubApi({key: {"data": []} for key, value in left.held(YOUNG).items() if "data" in value}) as api:
        assert lines_and_gone(state(api, operation(left.token, left.inputs))) == ([], set())
        assert api.deleted == []
        assert api.asked != []


@BY_TYPE
def test_an_object_of_a_resource_in_the_state_is_left_alone(left: Left) -> None:
    identity = left.deleted.partition("?")[0].rsplit("/", 1)[-1].replace("data%20gen", "lcc-1")
    known = operation(left.token, left.inputs, identity=f"env-1/{identity}")["resource"]
    with StubApi(left.held(YOUNG)) as api:
        assert lines_and_gone(state(api, operation(left.token, left.inputs), resources=(*OWN, known))) == ([], set())
        assert api.deleted == []


@pytest.mark.parametrize("began", [NOTHING_THERE, CommandStart()])
def test_a_topic_is_never_deleted(began: CommandStart) -> None:
    """Its API does not say when it was created, and it may hold records."""
    with StubApi(HELD_TOPIC) as api:
        found = outcomes(state(api, operation("kafkaTopic:KafkaTopic", {**TOPIC, "restEndpoint": api.url})), began)
        assert api.deleted == []
    assert len(found) == 1
    assert "left alone: the cloud does not say when it was created" in found[0].line


@pytest.mark.parametrize(
    ("began", "account", "deleted"),
    [
        (CommandStart(BEGAN, {"lkc-1": []}), "sa-1", True),
        (CommandStart(BEGAN, {}), "sa-1", True),  # the cluster is younger than the command
        (CommandStart(BEGAN, {"lkc-1": ["data gen"]}), "sa-1", False),
        (CommandStart(BEGAN, None), "sa-1", False),
        (CommandStart(BEGAN, {"lkc-1": []}), "sa-9", False),
        (CommandStart(BEGAN, {"lkc-1": []}), None, False),
    ],
    ids=["was not there", "no cluster was", "was there", "not listed", "another's account", "runs with a key"],
)
def test_a_connector_is_proven_by_its_account_and_what_was_there_before(
    began: CommandStart, account: str | None, *, deleted: bool
) -> None:
    left = next(context for context in LEFT if context.token.startswith("connector"))
    config = {"kafka.service.account.id": account} if account else {"kafka.auth.mode": "KAFKA_API_KEY"}
    held = {key: {"data gen": {"id": {"id": "lcc-1"}, "info": {"config": config}}} for key in left.held(YOUNG)}
    with StubApi({**held, f"DELETE {left.deleted}": (200, {"error": None})}) as api:
        outcomes(state(api, operation(left.token, left.inputs)), began)
        assert bool(api.deleted) is deleted


@pytest.mark.parametrize("token", sorted(kind.removeprefix("confluentcloud:index/") for kind in NEVER_LOOKED_UP))
def test_a_creation_that_can_be_repeated_is_not_looked_up(token: str) -> None:
    with StubApi({}) as api:
        assert lines_and_gone(state(api, operation(token, {"statementName": "insert-1"}))) == ([], set())
        assert api.asked == []


def test_an_environment_in_use_is_left_alone() -> None:
    left = LEFT[0]
    held = {**left.held(YOUNG), "GET /cmk/v2/clusters": {"data": [spec("lkc-1", "rag")]}}
    with StubApi(held) as api:
        lines, _ = lines_and_gone(state(api, operation(left.token, left.inputs)))
        assert api.deleted == []
    assert "in use" in lines[0]


def test_a_nameless_key_is_not_guessed_at() -> None:
    with StubApi({"GET /iam/v2/api-keys": {"data": [spec("KEY1", "", owner={"id": "sa-1"})]}}) as api:
        assert lines_and_gone(state(api, operation("apiKey:ApiKey", {"owner": {"id": "sa-1"}}))) == ([], set())
        assert api.deleted == []


def test_lists_are_read_to_their_last_page() -> None:
    first = {"data": [named("sa-1", "x")], "metadata": {"next": "https://any/?page_token=two"}}
    held = {
        "GET /iam/v2/service-accounts?page_size=100": first,
        "GET /iam/v2/service-accounts?page_size=100&page_token=two": {"data": [named("sa-2", "rag-a1b2c3")]},
        "DELETE /iam/v2/service-accounts/sa-2": (204, None),
    }
    with StubApi(held) as api:
        lines_and_gone(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-a1b2c3"})))
        assert api.deleted == ["/iam/v2/service-accounts/sa-2"]


def test_the_providers_own_key_is_used_for_flink() -> None:
    with StubApi({}) as api:
        lines_and_gone(state(api, operation("flinkConnection:FlinkConnection", {"displayName": "c"})))
        assert api.keys == {"Basic Rks6Zmxpbmstc2VjcmV0"}


@pytest.mark.parametrize("there", [True, False])
def test_what_was_deleted_leaves_the_state(there: bool) -> None:  # noqa: FBT001 - a context of the test
    held = {f"GET {SQL}/statements/s": {"name": "s"}} if there else {}
    with StubApi(held) as api:
        pending = operation("flinkStatement:FlinkStatement", {"statementName": "s"}, "deleting", "env-1/s")
        exported = state(api, pending, resources=(pending["resource"],))
        lines, gone = lines_and_gone(exported)
        assert api.deleted == []
    left = without_pending_operations(exported, gone)["deployment"]
    assert left["pending_operations"] == []
    assert (pending["resource"] in left["resources"]) is there
    assert bool(lines) is not there


ACL = {
    "kafkaCluster": {"id": "lkc-1"},
    "resourceType": "TOPIC",
    "resourceName": "t",
    "patternType": "LITERAL",
    "principal": "User:sa-1",
    "host": "*",
    "operation": "READ",
    "permission": "ALLOW",
}


@pytest.mark.parametrize(
    ("token", "inputs", "held"),
    [
        ("kafkaAcl:KafkaAcl", ACL, {"GET /kafka/v3/clusters/lkc-1/acls": {"data": [{"host": "*"}]}}),
        ("kafkaTopic:KafkaTopic", TOPIC, HELD_TOPIC),
        ("schema:Schema", {"subjectName": "t/x"}, {"GET /subjects/t%2Fx/versions/latest": {"id": 1}}),
        ("subjectConfig:SubjectConfig", {"subjectName": "t"}, {"GET /config/t": {"compatibilityLevel": "NONE"}}),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_what_is_still_there_stays_in_the_state(
    token: str, inputs: dict[str, Any], held: dict[str, Any], *, there: bool
) -> None:
    identity = "t" if token.startswith("kafkaTopic") else "its id"
    with StubApi(held if there else {}) as api:
        pending = operation(token, {**inputs, "restEndpoint": api.url}, "deleting", identity)
        _, gone = lines_and_gone(state(api, pending, resources=(pending["resource"],)))
        assert api.deleted == []
    assert bool(gone) is not there


def test_what_took_its_place_stays_in_the_state() -> None:
    with StubApi({}) as api:
        pending = operation("flinkStatement:FlinkStatement", {"statementName": "old"}, "deleting", "env-1/old")
        old, new = {**pending["resource"], "delete": True}, {**pending["resource"], "id": "env-1/new"}
        exported = state(api, pending, resources=(new, old))
        _, gone = lines_and_gone(exported)
    assert without_pending_operations(exported, gone)["deployment"]["resources"][1:] == [new]


def test_a_cloud_in_passing_trouble_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.frontdoor.hall.http_json.time.sleep", lambda _: None)
    found = (200, {"data": [named("sa-2", "rag-a1b2c3")]})
    listed, deleted = [(503, None), (429, None), found], [(500, None), (204, None)]
    held = {
        "GET /iam/v2/service-accounts": lambda: listed.pop(0),
        "DELETE /iam/v2/service-accounts/sa-2": lambda: deleted.pop(0),
    }
    with StubApi(held) as api:
        lines_and_gone(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-a1b2c3"})))
    assert listed == deleted == []


def test_a_cloud_that_stays_in_trouble_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.frontdoor.hall.http_json.time.sleep", lambda _: None)
    with StubApi({"GET /iam/v2/service-accounts": (503, None)}) as api, pytest.raises(Failure, match="503"):
        lines_and_gone(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-a1b2c3"})))


def test_a_cloud_that_does_not_answer_is_a_failure_and_not_a_guess() -> None:
    with StubApi({"GET /iam/v2/service-accounts": (401, {"errors": []})}) as api:
        with pytest.raises(Failure, match="401"):
            lines_and_gone(state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-a1b2c3"})))
        exported = state(api, operation("serviceAccount:ServiceAccount", {"displayName": "rag-a1b2c3"}))
    with pytest.raises(Failure, match="does not answer"):
        lines_and_gone(exported)


def test_other_providers_resources_are_left_to_pulumi() -> None:
    with StubApi({}) as api:
        pending = operation("environment:Environment", {})
        pending["resource"]["type"] = "random:index/randomId:RandomId"
        assert lines_and_gone(state(api, pending)) == ([], set())
        assert api.asked == []


def test_secrets_are_not_in_a_repr() -> None:
    with StubApi({}) as api:
        interrupted = InterruptedState(
            state(api, operation("apiKey:ApiKey", {"displayName": json.loads(SECRET["plaintext"])}))
        )
    assert "flink-secret" not in repr([*interrupted.operations, *interrupted.resources])


def test_each_kind_is_deleted_with_proof_or_never() -> None:
    never = {kind.removeprefix("confluentcloud:index/") for kind in NEVER_LOOKED_UP} | {"kafkaTopic:KafkaTopic"}
    proven = {context.token for context in LEFT}
    assert proven | never == {kind.removeprefix("confluentcloud:index/") for kind in KINDS}
    assert not proven & never


@pytest.mark.parametrize(
    ("kind", "token", "ago", "waits"),
    [
        ("creating", "apiKey:ApiKey", 2, True),
        ("creating", "apiKey:ApiKey", 60, False),
        ("creating", "serviceAccount:ServiceAccount", 2, True),
        ("deleting", "serviceAccount:ServiceAccount", 2, False),
    ],
    ids=["a twin could come", "no more", "its name could be taken", "nothing can come"],
)
def test_a_request_just_sent_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, kind: str, token: str, ago: float, *, waits: bool
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    saved = datetime.now(UTC) - timedelta(seconds=ago)
    deployment = {"manifest": {"time": saved.isoformat()}, "pending_operations": [operation(token, {}, kind)]}
    recovery._wait_for_requests_in_flight(InterruptedState({"deployment": deployment}))
    assert any(seconds > 1 for seconds in slept) is waits
