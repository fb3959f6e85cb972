"""Fixtures that props are built from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pytest

from components import SOURCE_TOPIC, Identities, IdentitiesProps, Kafka, KafkaProps, PipelineSql, RecordSchema, Scope
from components.flink import Flink, FlinkProps
from components.last_up import LastUp
from components.settings import Settings
from tests.unit.components.recorded_program import ENVIRONMENT, ORGANIZATION, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.flink_session import FlinkSession


PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings() -> Settings:
    """Defaults, and a key."""
    return Settings.model_validate({"openaiApiKey": "openai-secret"})


@pytest.fixture
def sql() -> PipelineSql:
    """The project's own statements."""
    return PipelineSql.load(PROJECT / "sql", source=SOURCE_TOPIC, embedding_model=None)


@pytest.fixture
def schema() -> RecordSchema:
    """The project's own schema."""
    return RecordSchema.load(PROJECT / "schemas" / "product-updates.avsc")


@pytest.fixture
def make_kafka(settings: Settings) -> Callable[[], Kafka]:
    """Declare a cluster, inside a program."""
    return lambda: Kafka("cluster", KafkaProps(display_name="embeddings-x", environment_id="env-1", settings=settings))


@pytest.fixture
def make_identities() -> Callable[[Kafka], Identities]:
    """Declare the accounts, inside a program."""

    def make(kafka: Kafka, *, roles_per_topic: bool = True) -> Identities:
        scope = Scope(
            organization=pulumi.Output.from_input(ORGANIZATION),
            environment=pulumi.Output.from_input(ENVIRONMENT),
            registry=pulumi.Output.from_input(REGISTRY),
            cluster=kafka.cluster.rbac_crn,
            cluster_id=kafka.cluster.id,
            source=SOURCE_TOPIC,
            sink="product_vector",
            roles_per_topic=roles_per_topic,
        )
        return Identities("identities", IdentitiesProps(suffix="x", scope=scope))

    return make


@pytest.fixture
def make_session(
    settings: Settings, make_kafka: Callable[[], Kafka], make_identities: Callable[[Kafka], Identities]
) -> Callable[..., FlinkSession]:
    """Declare all that a statement needs, inside a program; after a ``last_up`` on request."""

    def make(settings: Settings = settings, last_up: LastUp | None = None) -> FlinkSession:
        kafka = make_kafka()
        props = FlinkProps(
            suffix="x",
            organization_id="org-1",
            environment_id="env-1",
            settings=settings,
            identities=make_identities(kafka),
        )
        return Flink("flink", props).session(kafka.cluster, last_up or LastUp())

    return make
