"""Compute pools and regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.localcloud.conftest import pool_body, statement_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def test_a_pool_is_there_at_once(local: Local) -> None:
    env = local.environment()
    made = local.call("POST", "/fcpm/v2/compute-pools", pool_body(env), status=202)
    assert made["status"] == {"phase": "PROVISIONED", "current_cfu": 0}
    assert made["spec"]["environment"]["id"] == env
    assert made["metadata"]["resource_name"].endswith(f"/flink-region=aws.us-east-1/compute-pool={made['id']}")
    listed = local.call("GET", f"/fcpm/v2/compute-pools?environment={env}&spec.region=us-east-1")["data"]
    assert listed == [made]
    assert local.call("GET", f"/fcpm/v2/compute-pools?environment={env}&spec.region=eu-west-1")["data"] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"max_cfu": 7}, "5, 10, 20, 30, 40, 50, not 7"),
        ({"max_cfu": "many"}, "max_cfu"),
        ({"cloud": "IBM"}, "IBM"),
        ({"region": "moon"}, "moon"),
        ({"display_name": ""}, "display_name"),
    ],
)
def test_pools_that_cannot_be(local: Local, change: dict[str, Any], said: str) -> None:
    env = local.environment()
    assert said in local.detail("POST", "/fcpm/v2/compute-pools", pool_body(env, **change), status=400)
    assert local.call("GET", f"/fcpm/v2/compute-pools?environment={env}")["data"] == []


def test_a_pool_grows_and_never_shrinks(local: Local) -> None:
    env = local.environment()
    path = f"/fcpm/v2/compute-pools/{local.pool(env)}"
    place = {"environment": {"id": env}}
    grown = local.call("PATCH", path, {"spec": {"max_cfu": 20, "display_name": "big", **place}})
    assert (grown["spec"]["max_cfu"], grown["spec"]["display_name"]) == (20, "big")
    assert "increased" in local.detail("PATCH", path, {"spec": {"max_cfu": 10, **place}}, status=400)


def test_deleting_a_pool_stops_what_runs_in_it(local: Local) -> None:
    env = local.environment()
    pool, path = local.pool(env), f"{local.sql(env)}/statements"
    local.call("POST", path, statement_body("insert", "INSERT INTO t SELECT 1", pool), status=201)
    there = f"/fcpm/v2/compute-pools/{pool}?environment={env}"
    assert local.call("GET", there)["status"]["current_cfu"] == 1
    local.call("DELETE", there, status=204)
    assert local.call("GET", f"{path}/insert")["status"]["phase"] == "STOPPED"
    assert "not found" in local.detail("GET", there, status=404)
    local.call("DELETE", there, status=404)


def test_regions(local: Local) -> None:
    (one,) = local.call("GET", "/fcpm/v2/regions?cloud=AWS&page_size=99&region_name=us-east-2")["data"]
    assert one["id"] == "aws.us-east-2"
    assert one["http_endpoint"] == "http://127.0.0.1:8099"
    assert local.call("GET", "/fcpm/v2/regions?cloud=IBM")["data"] == []
    page = local.call("GET", "/fcpm/v2/regions?cloud=gcp&page_size=3")
    assert len(page["data"]) == 3
    following = local.call("GET", page["metadata"]["next"])
    assert following["data"][0]["id"] > page["data"][-1]["id"]
