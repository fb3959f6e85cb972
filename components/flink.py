"""Flink: compute pool, region endpoint, API key, and the provider that carries them to connections and statements."""

from typing import Any

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.settings import KEY_COMMAND, Settings
from components.flinksql import Address, FlinkSession, Previous
from components.identities import Identities


class Flink(pulumi.ComponentResource):
    """A compute pool and the way to it.

    ``settings`` give cloud, region and pool size; ``identities`` whose key it is and whom statements run as.
    Key and provider carry the region in their names: after a move, what still runs in the old region is deleted through
    the old provider with the old key, and only then are these deleted.
    """

    pool: confluentcloud.FlinkComputePool
    key: confluentcloud.ApiKey
    provider: confluentcloud.Provider
    rest_endpoint: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        suffix: pulumi.Input[str],
        organization_id: pulumi.Input[str],
        environment_id: pulumi.Input[str],
        settings: Settings,
        identities: Identities,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Flink", name, None, opts)
        cloud, region_name = settings.cloud.value, settings.region
        self._place = f"{cloud.lower()}-{region_name}"
        place = f"{name}-{self._place}"
        self._suffix, self._identities = pulumi.Output.from_input(suffix), identities
        self._organization_id, self._environment_id = organization_id, environment_id
        self.pool = confluentcloud.FlinkComputePool(
            f"{name}-pool",
            display_name=pulumi.Output.concat("rag-", suffix),
            environment={"id": environment_id},
            cloud=cloud,
            region=region_name,
            max_cfu=settings.max_cfu,
            opts=pulumi.ResourceOptions(parent=self),
        )
        region = confluentcloud.get_flink_region_output(
            cloud=cloud, region=region_name, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        self.rest_endpoint = region.rest_endpoint
        deployer = identities.accounts["deployer"]
        # Another rotation is another resource: it is made first, the provider moves to it, and the old key goes last.
        turn = f"-{settings.rotation}" if settings.rotation > 1 else ""
        self.key = confluentcloud.ApiKey(
            f"{place}-key{turn}",
            display_name=pulumi.Output.concat("rag-flink-", suffix, turn),
            description="Deploys and queries the Flink statements of this stack",
            owner={"id": deployer.id, "api_version": deployer.api_version, "kind": deployer.kind},
            managed_resource={
                "id": region.id,
                "api_version": region.api_version,
                "kind": region.kind,
                "environment": {"id": environment_id},
            },
            # 60 s otherwise, on the way to the first vector. The hooks cover the time until it is let in.
            disable_wait_for_ready=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=identities.rights["deployer"]),
        )
        self.provider = confluentcloud.Provider(
            place,
            **_cloud_settings(),
            organization_id=organization_id,
            environment_id=environment_id,
            flink_rest_endpoint=self.rest_endpoint,
            flink_compute_pool_id=self.pool.id,
            flink_principal_id=identities.accounts["runner"].id,
            flink_api_key=self.key.id,
            flink_api_secret=self.key.secret,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"computePoolId": self.pool.id})

    def session(self, cluster: confluentcloud.KafkaCluster, previous: Previous | None = None) -> FlinkSession:
        """Return the session whose database is ``cluster``; ``previous``: if it has been read already."""
        address = pulumi.Output.all(
            endpoint=self.rest_endpoint,
            organization_id=self._organization_id,
            environment_id=self._environment_id,
            compute_pool_id=self.pool.id,
            api_key=self.key.id,
            api_secret=self.key.secret,
        ).apply(lambda values: Address(**values))
        secret_address: pulumi.Output[Address] = pulumi.Output.secret(address)
        return FlinkSession(
            suffix=self._suffix,
            place=self._place,
            provider=self.provider,
            address=secret_address,
            previous=previous or Previous.read(),
            runs_as=pulumi.Output.all(self.pool.id, self._identities.accounts["runner"].id, cluster.id),
            catalog=pulumi.Output.from_input(self._environment_id),
            database=cluster.display_name,
            rights=self._identities.statement_rights,
            model_remedy=f"If the provider refuses the key, run `{KEY_COMMAND}`, then up again.",
        )


def _cloud_settings() -> dict[str, Any]:
    """What the default provider reads from the stack by itself: an explicit one has to be told."""
    config = pulumi.Config("confluentcloud")
    settings = {
        "endpoint": config.get("endpoint"),
        "cloud_api_key": config.get_secret("cloudApiKey"),
        "cloud_api_secret": config.get_secret("cloudApiSecret"),
        "max_retries": config.get_int("maxRetries"),
    }
    return {name: value for name, value in settings.items() if value is not None}
