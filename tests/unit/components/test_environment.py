from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.environment import Environment
from tests.support.recorded_program import ENVIRONMENT, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.config.settings import Settings
    from components.kafka import Kafka


class TestEnvironment:
    def test_has_the_governance_package_and_its_name(self, settings: Settings) -> None:
        recorded = record(lambda: Environment("env", display_name="rag-x", settings=settings))
        assert recorded["env"].inputs == {"displayName": "rag-x", "streamGovernance": {"package": "ESSENTIALS"}}
        assert recorded["env"].request.protect is False

    def test_one_that_is_there_already_is_only_looked_up(self, settings: Settings) -> None:
        given = settings.model_copy(update={"environment_id": "env-1", "protect": True})

        def program() -> None:
            environment = Environment("env", display_name="rag-x", settings=given)
            confluentcloud.ServiceAccount(
                "probe", display_name=environment.display_name, description=environment.resource_name
            )

        recorded = record(program)
        assert recorded.of_type("Environment") == {}
        assert recorded["probe"].inputs == {"displayName": "house", "description": ENVIRONMENT}

    def test_is_its_component_s_child_whatever_the_caller_says(self, settings: Settings) -> None:
        def program() -> None:
            stranger = pulumi.ComponentResource("test:index:Stranger", "stranger")
            options = pulumi.ResourceOptions(parent=stranger)
            Environment("env", display_name="rag-x", settings=settings, opts=options)

        recorded = record(program)
        assert recorded["env"].request.parent.endswith("confluent-rag:index:Environment::env")
        assert recorded.components["env"].parent == "stranger"

    def test_is_protected_on_request(self, settings: Settings) -> None:
        settings = settings.model_copy(update={"protect": True})
        recorded = record(lambda: Environment("env", display_name="rag-x", settings=settings))
        assert recorded["env"].request.protect is True

    def test_schema_registry_is_looked_up_after_the_cluster(
        self, settings: Settings, make_kafka: Callable[[], Kafka]
    ) -> None:
        def program() -> None:
            environment = Environment("env", display_name="rag-x", settings=settings)
            registry = environment.schema_registry(after=make_kafka().cluster)
            confluentcloud.ServiceAccount("probe", display_name=registry.id)

        recorded = record(program)
        assert recorded["probe"].inputs["displayName"] == "lsrc-1"
        assert {"cluster", "env"} <= recorded["probe"].input_depends_on("displayName")
