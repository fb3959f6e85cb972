"""The pipeline as Pulumi components: one concept a module, wired together in ``__main__.py``."""

from components.config.names import Names
from components.config.settings import ClusterType, Settings
from components.datagen import Datagen, DatagenProps, RecordSchema
from components.embedding_model import EmbeddingModel, EmbeddingModelProps
from components.embedding_pipeline import EmbeddingPipeline, EmbeddingPipelineProps
from components.environment import Environment, EnvironmentProps
from components.flink import Flink, FlinkProps
from components.grants import Scope
from components.identities import Identities, IdentitiesProps
from components.kafka import Kafka, KafkaProps
from components.sql_files import SqlFiles

__all__ = [
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
    "Names",
    "RecordSchema",
    "Scope",
    "Settings",
    "SqlFiles",
]
