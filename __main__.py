"""Vector embeddings for RAG on Confluent Cloud: settings in, components wired, outputs out."""

import signal
from pathlib import Path

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.names import Names
from components.config.settings import ClusterType, Settings
from components.datagen import Datagen, RecordSchema
from components.embedding_model import EmbeddingModel
from components.embedding_pipeline import EmbeddingPipeline
from components.environment import Environment
from components.flink import Flink
from components.grants import Scope
from components.identities import Identities
from components.kafka import Kafka
from components.sinks.plan import plan_sinks
from components.sinks.records import with_records
from components.sinks.search import connections_of
from components.sinks.sink import Sink
from components.sql_files import SqlFiles

# Pulumi ends a program that still waits by SIGINT, also after a failed resource: no traceback under the error.
signal.signal(signal.SIGINT, signal.SIG_DFL)

HERE = Path(__file__).resolve().parent
settings = Settings.load()
sources = {
    "datagen-source": RecordSchema.load(HERE / "schemas" / "product-updates.avsc"),
}
topics = {schema.topic for schema in sources.values()}
written = SqlFiles.load(HERE / "sql", topics=topics, embedding_model=settings.model_version, search=settings.search)
sql = with_records(settings.sinks, written)
plans = plan_sinks(settings.sinks, sql)
names = Names.of(settings)
organization = confluentcloud.get_organization_output()

environment = Environment("environment", display_name=names.environment, settings=settings)
kafka = Kafka("cluster", display_name=names.cluster, environment_id=environment.id, settings=settings)
registry = environment.schema_registry(after=kafka.cluster)
scope = Scope(
    organization=organization.resource_name,
    environment=environment.resource_name,
    registry=registry.resource_name,
    cluster=kafka.cluster.rbac_crn,
    cluster_id=kafka.cluster.id,
    generated=topics,
    reads=sql.reads,
    writes=sql.writes,
    asked=sql.asked,
    sinks={plan.name: plan.copied for plan in plans},
    roles_per_topic=settings.cluster_type is not ClusterType.BASIC,
)
identities = Identities("identities", suffix=names.suffix, scope=scope)
place = {"organization_id": organization.id, "environment_id": environment.id}
flink = Flink("flink", suffix=names.suffix, settings=settings, identities=identities, **place)
connectors = [
    Datagen(name, kafka=kafka, identities=identities, schema=schema, settings=settings)
    for name, schema in sources.items()
]
session = flink.session(kafka.cluster)
model = EmbeddingModel("embedding-model", settings=settings, session=session, sql=sql)
pipeline = EmbeddingPipeline(
    "embedding-pipeline",
    session=session,
    sql=sql,
    models=model.statements,
    sources=[connector.source for connector in connectors],
    connections=connections_of(session, sql, settings.sinks),
    protect=settings.protect,
)
sinks = [
    Sink(plan, kafka=kafka, identities=identities, session=session, statements=pipeline.statements) for plan in plans
]

# The contract with everything that reads a stack: docs/outputs.md.
pulumi.export("organizationId", organization.id)
pulumi.export("environmentId", environment.id)
pulumi.export("environmentName", environment.display_name)
pulumi.export("cloud", kafka.cluster.cloud)
pulumi.export("region", kafka.cluster.region)
pulumi.export("kafkaClusterId", kafka.cluster.id)
pulumi.export("kafkaClusterName", kafka.cluster.display_name)
pulumi.export("kafkaBootstrapEndpoint", kafka.cluster.bootstrap_endpoint)
pulumi.export("kafkaRestEndpoint", kafka.cluster.rest_endpoint)
pulumi.export("schemaRegistryId", registry.id)
pulumi.export("schemaRegistryEndpoint", registry.rest_endpoint)
pulumi.export("computePoolId", flink.pool.id)
pulumi.export("flinkRestEndpoint", flink.rest_endpoint)
pulumi.export("flinkApiKey", pulumi.Output.secret(flink.key.id))
pulumi.export("flinkApiSecret", pulumi.Output.secret(flink.key.secret))
pulumi.export("connectionName", model.connection_name)
pulumi.export("embeddings", {"endpoint": settings.openai_endpoint, "model": settings.embedding_model})
pulumi.export(
    "connectors", {one.source.connector: {"id": one.connector.id, "topic": one.source.table} for one in connectors}
)
pulumi.export("models", sorted(statement.target for statement in sql.models.values()))
pulumi.export("statements", pipeline.statements)
pulumi.export("flows", sql.flows)
pulumi.export("sinks", {sink.plan.name: sink.output for sink in sinks})
pulumi.export("sinkSecrets", pulumi.Output.secret({sink.plan.name: dict(sink.plan.store.secrets()) for sink in sinks}))
