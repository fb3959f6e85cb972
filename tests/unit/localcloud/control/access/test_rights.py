"""Who may do what through the API: refusals in the cloud's words, and the roles that lift them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from localcloud.api.access import authorization, authorization_data
from localcloud.api.app import ROUTERS
from tests.unit.localcloud.conftest import cluster_body, datagen_config, eventually, pool_body, statement_body

if TYPE_CHECKING:
    from collections.abc import Collection

    from localcloud.dataplane.interface import AclRule
    from tests.unit.localcloud.conftest import Key, Local

SCHEMA = {"schema": '"string"', "schemaType": "AVRO"}


class World:
    """An environment with a cluster, a pool, and an account without any role."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.env = local.environment()
        self.cluster = local.cluster(self.env)
        self.registry = local.registry(self.env)
        self.pool = local.pool(self.env)
        self.account = local.account()
        self.cloud = local.key(self.account)
        self.flink = local.flink_key(self.account, self.env)
        self.kafka = local.key(self.account, {"id": self.cluster, "kind": "Cluster"})
        self.schemas = local.key(self.account, {"id": self.registry, "kind": "Cluster"})
        self.in_env = f"environment={self.env}"
        self.in_cluster = (self.in_env, f"cloud-cluster={self.cluster}", f"kafka={self.cluster}")
        self.in_registry = (self.in_env, f"schema-registry={self.registry}")
        self.connect = f"/connect/v1/environments/{self.env}/clusters/{self.cluster}/connectors"
        self.topics = f"/kafka/v3/clusters/{self.cluster}/topics"
        self.subjects = f"/schema-registry/{self.registry}/subjects"

    def call(self, key: Key, method: str, path: str, body: Any = None) -> int:
        """Return the status of a request with one of this account's keys."""
        status: int = self.local.send(method, path, body, key=key).status_code
        return status

    def refused(self, key: Key, method: str, path: str, body: Any = None) -> str:
        """Return the sentence of a request that is refused."""
        return self.local.detail(method, path, body, key=key, status=403)


@pytest.fixture
def world(local: Local) -> World:
    return World(local)


def test_every_route_has_its_right() -> None:
    decided = {
        *authorization.CLOUD,
        *authorization_data.KAFKA,
        *authorization_data.KAFKA_CLUSTER,
        *authorization_data.REGISTRY,
    }
    elsewhere = ("/local/", "/healthz", "/v1/", "/iam/v2/api-keys", "/sql/v1/")  # keys, and statements one by one
    routes = {
        (method, route.path)
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute) and not route.path.startswith(elsewhere)
        for method in route.methods or ()
    }
    assert routes - decided == set()


def test_without_a_role_every_door_of_the_cloud_is_shut(world: World) -> None:
    body = {"display_name": "x"}
    for method, path, sent in (
        ("GET", "/org/v2/environments", None),
        ("POST", "/org/v2/environments", body),
        ("DELETE", f"/org/v2/environments/{world.env}", None),
        ("GET", "/iam/v2/service-accounts", None),
        ("POST", "/iam/v2/service-accounts", body),
        ("GET", f"/cmk/v2/clusters?environment={world.env}", None),
        ("POST", "/cmk/v2/clusters", cluster_body(world.env)),
        ("POST", "/fcpm/v2/compute-pools", pool_body(world.env)),
        ("GET", f"/srcm/v3/clusters?environment={world.env}", None),
        ("GET", world.connect, None),
        ("GET", world.connect.replace("/connectors", "/connector-plugins"), None),
        ("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": world.account}}}),
    ):
        assert world.refused(world.cloud, method, path, sent) == "Forbidden Access", (method, path)
    reply = world.local.send("GET", "/org/v2/environments", key=world.cloud).json()
    assert reply["errors"][0]["code"] == "forbidden_access"
    assert reply["errors"][0]["status"] == "403"


def test_an_environments_admin_has_that_environment_and_no_other(world: World) -> None:
    other = world.local.environment("other")
    world.local.grant(world.account, "EnvironmentAdmin", world.in_env)
    listed = world.local.call("GET", "/org/v2/environments", key=world.cloud)["data"]
    assert [one["id"] for one in listed] == [world.env]
    assert world.call(world.cloud, "POST", "/fcpm/v2/compute-pools", pool_body(world.env, "second")) == 202
    assert world.call(world.cloud, "POST", "/fcpm/v2/compute-pools", pool_body(other)) == 403
    assert world.call(world.cloud, "DELETE", f"/org/v2/environments/{other}") == 403
    # An environment in the query is no way round: the cluster is not in it.
    world.local.grant(world.account, "EnvironmentAdmin", f"environment={other}")
    assert world.call(world.cloud, "GET", f"/cmk/v2/clusters/{world.cluster}?environment={other}") == 404


def test_nobody_grants_what_lies_outside_the_own_scope(world: World) -> None:
    world.local.grant(world.account, "EnvironmentAdmin", world.in_env)
    binding = {"principal": f"User:{world.account}", "role_name": "OrganizationAdmin", "crn_pattern": world.local.crn()}
    assert world.refused(world.cloud, "POST", "/iam/v2/role-bindings", binding) == "Forbidden Access"
    inside = {**binding, "role_name": "FlinkAdmin", "crn_pattern": world.local.crn(world.in_env)}
    assert world.call(world.cloud, "POST", "/iam/v2/role-bindings", inside) == 201


def test_a_connector_needs_an_assigner_of_whom_it_runs_as(world: World) -> None:
    world.local.grant(world.account, "EnvironmentAdmin", world.in_env)
    other = world.local.account("datagen")
    body = {"name": "datagen", "config": datagen_config(other)}
    assert world.call(world.cloud, "POST", world.connect, body) == 403
    world.local.grant(world.account, "Assigner", f"service-account={other}")
    assert world.call(world.cloud, "POST", world.connect, body) == 201


def test_statements_need_a_role_in_their_pool_and_an_assigner_of_their_principal(world: World) -> None:
    path, runner = f"{world.local.sql(world.env)}/statements", world.local.account("deploys")
    own = statement_body("own", "INSERT INTO t SELECT 1", world.pool)
    assert world.refused(world.flink, "POST", path, own) == "Forbidden Access"
    pool = f"{world.in_env}/flink-region=aws.us-east-1/compute-pool={world.pool}"
    world.local.grant(world.account, "FlinkDeveloper", pool)
    assert world.call(world.flink, "POST", path, own) == 201
    assert world.call(world.flink, "GET", f"{path}/nothing") == 404
    second = world.local.pool(world.env, "second")
    assert world.call(world.flink, "POST", path, statement_body("second", "INSERT INTO t SELECT 1", second)) == 403
    theirs = statement_body("theirs", "INSERT INTO t SELECT 1", world.pool, principal=runner)
    assert world.call(world.flink, "POST", path, theirs) == 403
    world.local.grant(world.account, "Assigner", f"service-account={runner}")
    assert world.call(world.flink, "POST", path, theirs) == 403  # the runner itself has no role in the pool
    world.local.grant(runner, "FlinkDeveloper", world.in_env)
    assert world.call(world.flink, "POST", path, theirs) == 201


def test_connections_are_for_flink_admins(world: World) -> None:
    path = f"{world.local.sql(world.env)}/connections"
    spec = {"connection_type": "OPENAI", "endpoint": "http://127.0.0.1:8099/v1/embeddings"}
    secret = {"kind": "PlaintextProvider", "data": '{"API_KEY": "sk-1"}'}
    body = {"name": "openai", "spec": {**spec, "auth_data": secret}}
    world.local.grant(world.account, "FlinkDeveloper", world.in_env)
    assert world.refused(world.flink, "POST", path, body) == "Forbidden Access"
    world.local.grant(world.account, "FlinkAdmin", world.in_env)
    assert world.call(world.flink, "POST", path, body) == 201


def test_subjects_by_role(world: World) -> None:
    versions = f"{world.subjects}/orders-value/versions"
    denied = "User is denied operation {} on Subject: orders-value"
    reply = world.local.call("POST", versions, SCHEMA, key=world.schemas, status=403)
    assert reply == {"error_code": 40301, "message": denied.format("Write")}
    world.local.grant(world.account, "DeveloperWrite", *world.in_registry, "subject=orders-*")
    assert world.call(world.schemas, "POST", versions, SCHEMA) == 200
    assert world.refused(world.schemas, "GET", f"{versions}/latest") == denied.format("Read")
    made = world.local.call("GET", f"{versions}/latest")["id"]
    by_id = f"/schema-registry/{world.registry}/schemas/ids/{made}"
    assert world.call(world.schemas, "GET", by_id) == 403
    assert world.local.call("GET", world.subjects, key=world.schemas) == []
    world.local.grant(world.account, "DeveloperRead", *world.in_registry, "subject=orders-*")
    assert world.call(world.schemas, "GET", f"{versions}/latest") == world.call(world.schemas, "GET", by_id) == 200
    assert world.local.call("GET", world.subjects, key=world.schemas) == ["orders-value"]
    assert world.refused(world.schemas, "DELETE", f"{world.subjects}/orders-value") == denied.format("Delete")
    everywhere = f"/schema-registry/{world.registry}/config"
    assert (
        world.refused(world.schemas, "GET", everywhere) == "User is denied operation ReadCompatibility on this server"
    )


def test_topics_by_role_and_acl(world: World) -> None:
    topic = {"topic_name": "orders", "partitions_count": 1}
    assert "orders" in world.refused(world.kafka, "POST", world.topics, topic)
    binding = world.local.grant(world.account, "DeveloperManage", *world.in_cluster, "topic=ord*")
    assert world.call(world.kafka, "POST", world.topics, topic) == 201
    assert len(world.local.call("GET", world.topics, key=world.kafka)["data"]) == 1
    world.local.call("DELETE", f"/iam/v2/role-bindings/{binding}")
    assert world.local.call("GET", world.topics, key=world.kafka)["data"] == []
    acl = {
        "resource_type": "TOPIC",
        "resource_name": "ord",
        "pattern_type": "PREFIXED",
        "principal": f"User:{world.account}",
        "host": "*",
        "operation": "READ",
        "permission": "ALLOW",
    }
    acls = f"/kafka/v3/clusters/{world.cluster}/acls"
    assert world.refused(world.kafka, "POST", acls, acl) == "Cluster authorization failed."
    world.local.call("POST", acls, acl, status=201)
    assert len(world.local.call("GET", world.topics, key=world.kafka)["data"]) == 1
    assert world.call(world.kafka, "DELETE", f"{world.topics}/orders") == 403
    world.local.call("POST", acls, {**acl, "operation": "ALL", "permission": "DENY"}, status=201)
    assert world.local.call("GET", world.topics, key=world.kafka)["data"] == []


def test_a_role_granted_while_a_broker_starts_reaches_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka, granted = world.local.plane.kafka, threading.Event()
    authorize = kafka.authorize

    def authorize_then_grant(cluster_id: str, rules: Collection[AclRule]) -> None:
        authorize(cluster_id, rules)
        if not granted.is_set():  # the broker has its list, and is not PROVISIONED yet
            granted.set()
            world.local.grant(world.account, "CloudClusterAdmin", world.in_env)

    monkeypatch.setattr(kafka, "authorize", authorize_then_grant)
    starting = world.local.cluster(world.env, "second")
    assert granted.is_set()
    eventually(lambda: f"User:{world.account}" in {rule.principal for rule in kafka.rules[starting]})


def test_the_broker_knows_at_once(world: World) -> None:
    def rules() -> set[AclRule]:
        mine = f"User:{world.account}"
        return {rule for rule in world.local.plane.kafka.rules[world.cluster] if rule.principal == mine}

    assert rules() == set()
    wrote = world.local.grant(world.account, "DeveloperWrite", *world.in_cluster, "topic=orders")
    world.local.grant(world.account, "DeveloperWrite", *world.in_cluster, "transactional-id=_confluent-flink_*")
    assert {(one.resource_type, one.resource_name, one.pattern_type, one.operation) for one in rules()} == {
        ("TOPIC", "orders", "LITERAL", "WRITE"),
        ("TOPIC", "orders", "LITERAL", "DESCRIBE"),
        ("CLUSTER", "kafka-cluster", "LITERAL", "IDEMPOTENT_WRITE"),
        ("TRANSACTIONAL_ID", "_confluent-flink_", "PREFIXED", "WRITE"),
        ("TRANSACTIONAL_ID", "_confluent-flink_", "PREFIXED", "DESCRIBE"),
    }
    world.local.call("DELETE", f"/iam/v2/role-bindings/{wrote}")
    assert {one.resource_type for one in rules()} == {"TRANSACTIONAL_ID"}
    world.local.grant(world.account, "CloudClusterAdmin", *world.in_cluster[:2])
    assert ("CLUSTER", "ALL") in {(one.resource_type, one.operation) for one in rules()}
    world.local.call("DELETE", f"/iam/v2/service-accounts/{world.account}", status=204)
    assert rules() == set()


def test_the_data_plane_acts_with_the_rights_of_whom_it_acts_for(world: World) -> None:
    versions, token = f"{world.subjects}/orders-value/versions", world.local.credentials.internal_token
    assert world.call(("internal", token), "POST", versions, SCHEMA) == 200
    assert world.call((world.account, token), "GET", f"{versions}/latest") == 403
    world.local.grant(world.account, "DeveloperRead", *world.in_registry, "subject=orders-value")
    assert world.call((world.account, token), "GET", f"{versions}/latest") == 200
    assert world.call((world.account, token), "GET", "/org/v2/environments") == 403
    assert world.call(("sa-nobody", token), "GET", f"{versions}/latest") == 401
