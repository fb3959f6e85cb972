"""The Kafka cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.settings import ClusterType, Settings


@dataclass(frozen=True, kw_only=True)
class KafkaProps:
    """``settings`` give cloud, region, cluster type and whether the cluster is protected."""

    display_name: pulumi.Input[str]
    environment_id: pulumi.Input[str]
    settings: Settings


class Kafka(pulumi.ComponentResource):
    """A Kafka cluster: Flink's database."""

    cluster: confluentcloud.KafkaCluster
    environment_id: pulumi.Output[str]

    def __init__(self, name: str, props: KafkaProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:Kafka", name, None, opts)
        settings = props.settings
        is_basic = settings.cluster_type is ClusterType.BASIC
        self.cluster = confluentcloud.KafkaCluster(
            name,
            display_name=props.display_name,
            environment={"id": props.environment_id},
            cloud=settings.cloud.value,
            region=settings.region,
            availability="SINGLE_ZONE",
            basic={} if is_basic else None,
            standard=None if is_basic else {},
            # Its name is Flink's database: of two clusters with one name, statements might use the old one.
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(parent=self, protect=settings.protect, delete_before_replace=True)
            ),
        )
        self.environment_id = pulumi.Output.from_input(props.environment_id)
        self.register_outputs({"kafkaClusterId": self.cluster.id})
