"""The environment, with Stream Governance, and the Schema Registry that comes with its first cluster."""

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.settings import Settings
from components.lookups import look_up


class Environment(pulumi.ComponentResource):
    """An environment: Flink's catalog. The stack's own, or one that was there before and stays.

    ``settings`` say which, and give the Stream Governance package and whether the environment is protected.
    """

    id: pulumi.Output[str]
    resource_name: pulumi.Output[str]
    display_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        display_name: pulumi.Input[str],
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Environment", name, None, opts)
        environment: confluentcloud.Environment | pulumi.Output[confluentcloud.GetEnvironmentResult]
        if settings.environment_id:
            environment = pulumi.Output.from_input(settings.environment_id).apply(self._existing)
        else:
            environment = confluentcloud.Environment(
                name,
                display_name=display_name,
                stream_governance={"package": settings.governance_package.value},
                opts=pulumi.ResourceOptions(parent=self, protect=settings.protect, delete_before_replace=True),
            )
        self.id = environment.id
        self.resource_name = environment.resource_name
        self.display_name = environment.display_name
        self.register_outputs({"environmentId": self.id})

    def schema_registry(
        self, after: pulumi.CustomResource
    ) -> pulumi.Output[confluentcloud.GetSchemaRegistryClusterResult]:
        """Look up the environment's Schema Registry, which is not there before its first cluster (``after``)."""
        return pulumi.Output.all(self.id, after.id).apply(lambda ids: self._registry(ids[0]))

    async def _existing(self, identity: str) -> confluentcloud.GetEnvironmentResult:
        missing = (
            f"Environment {identity} (confluent-rag:environmentId) does not exist, or this cloud API key may not see"
            " it: set environmentId to one that does, or remove it (`pulumi config rm environmentId`), and the stack"
            " gets an environment of its own."
        )
        result = confluentcloud.GetEnvironmentResult
        return await look_up("getEnvironment", {"id": identity}, result, parent=self, missing=missing)

    async def _registry(self, environment: str) -> confluentcloud.GetSchemaRegistryClusterResult:
        missing = (
            f"Environment {environment} does not exist any more, or this cloud API key may not see it: if it was"
            " deleted outside Pulumi, run `./pulumiw up` to make it again or `./pulumiw destroy` to delete what is left"
            ' (with `pulumi` alone: docs/reliability.md, "Something was deleted outside").'
        )
        arguments = {"environment": {"id": environment}}
        result = confluentcloud.GetSchemaRegistryClusterResult
        return await look_up("getSchemaRegistryCluster", arguments, result, parent=self, missing=missing)
