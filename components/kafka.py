"""The Kafka cluster."""

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.settings import ClusterType, Settings


class Kafka(pulumi.ComponentResource):
    """A Kafka cluster: Flink's database. ``settings`` give its place, its type and whether it is protected."""

    cluster: confluentcloud.KafkaCluster
    environment_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        display_name: pulumi.Input[str],
        environment_id: pulumi.Input[str],
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Kafka", name, None, opts)
        is_basic = settings.cluster_type is ClusterType.BASIC
        self.cluster = confluentcloud.KafkaCluster(
            name,
            display_name=display_name,
            environment={"id": environment_id},
            cloud=settings.cloud.value,
            region=settings.region,
            availability="SINGLE_ZONE",
            basic={} if is_basic else None,
            standard=None if is_basic else {},
            # Its name is Flink's database: of two clusters with one name, statements might use the old one.
            opts=pulumi.ResourceOptions(parent=self, protect=settings.protect, delete_before_replace=True),
        )
        self.environment_id = pulumi.Output.from_input(environment_id)
        self.register_outputs({"kafkaClusterId": self.cluster.id})
