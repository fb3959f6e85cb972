"""Confluent resource names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localcloud.control.core.resources import ApiKey, ComputePool, KafkaCluster, RoleBinding, SchemaRegistry


class Names:
    """CRNs of one organization."""

    def __init__(self, organization_id: str) -> None:
        self.organization = f"crn://confluent.cloud/organization={organization_id}"

    def environment(self, environment_id: str) -> str:
        """``.../environment=env-1``."""
        return f"{self.organization}/environment={environment_id}"

    def cluster(self, cluster: KafkaCluster) -> str:
        """``.../environment=env-1/cloud-cluster=lkc-1/kafka=lkc-1``."""
        return f"{self.environment(cluster.environment_id)}/cloud-cluster={cluster.id}/kafka={cluster.id}"

    def registry(self, registry: SchemaRegistry) -> str:
        """``.../environment=env-1/schema-registry=lsrc-1``."""
        return f"{self.environment(registry.environment_id)}/schema-registry={registry.id}"

    def pool(self, pool: ComputePool) -> str:
        """``.../environment=env-1/flink-region=aws.us-east-1/compute-pool=lfcp-1``."""
        return f"{self.flink_region(pool.environment_id, f'{pool.cloud.lower()}.{pool.region}')}/compute-pool={pool.id}"

    def flink_region(self, environment_id: str, region_id: str) -> str:
        """``.../environment=env-1/flink-region=aws.us-east-1``."""
        return f"{self.environment(environment_id)}/flink-region={region_id}"

    def owner(self, principal_id: str) -> str:
        """``.../service-account=sa-1`` or ``.../user=u-1``."""
        return f"{self.organization}/{'service-account' if principal_id.startswith('sa-') else 'user'}={principal_id}"

    def api_key(self, key: ApiKey) -> str:
        """``.../service-account=sa-1/api-key=KEY``."""
        return f"{self.owner(key.owner_id)}/api-key={key.id}"

    def role_binding(self, binding: RoleBinding) -> str:
        """``.../role-binding=rb-1``."""
        return f"{self.organization}/role-binding={binding.id}"
