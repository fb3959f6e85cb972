"""Organizations and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.localcloud.conftest import cluster_body, eventually, statement_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def test_the_default_environment_is_there_from_the_start(local: Local) -> None:
    (default,) = local.call("GET", "/org/v2/environments")["data"]
    assert default["display_name"] == "default"
    assert (
        f"/organization={local.credentials.organization_id}/environment={default['id']}"
        in (default["metadata"]["resource_name"])
    )
    assert "default environment" in local.detail("DELETE", f"/org/v2/environments/{default['id']}", status=409)


def test_the_one_organization(local: Local) -> None:
    (one,) = local.call("GET", "/org/v2/organizations?page_size=100")["data"]
    assert one["id"] == local.credentials.organization_id
    assert local.call("GET", f"/org/v2/organizations/{one['id']}") == one
    local.call("GET", "/org/v2/organizations/other", status=404)


def test_an_environment_is_made_renamed_upgraded_and_deleted(local: Local) -> None:
    env = local.environment("prod")
    local.call("PATCH", f"/org/v2/environments/{env}", {"display_name": "live"})
    local.call("PATCH", f"/org/v2/environments/{env}", {"stream_governance_config": {"package": "ADVANCED"}})
    read = local.call("GET", f"/org/v2/environments/{env}")
    assert (read["display_name"], read["stream_governance_config"]) == ("live", {"package": "ADVANCED"})
    assert read["metadata"]["created_at"] < read["metadata"]["updated_at"]
    local.call("DELETE", f"/org/v2/environments/{env}", status=204)
    assert env in local.detail("GET", f"/org/v2/environments/{env}", status=404)
    local.call("DELETE", f"/org/v2/environments/{env}", status=404)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"display_name": "default"}, 409, "already in use"),
        ({"display_name": ""}, 400, "1 to 64"),
        ({}, 400, "1 to 64"),
        ({"display_name": "x" * 65}, 400, "65"),
        ({"display_name": "x", "stream_governance_config": {"package": "GOLD"}}, 400, "ESSENTIALS or ADVANCED"),
    ],
)
def test_environments_that_cannot_be(local: Local, body: dict[str, object], status: int, said: str) -> None:
    assert said in local.detail("POST", "/org/v2/environments", body, status=status)
    assert len(local.call("GET", "/org/v2/environments")["data"]) == 1


def test_a_package_is_not_downgraded_and_a_name_not_taken_twice(local: Local) -> None:
    env = local.environment("prod")
    path = f"/org/v2/environments/{env}"
    local.call("PATCH", path, {"stream_governance_config": {"package": "ADVANCED"}})
    back = {"stream_governance_config": {"package": "ESSENTIALS"}}
    assert "downgraded" in local.detail("PATCH", path, back, status=400)
    assert "in use" in local.detail("PATCH", path, {"display_name": "default"}, status=409)
    local.call("PATCH", path, {"display_name": "prod"})


def test_pages(local: Local) -> None:
    made = [local.environment(f"env {number}") for number in range(4)]
    names, path = [], "/org/v2/environments?page_size=2"
    while path:
        page = local.call("GET", path)
        assert len(page["data"]) <= 2
        names += [one["display_name"] for one in page["data"]]
        if len(names) == 2:  # what goes meanwhile makes nobody else disappear
            local.call("DELETE", f"/org/v2/environments/{made[0]}", status=204)
        path = page["metadata"].get("next", "").removeprefix("http://127.0.0.1:8099")
    assert names == ["default", "env 0", "env 1", "env 2", "env 3"]


@pytest.mark.parametrize("query", ["page_size=0", "page_size=101", "page_size=x", "page_token=%C3%A9"])
def test_pages_that_cannot_be(local: Local, query: str) -> None:
    assert "page_" in local.detail("GET", f"/org/v2/environments?{query}", status=400)


def test_deleting_an_environment_deletes_what_is_in_it(local: Local) -> None:
    env = local.environment()
    cluster = local.cluster(env)
    pool, account = local.pool(env), local.account()
    registry = local.registry(env)
    local.key(account, {"id": cluster, "kind": "Cluster"})
    local.key(account, {"id": registry, "kind": "Cluster"})
    key = local.flink_key(account, env)
    crn = local.call("GET", f"/org/v2/environments/{env}")["metadata"]["resource_name"]
    binding = {"principal": f"User:{account}", "role_name": "EnvironmentAdmin", "crn_pattern": crn}
    local.call("POST", "/iam/v2/role-bindings", binding, status=201)
    body = statement_body("s", "INSERT INTO t SELECT 1", pool)
    local.call("POST", f"{local.sql(env)}/statements", body, key=key, status=201)
    local.call("DELETE", f"/org/v2/environments/{env}", status=204)
    left = local.call("GET", "/local/v1/status")["resources"]
    assert [one["kind"] for one in left] == ["service-account"]
    assert local.plane.kafka.data == {}
    assert local.plane.flink.specs == {}
    eventually(lambda: len(local.plane.flink.environments) == 1)


def test_an_environment_with_a_protected_cluster_is_kept(local: Local) -> None:
    env = local.environment()
    local.call("POST", "/cmk/v2/clusters", cluster_body(env, deletion_protection=True), status=202)
    assert "deletion_protection" in local.detail("DELETE", f"/org/v2/environments/{env}", status=409)
    assert len(local.call("GET", f"/cmk/v2/clusters?environment={env}")["data"]) == 1
