"""What Confluent's CLI sends for the tutorial's commands, and the fields that it reads of the replies.

Read in its public source (``internal/`` and ``pkg/ccloudv2``), with the bodies that its SDK writes. Its login is
another API, which is not public; here each call has an API key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.localcloud.conftest import datagen_config, eventually

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


class Shop:
    """An environment with a cluster, a pool and an account."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.env = local.environment()
        self.cluster = local.cluster(self.env)
        self.pool = local.pool(self.env)
        self.account = local.account()
        self.sql = local.sql(self.env)


@pytest.fixture
def shop(local: Local) -> Shop:
    """Return one."""
    return Shop(local)


def reference(identifier: str, **more: str) -> dict[str, str]:
    """Return an ``ObjectReference`` as the SDK writes it: fields without a value are empty, not absent."""
    return {"id": identifier, "related": "", "resource_name": "", **more}


def test_environment_list_and_delete(local: Local) -> None:
    made = local.environment("tutorial")
    listed = local.call("GET", "/org/v2/environments?page_size=100")
    assert listed["metadata"].get("next") in (None, "")
    (found,) = [one for one in listed["data"] if one["id"] == made]
    assert found["display_name"] == "tutorial"
    assert found["stream_governance_config"]["package"] == "ESSENTIALS"
    local.call("GET", f"/org/v2/environments/{made}")
    local.call("DELETE", f"/org/v2/environments/{made}", status=204)
    local.call("GET", f"/org/v2/environments/{made}", status=404)


def test_kafka_cluster_describe(shop: Shop) -> None:
    described = shop.local.call("GET", f"/cmk/v2/clusters/{shop.cluster}?environment={shop.env}")
    spec = described["spec"]
    assert {
        "display_name",
        "availability",
        "cloud",
        "region",
        "config",
        "kafka_bootstrap_endpoint",
        "http_endpoint",
    } <= set(spec)
    assert spec["config"]["kind"] == "Standard"
    assert described["status"]["phase"] == "PROVISIONED"
    topics = shop.local.call("GET", f"/kafka/v3/clusters/{shop.cluster}/topics")
    assert topics["data"] == []


@pytest.mark.parametrize("named", ["cluster", "registry", "flink", "cloud", "global"])
def test_api_key_create(shop: Shop, named: str) -> None:
    """Only the id of the resource is sent, and for Flink its environment: never what kind it is."""
    resource = {
        "cluster": lambda: reference(shop.cluster),
        "registry": lambda: reference(shop.local.registry(shop.env)),
        "flink": lambda: reference("aws.us-east-1", environment=shop.env),
        "cloud": lambda: reference("cloud"),
        "global": lambda: reference("global"),
    }[named]()
    body = {"spec": {"description": "mine", "owner": reference(shop.account), "resource": resource}}
    made = shop.local.call("POST", "/iam/v2/api-keys", body, status=202)
    assert made["id"]
    assert made["spec"]["secret"]
    assert made["spec"]["owner"]["id"] == shop.account
    if named == "flink":
        assert made["spec"]["resource"]["id"] == "aws.us-east-1"


def test_connect_cluster_create_and_list(shop: Shop) -> None:
    place = f"/connect/v1/environments/{shop.env}/clusters/{shop.cluster}/connectors"
    config = datagen_config(shop.account, "products", quickstart="ORDERS")
    made = shop.local.call("POST", place, {"name": "products", "config": config}, status=201)
    assert made["name"] == "products"
    found = shop.local.call("GET", f"{place}?expand=id,status")["products"]
    assert found["id"]["id"].startswith("lcc-")
    eventually(lambda: shop.local.call("GET", f"{place}?expand=id,status")["products"]["status"]["tasks"] != [])
    whole = shop.local.call("GET", f"{place}?expand=id,info,status")["products"]
    assert whole["info"]["config"]["kafka.topic"] == "product-updates"
    assert whole["status"]["connector"]["state"] == "RUNNING"


def test_flink_region_list(local: Local) -> None:
    regions = local.call("GET", "/fcpm/v2/regions?page_size=100&cloud=AWS&region_name=us-east-1")
    (found,) = regions["data"]
    assert (found["cloud"], found["region_name"]) == ("AWS", "us-east-1")
    assert found["display_name"]
    assert found["http_endpoint"].startswith("http")


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [
        ("OPENAI", {"API_KEY": "k", "AUTH_TYPE": "API_KEY"}),
        ("BEDROCK", {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}),
        ("ANTHROPIC", {"API_KEY": "k", "AUTH_TYPE": "API_KEY"}),
        ("MONGODB", {"USERNAME": "u", "PASSWORD": "p", "AUTH_TYPE": "BASIC"}),
        ("ELASTIC", {"USERNAME": "u", "PASSWORD": "p", "AUTH_TYPE": "BASIC"}),
        ("REST", {"BEARER_TOKEN": "t", "AUTH_TYPE": "BEARER"}),
        ("MCP_SERVER", {"API_KEY": "k", "SSE_ENDPOINT": "https://h/sse", "AUTH_TYPE": "API_KEY"}),
    ],
)
def test_flink_connection_create(shop: Shop, kind: str, secrets: dict[str, str]) -> None:
    auth = {"kind": "PlaintextProvider", "data": json.dumps(secrets)}
    spec = {"connection_type": kind, "endpoint": "https://127.0.0.1:9/", "auth_data": auth}
    made = shop.local.call("POST", f"{shop.sql}/connections", {"name": "mine", "spec": spec}, status=201)
    read = shop.local.call("GET", f"{shop.sql}/connections/mine")
    listed = shop.local.call("GET", f"{shop.sql}/connections?page_size=100")
    for one in (made, read, *listed["data"]):
        assert one["spec"]["auth_data"] == {"kind": "PlaintextProvider", "data": "<REDACTED>"}
        assert (one["name"], one["spec"]["connection_type"], one["status"]["phase"]) == ("mine", kind, "READY")
        assert one["metadata"]["created_at"].endswith("Z")
    shop.local.call("DELETE", f"{shop.sql}/connections/mine", status=204)


def test_the_life_of_a_flink_statement(shop: Shop) -> None:
    shop.local.call("GET", f"/org/v2/environments/{shop.env}")
    properties = {"sql.current-catalog": "prod", "sql.current-database": "shop"}
    spec: dict[str, Any] = {
        "statement": "INSERT INTO t SELECT 1",
        "properties": properties,
        "compute_pool_id": shop.pool,
        "principal": shop.account,
    }
    shop.local.grant(shop.account, "FlinkDeveloper", f"environment={shop.env}")
    body = {"name": "cli-1", "organization_id": "o", "environment_id": shop.env, "spec": spec}
    made = shop.local.call("POST", f"{shop.sql}/statements", body, status=201)
    assert made["metadata"]["created_at"]
    assert made["status"]["phase"] in ("PENDING", "RUNNING")
    listed = shop.local.call("GET", f"{shop.sql}/statements?page_size=100&spec.compute_pool_id={shop.pool}")
    assert [one["name"] for one in listed["data"]] == ["cli-1"]
    read = shop.local.call("GET", f"{shop.sql}/statements/cli-1")
    assert read["spec"]["properties"] == properties
    assert shop.local.call("GET", f"{shop.sql}/statements/cli-1/exceptions")["data"] == []
    for stopped in (True, False):  # `stop` and `resume` send back all that was read
        read["spec"]["stopped"] = stopped
        shop.local.call("PUT", f"{shop.sql}/statements/cli-1", read, status=202)
        read = shop.local.call("GET", f"{shop.sql}/statements/cli-1")
        assert read["spec"]["stopped"] is stopped
    shop.local.call("DELETE", f"{shop.sql}/statements/cli-1", status=202)
    shop.local.call("GET", f"{shop.sql}/statements/cli-1", status=404)
