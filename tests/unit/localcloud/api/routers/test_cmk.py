"""Kafka clusters and what comes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.localcloud.conftest import cluster_body, datagen_config, eventually

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def test_a_cluster_is_provisioning_until_its_broker_answers(local: Local) -> None:
    env = local.environment()
    local.plane.kafka.gate.clear()
    made = local.call("POST", "/cmk/v2/clusters", cluster_body(env), status=202)
    path = f"/cmk/v2/clusters/{made['id']}?environment={env}"
    assert local.call("GET", path)["status"]["phase"] == "PROVISIONING"
    assert "http_endpoint" not in made["spec"]
    assert local.call("GET", f"/srcm/v3/clusters?environment={env}")["data"] == []
    assert "PROVISIONING" in local.detail("GET", f"/kafka/v3/clusters/{made['id']}/topics", status=409)
    local.plane.kafka.gate.set()
    eventually(lambda: local.call("GET", path)["status"]["phase"] == "PROVISIONED")
    spec = local.call("GET", path)["spec"]
    assert spec["http_endpoint"] == "http://127.0.0.1:8099"
    assert spec["kafka_bootstrap_endpoint"] == "SASL_PLAINTEXT://127.0.0.1:29000"
    wanted = cluster_body(env)["spec"]
    assert {name: spec[name] for name in wanted if name != "environment"} == {
        name: value for name, value in wanted.items() if name != "environment"
    }


def test_a_broker_that_does_not_start_fails_its_cluster_with_the_reason(local: Local) -> None:
    env = local.environment()
    local.plane.kafka.refusing = "Port 9092 is taken."
    made = local.call("POST", "/cmk/v2/clusters", cluster_body(env), status=202)
    path = f"/cmk/v2/clusters/{made['id']}?environment={env}"
    eventually(lambda: local.call("GET", path)["status"]["phase"] == "FAILED")
    assert local.call("GET", path)["status"]["detail"] == "Port 9092 is taken."
    local.call("DELETE", path, status=204)
    eventually(lambda: local.send("GET", path).status_code == 404)


def test_the_registry_comes_with_the_first_cluster_and_has_the_environments_package(local: Local) -> None:
    env = local.environment()
    local.cluster(env)
    registry = local.registry(env)
    local.cluster(env, "second")
    assert local.registry(env) == registry
    local.call("PATCH", f"/org/v2/environments/{env}", {"stream_governance_config": {"package": "ADVANCED"}})
    read = local.call("GET", f"/srcm/v3/clusters/{registry}?environment={env}")
    assert read["spec"]["package"] == "ADVANCED"
    assert read["spec"]["http_endpoint"] == f"http://127.0.0.1:8099/schema-registry/{registry}"
    assert read["status"]["phase"] == "PROVISIONED"
    other = local.environment("other")
    assert other in local.detail("GET", f"/srcm/v3/clusters/{registry}?environment={other}", status=404)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cloud": "IBM"}, "'IBM' is unknown: use one of AWS, AZURE, GCP"),
        ({"region": "us-eats-1"}, "us-east-1"),
        ({"cloud": "GCP"}, "unknown in GCP"),
        ({"availability": "SOMETIMES"}, "SINGLE_ZONE"),
        ({"config": {"kind": "Huge"}}, "Basic, Standard"),
        ({"config": {"kind": "Dedicated"}}, "cku"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": None}, "display_name"),
    ],
)
def test_clusters_that_cannot_be(local: Local, change: dict[str, Any], said: str) -> None:
    env = local.environment()
    assert said in local.detail("POST", "/cmk/v2/clusters", cluster_body(env, **change), status=400)
    assert local.call("GET", f"/cmk/v2/clusters?environment={env}")["data"] == []


def test_a_cluster_needs_an_environment(local: Local) -> None:
    assert "env-nowhere" in local.detail("POST", "/cmk/v2/clusters", cluster_body("env-nowhere"), status=404)
    assert "environment" in local.detail("GET", "/cmk/v2/clusters", status=400)
    env, other = local.environment(), local.environment("other")
    cluster = local.cluster(env)
    local.call("GET", f"/cmk/v2/clusters/{cluster}?environment={other}", status=404)


def test_a_cluster_is_renamed_upgraded_and_protected(local: Local) -> None:
    env = local.environment()
    body = cluster_body(env, config={"kind": "Basic"})
    cluster = local.call("POST", "/cmk/v2/clusters", body, status=202)["id"]
    path = f"/cmk/v2/clusters/{cluster}"
    there = f"{path}?environment={env}"
    eventually(lambda: local.call("GET", there)["status"]["phase"] == "PROVISIONED")

    def patch(status: int = 200, **spec: Any) -> Any:
        return local.call("PATCH", path, {"spec": {**spec, "environment": {"id": env}}}, status=status)

    assert patch(display_name="renamed")["spec"]["display_name"] == "renamed"
    eventually(lambda: "renamed" in str(local.plane.flink.environments))
    assert patch(config={"kind": "Standard"})["spec"]["config"] == {"kind": "Standard"}
    patch(400, config={"kind": "Basic"})
    patch(deletion_protection=True)
    assert "protected" in local.detail("DELETE", there, status=409)
    patch(deletion_protection=False)
    local.call("DELETE", there, status=204)


def test_a_deleted_cluster_takes_everything_along(local: Local) -> None:
    env = local.environment()
    cluster, kept, account = local.cluster(env), local.cluster(env, "kept"), local.account()
    key = local.key(account, {"id": cluster, "kind": "Cluster"})
    connect = f"/connect/v1/environments/{env}/clusters/{cluster}/connectors"
    local.call("POST", connect, {"name": "datagen", "config": datagen_config(account)}, status=201)
    acl = {
        "resource_type": "TOPIC",
        "resource_name": "t",
        "pattern_type": "LITERAL",
        "principal": f"User:{account}",
        "host": "*",
        "operation": "READ",
        "permission": "ALLOW",
    }
    local.call("POST", f"/kafka/v3/clusters/{cluster}/acls", acl, status=201)
    path = f"/cmk/v2/clusters/{cluster}?environment={env}"
    local.call("DELETE", path, status=204)
    assert [one["id"] for one in local.call("GET", f"/cmk/v2/clusters?environment={env}")["data"]] == [kept]
    eventually(lambda: local.send("GET", path).status_code == 404)
    local.call("GET", f"/kafka/v3/clusters/{cluster}/topics", key=key, status=401)
    assert list(local.plane.kafka.data) == [kept]
    assert local.plane.connect.specs == {}
    kinds = {one["kind"] for one in local.call("GET", "/local/v1/status")["resources"]}
    assert kinds == {"environment", "kafka-cluster", "schema-registry", "service-account"}


def test_a_cluster_deleted_while_it_starts_leaves_no_broker(local: Local) -> None:
    env = local.environment()
    local.plane.kafka.gate.clear()
    cluster = local.call("POST", "/cmk/v2/clusters", cluster_body(env), status=202)["id"]
    path = f"/cmk/v2/clusters/{cluster}?environment={env}"
    eventually(lambda: cluster in local.plane.kafka.starting)
    local.call("DELETE", path, status=204)
    assert local.call("GET", path)["status"]["phase"] == "DELETING"
    local.plane.kafka.gate.set()
    eventually(lambda: local.send("GET", path).status_code == 404)
    assert local.plane.kafka.running == {}


def test_a_deletion_that_was_cut_short_goes_on_after_the_restart(local: Local) -> None:
    env = local.environment()
    cluster = local.cluster(env)
    local.cloud._background.close()
    local.call("DELETE", f"/cmk/v2/clusters/{cluster}?environment={env}", status=204)
    again = local.restarted()
    eventually(lambda: again.send("GET", f"/cmk/v2/clusters/{cluster}?environment={env}").status_code == 404)
    again.cloud.close()
    again.cloud.store.close()
