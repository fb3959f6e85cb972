"""The pipeline as Pulumi components: one concept a module, wired together in ``__main__.py``."""

from components.datagen import CONNECTOR_NAME, SOURCE_TOPIC, Datagen, DatagenProps, RecordSchema
from components.embedding_model import EmbeddingModel, EmbeddingModelProps
from components.embedding_pipeline import EmbeddingPipeline, EmbeddingPipelineProps
from components.environment import Environment, EnvironmentProps
from components.flink import Flink, FlinkProps
from components.grants import Scope
from components.identities import Identities, IdentitiesProps
from components.kafka import Kafka, KafkaProps
from components.last_up import LastUp
from components.names import Names
from components.settings import ClusterType, Settings
from components.source import Source
from components.sql_files import PipelineSql

__all__ = [
    "CONNECTOR_NAME",
    "SOURCE_TOPIC",
    "ClusterType",
    "Datagen",
    "DatagenProps",
    "EmbeddingModel",
    "EmbeddingModelProps",
    "EmbeddingPipeline",
    "EmbeddingPipelineProps",
    "Environment",
    "EnvironmentProps",
    "Flink",
    "FlinkProps",
    "Identities",
    "IdentitiesProps",
    "Kafka",
    "KafkaProps",
    "LastUp",
    "Names",
    "PipelineSql",
    "RecordSchema",
    "Scope",
    "Settings",
    "Source",
]
