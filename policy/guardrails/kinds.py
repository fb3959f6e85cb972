"""Type tokens of Pulumi resources."""


def _of(name: str) -> str:
    return f"confluentcloud:index/{name[0].lower()}{name[1:]}:{name}"


API_KEY = _of("ApiKey")
COMPUTE_POOL = _of("FlinkComputePool")
CONNECTION = _of("FlinkConnection")
CONNECTOR = _of("Connector")
ENVIRONMENT = _of("Environment")
KAFKA_ACL = _of("KafkaAcl")
KAFKA_CLUSTER = _of("KafkaCluster")
KAFKA_TOPIC = _of("KafkaTopic")
ROLE_BINDING = _of("RoleBinding")
STATEMENT = _of("FlinkStatement")
