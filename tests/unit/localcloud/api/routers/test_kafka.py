"""Kafka REST: topics, settings, ACLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


@pytest.fixture
def kafka(local: Local) -> str:
    """Return the path of a running cluster."""
    return f"/kafka/v3/clusters/{local.cluster(local.environment())}"


def test_a_topic_is_made_read_and_deleted(local: Local, kafka: str) -> None:
    configs = [{"name": "cleanup.policy", "value": "compact"}]
    body = {"topic_name": "orders", "partitions_count": 4, "configs": configs}
    made = local.call("POST", f"{kafka}/topics", body, status=201)
    assert (made["topic_name"], made["partitions_count"], made["kind"]) == ("orders", 4, "KafkaTopic")
    assert local.call("GET", f"{kafka}/topics/orders") == made
    assert local.call("GET", f"{kafka}/topics")["data"] == [made]
    default, config = sorted(local.call("GET", f"{kafka}/topics/orders/configs")["data"], key=lambda one: one["source"])
    assert (default["name"], default["value"], default["is_default"]) == ("retention.ms", "604800000", True)
    assert (default["source"], config["is_default"]) == ("DEFAULT_CONFIG", False)
    shown = (config["name"], config["value"], config["source"])
    assert shown == ("cleanup.policy", "compact", "DYNAMIC_TOPIC_CONFIG")
    assert len(local.call("GET", f"{kafka}/topics/orders/partitions")["data"]) == 4
    local.call("DELETE", f"{kafka}/topics/orders", status=204)
    assert local.call("GET", f"{kafka}/topics/orders", status=404)["error_code"] == 40403


def test_partitions_and_settings_change(local: Local, kafka: str) -> None:
    local.call("POST", f"{kafka}/topics", {"topic_name": "orders"}, status=201)
    assert local.call("GET", f"{kafka}/topics/orders")["partitions_count"] == 6
    assert local.call("PATCH", f"{kafka}/topics/orders", {"partitions_count": 8})["partitions_count"] == 8
    assert local.call("PATCH", f"{kafka}/topics/orders", {"partitions_count": 2}, status=400)["error_code"] == 40002

    def alter(*data: dict[str, Any], status: int = 204) -> Any:
        return local.call("POST", f"{kafka}/topics/orders/configs:alter", {"data": list(data)}, status=status)

    alter({"name": "retention.ms", "value": "5"}, {"name": "max.message.bytes", "value": "9"})
    alter({"name": "retention.ms", "operation": "DELETE"})
    listed = local.call("GET", f"{kafka}/topics/orders/configs")["data"]
    assert [(one["name"], one["is_default"]) for one in listed] == [
        ("max.message.bytes", False),
        ("retention.ms", True),
    ]
    local.call("PUT", f"{kafka}/topics/orders/configs/retention.ms", {"value": "7"}, status=204)
    assert local.call("GET", f"{kafka}/topics/orders/configs/retention.ms")["value"] == "7"
    local.call("DELETE", f"{kafka}/topics/orders/configs/retention.ms", status=204)
    assert local.call("GET", f"{kafka}/topics/orders/configs/retention.ms")["value"] == "604800000"
    assert local.call("GET", f"{kafka}/topics/orders/configs/retention", status=404)["error_code"] == 40404
    alter({"name": "retention.ms"}, status=400)
    alter({"name": "retention.ms", "operation": "DOUBLE", "value": "1"}, status=400)


def test_topics_that_cannot_be(local: Local, kafka: str) -> None:
    local.call("POST", f"{kafka}/topics", {"topic_name": "orders"}, status=201)
    again = local.call("POST", f"{kafka}/topics", {"topic_name": "orders"}, status=400)
    assert again == {"error_code": 40002, "message": "Topic 'orders' already exists."}
    local.call("POST", f"{kafka}/topics", {"topic_name": "none", "partitions_count": 0}, status=400)
    assert "topic_name" in local.call("POST", f"{kafka}/topics", {}, status=400)["message"]
    for method, path in (("DELETE", ""), ("PATCH", ""), ("POST", "/configs:alter"), ("GET", "/configs")):
        body = {"partitions_count": 9, "data": []}
        assert local.call(method, f"{kafka}/topics/nowhere{path}", body, status=404)["error_code"] == 40403


def test_the_cluster(local: Local, kafka: str) -> None:
    assert local.call("GET", kafka)["cluster_id"] == kafka.rpartition("/")[2]
    assert local.call("GET", "/kafka/v3/clusters/lkc-nowhere/topics", status=404)["error_code"] == 404


def acl(**changes: str) -> dict[str, str]:
    """Return an entry."""
    entry = {
        "resource_type": "TOPIC",
        "resource_name": "orders",
        "pattern_type": "LITERAL",
        "principal": "User:sa-1",
        "host": "*",
        "operation": "READ",
        "permission": "ALLOW",
    }
    return entry | changes


def test_acls(local: Local, kafka: str) -> None:
    for entry in (acl(), acl(), acl(operation="WRITE"), acl(principal="User:sa-2")):
        local.call("POST", f"{kafka}/acls", entry, status=201)

    def found(method: str = "GET", **query: str) -> list[dict[str, Any]]:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        entries: list[dict[str, Any]] = local.call(method, f"{kafka}/acls?{text}")["data"]
        return entries

    assert len(found()) == 3
    (one,) = found(**acl())
    assert acl().items() <= one.items()
    assert len(found(principal="User:sa-1", operation="ANY", pattern_type="ANY", host="")) == 2
    assert len(found("DELETE", principal="User:sa-1")) == 2
    assert [entry["principal"] for entry in found()] == ["User:sa-2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"resource_type": "TOASTER"}, "TOPIC"), ({"operation": "ANY"}, "READ"), ({"principal": ""}, "principal")],
)
def test_acls_that_cannot_be(local: Local, kafka: str, change: dict[str, str], said: str) -> None:
    refused = local.call("POST", f"{kafka}/acls", acl(**change), status=400)
    assert said in refused["message"]
    assert local.call("GET", f"{kafka}/acls")["data"] == []
