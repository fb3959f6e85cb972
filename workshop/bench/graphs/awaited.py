"""The pipeline as the provider's quickstart declares it: every wait, a Kafka key, a topic, administrator roles.

A Pulumi program that the benchmark puts in the place of ``__main__.py``. With ``BENCH_IN_ORDER`` set, each resource
also waits for the previous one, as for a person who follows the tutorial step by step.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pulumi
import pulumi_confluentcloud as confluentcloud
import pulumi_random as random

PROJECT = Path.cwd()
IN_ORDER = "BENCH_IN_ORDER" in os.environ
CLOUD, REGION = "AWS", "us-east-1"
IAM, CMK, FCPM = "iam/v2", "cmk/v2", "fcpm/v2"

settings = pulumi.Config("confluent-rag")
endpoint = pulumi.Config("confluentcloud").require("endpoint")
steps: list[pulumi.Resource] = []
numbers = count()


def step(*after: pulumi.Resource, provider: pulumi.ProviderResource | None = None) -> pulumi.ResourceOptions:
    """Return options that make a resource wait for ``after``; with ``BENCH_IN_ORDER`` also for the previous one."""
    waits_for = [*after, *(steps[-1:] if IN_ORDER else [])]
    return pulumi.ResourceOptions(depends_on=waits_for, provider=provider)


R = TypeVar("R", bound=pulumi.Resource)


def made(resource: R) -> R:
    """Remember a resource as the one that the next waits for in order; return it."""
    steps.append(resource)
    return resource


def account(purpose: str) -> confluentcloud.ServiceAccount:
    """Declare a service account."""
    name = pulumi.Output.concat("bench-", purpose, "-", suffix.hex)
    return made(confluentcloud.ServiceAccount(purpose, display_name=name, description="A benchmark's", opts=step()))


def bind(owner: confluentcloud.ServiceAccount, role: str, crn: pulumi.Input[str]) -> confluentcloud.RoleBinding:
    """Declare a role binding with the provider's wait for it."""
    principal = pulumi.Output.concat("User:", owner.id)
    name = f"binding-{next(numbers)}"
    return made(confluentcloud.RoleBinding(name, principal=principal, role_name=role, crn_pattern=crn, opts=step()))


def key(purpose: str, resource: Any, *after: pulumi.Resource) -> confluentcloud.ApiKey:
    """Declare an API key of the manager."""
    return made(
        confluentcloud.ApiKey(
            f"{purpose}-key",
            display_name=pulumi.Output.concat("bench-", purpose, "-", suffix.hex),
            owner={"id": manager.id, "api_version": IAM, "kind": "ServiceAccount"},
            managed_resource=resource,
            opts=step(*after),
        )
    )


def statement(purpose: str, *after: pulumi.Resource) -> confluentcloud.FlinkStatement:
    """Declare the statement of a file in ``sql/``."""
    return made(
        confluentcloud.FlinkStatement(
            purpose,
            statement=(PROJECT / "sql" / f"{purpose}.sql").read_text(encoding="utf-8"),
            properties={"sql.current-catalog": environment.display_name, "sql.current-database": cluster.display_name},
            opts=step(*after, provider=flink),
        )
    )


suffix = random.RandomId("suffix", byte_length=3)
organization = confluentcloud.get_organization_output()
environment = made(
    confluentcloud.Environment(
        "environment",
        display_name=pulumi.Output.concat("bench-", suffix.hex),
        stream_governance={"package": "ESSENTIALS"},
        opts=step(),
    )
)
cluster = made(
    confluentcloud.KafkaCluster(
        "cluster",
        display_name=pulumi.Output.concat("bench-", suffix.hex),
        environment={"id": environment.id},
        cloud=CLOUD,
        region=REGION,
        availability="SINGLE_ZONE",
        standard={},
        opts=step(),
    )
)
manager, runner = account("manager"), account("runner")
rights = [
    bind(manager, "EnvironmentAdmin", environment.resource_name),
    bind(manager, "FlinkDeveloper", environment.resource_name),
    bind(manager, "Assigner", pulumi.Output.concat(organization.resource_name, "/service-account=", runner.id)),
    bind(runner, "EnvironmentAdmin", environment.resource_name),
]
cluster_admin = bind(manager, "CloudClusterAdmin", cluster.rbac_crn)
pool = made(
    confluentcloud.FlinkComputePool(
        "pool",
        display_name=pulumi.Output.concat("bench-", suffix.hex),
        environment={"id": environment.id},
        cloud=CLOUD,
        region=REGION,
        max_cfu=10,
        opts=step(*rights),
    )
)
region = confluentcloud.get_flink_region_output(cloud=CLOUD, region=REGION)
in_environment = {"environment": {"id": environment.id}}
kafka_key = key("kafka", {"id": cluster.id, "api_version": CMK, "kind": cluster.kind, **in_environment}, cluster_admin)
flink_key = key("flink", {"id": region.id, "api_version": FCPM, "kind": "Region", **in_environment}, *rights)
topic = made(
    confluentcloud.KafkaTopic(
        "topic",
        topic_name="product-updates",
        kafka_cluster={"id": cluster.id},
        rest_endpoint=cluster.rest_endpoint,
        credentials={"key": kafka_key.id, "secret": kafka_key.secret},
        opts=step(),
    )
)
connector = made(
    confluentcloud.Connector(
        "connector",
        environment={"id": environment.id},
        kafka_cluster={"id": cluster.id},
        config_sensitive={"kafka.api.key": kafka_key.id, "kafka.api.secret": kafka_key.secret},
        config_nonsensitive={
            "connector.class": "DatagenSource",
            "name": "DatagenSourceProductUpdates",
            "kafka.auth.mode": "KAFKA_API_KEY",
            "kafka.topic": topic.topic_name,
            "schema.string": (PROJECT / "schemas" / "product-updates.avsc").read_text(encoding="utf-8"),
            "output.data.format": "JSON_SR",
            "max.interval": "200",
            "tasks.max": "1",
            "transforms": "castPrice",
            "transforms.castPrice.type": "org.apache.kafka.connect.transforms.Cast$Value",
            "transforms.castPrice.spec": "price:float64",
        },
        opts=step(topic),
    )
)
flink = confluentcloud.Provider(
    "flink",
    endpoint=endpoint,
    organization_id=organization.id,
    environment_id=environment.id,
    flink_rest_endpoint=region.rest_endpoint,
    flink_compute_pool_id=pool.id,
    flink_principal_id=runner.id,
    flink_api_key=flink_key.id,
    flink_api_secret=flink_key.secret,
)
connection = made(
    confluentcloud.FlinkConnection(
        "connection",
        display_name="openai-embedding-connection",
        type="OPENAI",
        endpoint=settings.require("openaiEndpoint"),
        api_key=pulumi.Output.secret(os.environ["OPENAI_API_KEY"]),
        opts=step(provider=flink),
    )
)
model = statement("create-model-vector-embedding", connection, cluster)
table = statement("create-table-product-vector", cluster)
insert = statement("insert-into-product-vector", model, table, connector)
