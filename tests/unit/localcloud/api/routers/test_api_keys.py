"""API keys: what they open, and for how long."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.localcloud.conftest import Local


def test_a_key_opens_what_it_was_made_for_and_nothing_else(local: Local) -> None:
    env = local.environment()
    other_env = local.environment("other")
    cluster, other = local.cluster(env), local.cluster(env, "other")
    registry, account = local.registry(env), local.account()
    local.grant(account, "OrganizationAdmin")
    keys = {
        "cloud": local.key(account),
        "kafka": local.key(account, {"id": cluster, "kind": "Cluster"}),
        "registry": local.key(account, {"id": registry, "kind": "Cluster"}),
        "flink": local.flink_key(account, env),
        "global": local.key(account, {"id": "global", "kind": "Global"}),
        "admin": local.admin,
    }
    doors = {
        "/org/v2/environments": {"cloud", "global", "admin"},
        f"/connect/v1/environments/{env}/clusters/{cluster}/connectors": {"cloud", "global", "admin"},
        f"/kafka/v3/clusters/{cluster}/topics": {"kafka", "global", "admin"},
        f"/kafka/v3/clusters/{other}/topics": {"global", "admin"},
        f"/schema-registry/{registry}/subjects": {"registry", "global", "admin"},
        f"{local.sql(env)}/statements": {"flink", "global", "admin"},
        f"{local.sql(other_env)}/statements": {"global", "admin"},
        "/local/v1/status": {"admin"},
    }
    for path, opens in doors.items():
        for name, key in keys.items():
            status = local.send("GET", path, key=key).status_code
            assert status == (200 if name in opens else 403), (name, path)


def test_the_refusal_says_invalid_api_key_so_that_clients_keep_their_state(local: Local) -> None:
    env = local.environment()
    key = local.flink_key(local.account(), env)
    refused = local.call("GET", "/org/v2/environments", key=key, status=403)
    assert "invalid API key" in refused["errors"][0]["detail"]
    path = f"/kafka/v3/clusters/{local.cluster(env)}/topics"
    refused = local.call("GET", path, key=key, status=403)
    assert refused["error_code"] == 40301


@pytest.mark.parametrize(
    "path", ["/org/v2/environments", "/kafka/v3/clusters/lkc-1/topics", "/schema-registry/lsrc-1/subjects"]
)
def test_unknown_keys_and_wrong_secrets_look_alike(local: Local, path: str) -> None:
    key, _ = local.key(local.account())
    answers = [
        local.send("GET", path, key=("NOBODY", "x")),
        local.send("GET", path, key=(key, "wrong-secret")),
        local.send("GET", path, key=(local.admin[0], "wrong-secret")),
        local.send("GET", path, key=("internal", "wrong-secret")),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Basic"}
    assert "wrong-secret" not in "".join(answer.text for answer in answers)


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer x", "Basic " + base64.b64encode(b"abc").decode()])
def test_headers_that_name_nobody(local: Local, header: str) -> None:
    reply = local.client.get("/org/v2/environments", headers={"Authorization": header})
    assert reply.status_code == 401
    assert reply.json()["errors"][0]["status"] == "401"


def test_the_data_planes_token_is_good_for_schema_registries_alone(local: Local) -> None:
    env = local.environment()
    local.cluster(env)
    internal = ("internal", local.credentials.internal_token)
    local.call("GET", f"/schema-registry/{local.registry(env)}/subjects", key=internal)
    for path in ("/org/v2/environments", f"{local.sql(env)}/statements", "/local/v1/status"):
        local.call("GET", path, key=internal, status=403)


def test_a_secret_is_shown_once_and_kept_nowhere(local: Local, tmp_path: Path) -> None:
    key, secret = local.key(local.account())
    assert local.call("GET", f"/iam/v2/api-keys/{key}")["spec"]["secret"] == ""
    assert secret not in local.send("GET", "/iam/v2/api-keys").text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_brokers_know_their_keys_at_once(local: Local) -> None:
    env = local.environment()
    cluster, account = local.cluster(env), local.account()
    key, _ = local.key(account, {"id": cluster, "kind": "Cluster"})
    administrator, grant = local.plane.kafka.grants[cluster]
    assert administrator.key == local.credentials.cloud_api_key
    assert (grant.key, grant.principal, len(grant.secret_sha256)) == (key, account, 64)
    local.call("DELETE", f"/iam/v2/api-keys/{key}", status=204)
    assert local.plane.kafka.grants[cluster] == [administrator]
    local.call("GET", f"/iam/v2/api-keys/{key}", status=404)


@pytest.mark.parametrize(
    ("resource", "kind", "version"),
    [
        (None, "Cloud", "iam/v2"),
        ({"id": "cloud", "kind": "Cloud"}, "Cloud", "iam/v2"),
        ({"kind": "Region", "id": "gcp.us-central1"}, "Region", "fcpm/v2"),
        ({"kind": "Region", "id": "ENV.aws.us-east-2"}, "Region", "fcpm/v2"),
    ],
)
def test_the_reply_names_the_resource(local: Local, resource: dict[str, Any] | None, kind: str, version: str) -> None:
    env = local.environment()
    if resource and "environment" not in resource and resource["kind"] == "Region":
        resource = {**resource, "id": resource["id"].replace("ENV", env), "environment": {"id": env}}
    owner = {"owner": {"id": local.account()}}
    made = local.call("POST", "/iam/v2/api-keys", {"spec": {**owner, "resource": resource}}, status=202)
    shown = made["spec"]["resource"]
    assert (shown["kind"], shown["api_version"]) == (kind, version)
    if kind == "Region":
        assert (shown["id"], shown["environment"]) == (resource["id"].removeprefix(f"{env}.") if resource else "", env)


@pytest.mark.parametrize(
    ("spec", "status", "said"),
    [
        ({"owner": {"id": "sa-nobody"}}, 400, "sa-nobody"),
        ({"resource": {"id": "lkc-nowhere", "kind": "Cluster"}}, 404, "lkc-nowhere"),
        ({"resource": {"id": "lsrc-nowhere", "kind": "Cluster"}}, 404, "lsrc-nowhere"),
        ({"resource": {"id": "aws.us-east-1", "kind": "Region"}}, 404, "needs one"),
        ({"resource": {"id": "ibm.us-east-1", "kind": "Region"}}, 400, "AWS, AZURE, GCP"),
        ({"resource": {"id": "x", "kind": "Toaster"}}, 400, "lkc-..."),
    ],
)
def test_keys_that_cannot_be(local: Local, spec: dict[str, Any], status: int, said: str) -> None:
    assert said in local.detail("POST", "/iam/v2/api-keys", {"spec": spec}, status=status)
    assert local.call("GET", "/iam/v2/api-keys")["data"] == []


def test_keys_are_found_renamed_and_belong_to_the_caller_unless_said(local: Local) -> None:
    account = local.account()
    mine, _ = local.key(account)
    made = local.call("POST", "/iam/v2/api-keys", {"spec": {"display_name": "admin's"}}, status=202)
    assert made["spec"]["owner"]["id"].startswith("u-")
    assert [one["id"] for one in local.call("GET", f"/iam/v2/api-keys?spec.owner={account}")["data"]] == [mine]
    renamed = local.call("PATCH", f"/iam/v2/api-keys/{mine}", {"spec": {"description": "new"}})
    assert (renamed["spec"]["display_name"], renamed["spec"]["description"]) == ("key", "new")
