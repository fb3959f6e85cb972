"""The resources, one module for each of Confluent's APIs."""

from offline.plugins.confluentcloud.resources.api_key import ApiKey
from offline.plugins.confluentcloud.resources.base import CloudResource
from offline.plugins.confluentcloud.resources.connector import Connector
from offline.plugins.confluentcloud.resources.custom_connector_plugin import CustomConnectorPlugin
from offline.plugins.confluentcloud.resources.environment import Environment
from offline.plugins.confluentcloud.resources.flink_compute_pool import FlinkComputePool
from offline.plugins.confluentcloud.resources.flink_connection import FlinkConnection
from offline.plugins.confluentcloud.resources.flink_statement import FlinkStatement
from offline.plugins.confluentcloud.resources.iam import RoleBinding, ServiceAccount
from offline.plugins.confluentcloud.resources.kafka_acl import KafkaAcl
from offline.plugins.confluentcloud.resources.kafka_cluster import KafkaCluster
from offline.plugins.confluentcloud.resources.kafka_topic import KafkaTopic
from offline.plugins.confluentcloud.resources.schema_registry import Schema, SubjectConfig

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
    CustomConnectorPlugin,
    FlinkConnection,
    FlinkStatement,
    Schema,
    SubjectConfig,
)
