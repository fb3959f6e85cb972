"""One valid resource of each kind."""

from __future__ import annotations

from typing import Any

from tests.support.plugins.fake_cloud import BASE

ARCHIVE = "store-connector.zip"
"""A file in the current folder of the tests."""
ENVIRONMENT = {"id": "env-1"}
CLUSTER = {"id": "lkc-1"}
KEYS = {"key": "KEY", "secret": "a-secret"}
KAFKA = {"kafkaCluster": CLUSTER, "restEndpoint": BASE, "credentials": KEYS}
REGISTRY = {"schemaRegistryCluster": {"id": "lsrc-1"}, "restEndpoint": f"{BASE}/registry", "credentials": KEYS}
OWNER = {"id": "sa-1", "kind": "ServiceAccount", "apiVersion": "iam/v2"}
FLINK = {
    "organization": {"id": "org-1"},
    "environment": ENVIRONMENT,
    "computePool": {"id": "lfcp-1"},
    "principal": {"id": "sa-1"},
    "restEndpoint": BASE,
    "credentials": KEYS,
}


def token(name: str) -> str:
    """Return the type token of a resource."""
    return f"confluentcloud:index/{name[0].lower()}{name[1:]}:{name}"


SAMPLES: dict[str, dict[str, Any]] = {
    "Environment": {"displayName": "staging", "streamGovernance": {"package": "ESSENTIALS"}},
    "KafkaCluster": {
        "displayName": "kafka",
        "availability": "SINGLE_ZONE",
        "cloud": "AWS",
        "region": "us-east-1",
        "environment": ENVIRONMENT,
        "basic": {},
    },
    "ServiceAccount": {"displayName": "app", "description": "runs it"},
    "RoleBinding": {"principal": "User:sa-1", "roleName": "DeveloperRead", "crnPattern": "crn://confluent.cloud/x"},
    "ApiKey": {
        "displayName": "flink",
        "description": "deploys",
        "owner": OWNER,
        "managedResource": {
            "id": "aws.us-east-1",
            "kind": "Region",
            "apiVersion": "fcpm/v2",
            "environment": ENVIRONMENT,
        },
    },
    "KafkaTopic": {**KAFKA, "topicName": "orders", "partitionsCount": 3, "config": {"retention.ms": "1000"}},
    "KafkaAcl": {
        **KAFKA,
        "resourceType": "TOPIC",
        "resourceName": "orders",
        "patternType": "LITERAL",
        "principal": "User:sa-1",
        "host": "*",
        "operation": "READ",
        "permission": "ALLOW",
    },
    "FlinkComputePool": {
        "displayName": "pool",
        "cloud": "AWS",
        "region": "us-east-1",
        "maxCfu": 10,
        "environment": ENVIRONMENT,
    },
    "Connector": {
        "environment": ENVIRONMENT,
        "kafkaCluster": CLUSTER,
        "configNonsensitive": {"name": "Datagen", "connector.class": "DatagenSource", "tasks.max": "1"},
        "configSensitive": {"some.password": "hush-hush"},
    },
    "CustomConnectorPlugin": {
        "displayName": "store",
        "connectorClass": "com.example.StoreSinkConnector",
        "connectorType": "SINK",
        "sensitiveConfigProperties": ["store.password", "store.key"],
        "filename": ARCHIVE,
    },
    "FlinkConnection": {
        **FLINK,
        "displayName": "openai",
        "type": "OPENAI",
        "endpoint": "https://api.openai.com/v1/embeddings",
        "apiKey": "sk-hush-hush",
    },
    "FlinkStatement": {
        **FLINK,
        "statement": "INSERT INTO a SELECT * FROM b",
        "statementName": "insert",
        "properties": {"sql.current-catalog": "env-1", "sql.current-database": "kafka"},
    },
    "Schema": {**REGISTRY, "subjectName": "orders-value", "format": "AVRO", "schema": '{"type": "string"}'},
    "SubjectConfig": {**REGISTRY, "subjectName": "orders-value", "compatibilityLevel": "FULL"},
}
