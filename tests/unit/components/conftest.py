"""Fixtures that props are built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from components.config.settings import Settings
from components.datagen import RecordSchema
from components.flink import Flink
from components.flinksql import Previous
from components.grants import Scope
from components.identities import Identities
from components.kafka import Kafka
from components.sql_files import SqlFiles
from tests.support.recorded_program import ENVIRONMENT, ORGANIZATION, REGISTRY
from tests.support.tutorial import copy_statements
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from components.flinksql import FlinkSession


@pytest.fixture
def settings() -> Settings:
    """Defaults, and a key."""
    return Settings.model_validate({"openaiApiKey": "openai-secret"})


@pytest.fixture
def sql(tmp_path: Path) -> SqlFiles:
    """The tutorial's statements."""
    return SqlFiles.load(copy_statements(tmp_path), topics=["product-updates"], embedding_model=None)


@pytest.fixture
def schema() -> RecordSchema:
    """The project's own schema."""
    return RecordSchema.load(PROJECT / "schemas" / "product-updates.avsc")


@pytest.fixture
def make_kafka(settings: Settings) -> Callable[[], Kafka]:
    """Declare a cluster, inside a program."""
    return lambda: Kafka("cluster", display_name="embeddings-x", environment_id="env-1", settings=settings)


@pytest.fixture
def make_identities() -> Callable[[Kafka], Identities]:
    """Declare the accounts, inside a program."""

    def make(
        kafka: Kafka, *, roles_per_topic: bool = True, generated: AbstractSet[str] = frozenset({"product-updates"})
    ) -> Identities:
        scope = Scope(
            organization=pulumi.Output.from_input(ORGANIZATION),
            environment=pulumi.Output.from_input(ENVIRONMENT),
            registry=pulumi.Output.from_input(REGISTRY),
            cluster=kafka.cluster.rbac_crn,
            cluster_id=kafka.cluster.id,
            generated=generated,
            reads={"product-updates"},
            writes={"product_vector"},
            roles_per_topic=roles_per_topic,
        )
        return Identities("identities", suffix="x", scope=scope)

    return make


@pytest.fixture
def make_session(
    settings: Settings, make_kafka: Callable[[], Kafka], make_identities: Callable[[Kafka], Identities]
) -> Callable[..., FlinkSession]:
    """Declare all that a statement needs, inside a program; after a ``previous`` up on request."""

    def make(settings: Settings = settings, previous: Previous | None = None) -> FlinkSession:
        kafka = make_kafka()
        flink = Flink(
            "flink",
            suffix="x",
            organization_id="org-1",
            environment_id="env-1",
            settings=settings,
            identities=make_identities(kafka),
        )
        return flink.session(kafka.cluster, previous or Previous())

    return make
