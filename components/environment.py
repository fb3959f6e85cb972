"""The environment, with Stream Governance, and the Schema Registry that comes with its first cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

if TYPE_CHECKING:
    from components.config.settings import Settings


@dataclass(frozen=True, kw_only=True)
class EnvironmentProps:
    """``settings`` give the Stream Governance package and whether the environment is protected."""

    display_name: pulumi.Input[str]
    settings: Settings


class Environment(pulumi.ComponentResource):
    """An environment: Flink's catalog. The stack's own, or one that was there before and stays."""

    id: pulumi.Output[str]
    resource_name: pulumi.Output[str]
    display_name: pulumi.Output[str]

    def __init__(self, name: str, props: EnvironmentProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:Environment", name, None, opts)
        settings = props.settings
        environment: confluentcloud.Environment | pulumi.Output[confluentcloud.GetEnvironmentResult]
        if settings.environment_id:
            environment = confluentcloud.get_environment_output(
                id=settings.environment_id, opts=pulumi.InvokeOutputOptions(parent=self)
            )
        else:
            environment = confluentcloud.Environment(
                name,
                display_name=props.display_name,
                stream_governance={"package": settings.governance_package.value},
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=self, protect=settings.protect)),
            )
        self.id = environment.id
        self.resource_name = environment.resource_name
        self.display_name = environment.display_name
        self.register_outputs({"environmentId": self.id})

    def schema_registry(self, after: pulumi.Resource) -> pulumi.Output[confluentcloud.GetSchemaRegistryClusterResult]:
        """Look up the environment's Schema Registry, which is not there before its first cluster (``after``)."""
        found: pulumi.Output[confluentcloud.GetSchemaRegistryClusterResult]
        found = confluentcloud.get_schema_registry_cluster_output(
            environment={"id": self.id},
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[after]),
        )
        return found
