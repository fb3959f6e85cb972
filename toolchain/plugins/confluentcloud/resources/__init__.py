"""The resources, one module for each of Confluent's APIs."""

from toolchain.plugins.confluentcloud.resources.api_key import ApiKey
from toolchain.plugins.confluentcloud.resources.base import CloudResource
from toolchain.plugins.confluentcloud.resources.connector import Connector
from toolchain.plugins.confluentcloud.resources.environment import Environment
from toolchain.plugins.confluentcloud.resources.flink_compute_pool import FlinkComputePool
from toolchain.plugins.confluentcloud.resources.flink_connection import FlinkConnection
from toolchain.plugins.confluentcloud.resources.flink_statement import FlinkStatement
from toolchain.plugins.confluentcloud.resources.iam import RoleBinding, ServiceAccount
from toolchain.plugins.confluentcloud.resources.kafka_acl import KafkaAcl
from toolchain.plugins.confluentcloud.resources.kafka_cluster import KafkaCluster
from toolchain.plugins.confluentcloud.resources.kafka_topic import KafkaTopic
from toolchain.plugins.confluentcloud.resources.schema_registry import Schema, SubjectConfig

RESOURCES: tuple[type[CloudResource], ...] = (
    Environment,
    KafkaCluster,
    ServiceAccount,
    RoleBinding,
    ApiKey,
    KafkaTopic,
    KafkaAcl,
    FlinkComputePool,
    Connector,
    FlinkConnection,
    FlinkStatement,
    Schema,
    SubjectConfig,
)
