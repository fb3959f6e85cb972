"""Vector embeddings for RAG on Confluent Cloud: settings in, components wired, outputs out."""

from pathlib import Path

import pulumi
import pulumi_confluentcloud as confluentcloud

import components as c

HERE = Path(__file__).resolve().parent
settings = c.Settings.load()
schema = c.RecordSchema.load(HERE / "schemas" / "product-updates.avsc")
sql = c.PipelineSql.load(HERE / "sql", source=c.SOURCE_TOPIC, embedding_model=settings.model_version)
last_up = c.LastUp.read()
names = c.Names.of(settings)
organization = confluentcloud.get_organization_output()

environment = c.Environment("environment", c.EnvironmentProps(display_name=names.environment, settings=settings))
kafka = c.Kafka("cluster", c.KafkaProps(display_name=names.cluster, environment_id=environment.id, settings=settings))
registry = environment.schema_registry(after=kafka.cluster)
scope = c.Scope(
    organization=organization.resource_name,
    environment=environment.resource_name,
    registry=registry.resource_name,
    cluster=kafka.cluster.rbac_crn,
    cluster_id=kafka.cluster.id,
    source=c.SOURCE_TOPIC,
    sink=sql.table.target,
    roles_per_topic=settings.cluster_type is not c.ClusterType.BASIC,
)
identities = c.Identities("identities", c.IdentitiesProps(suffix=names.suffix, scope=scope))
place = {"organization_id": organization.id, "environment_id": environment.id}
flink = c.Flink("flink", c.FlinkProps(suffix=names.suffix, settings=settings, identities=identities, **place))
datagen = c.Datagen(
    "datagen-source",
    c.DatagenProps(kafka=kafka, identities=identities, schema=schema, interval_ms=settings.record_interval_ms),
)
session = flink.session(kafka.cluster, last_up)
model = c.EmbeddingModel("embedding-model", c.EmbeddingModelProps(settings=settings, session=session, sql=sql))
pipeline = c.EmbeddingPipeline(
    "embedding-pipeline",
    c.EmbeddingPipelineProps(
        session=session,
        sql=sql,
        source=c.Source(table=c.SOURCE_TOPIC, columns=schema.fields, connector=c.CONNECTOR_NAME),
        model=model.statement,
        connector=datagen.connector,
        protect=settings.protect,
    ),
)

pulumi.export("organizationId", organization.id)
pulumi.export("schemaRegistryId", registry.id)
pulumi.export("schemaRegistryEndpoint", registry.rest_endpoint)
for component in (environment, kafka, flink, datagen, model, pipeline):
    for name, value in component.outputs.items():
        pulumi.export(name, value)
