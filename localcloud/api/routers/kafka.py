"""Kafka REST: one cluster, its topics and their settings (``/kafka/v3``)."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from localcloud.api.access.authorization_data import may_kafka
from localcloud.api.access.bodies import Body, JsonRoute
from localcloud.api.access.callers import KafkaCaller, TheCloud, kafka_key
from localcloud.api.http.replies import Json
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import InvalidError, NotFoundError
from localcloud.control.kafka.topics import MAX_NAME, TopicInfo

router = APIRouter(route_class=JsonRoute, prefix="/kafka/v3/clusters/{cluster_id}", dependencies=[Depends(kafka_key)])

CONFIG_NOT_FOUND = 40404


Partitions = Annotated[int, Field(ge=1, lt=1 << 31)]


class Config(Body):
    """One setting."""

    name: str
    value: str | None = None
    operation: str = "SET"


class TopicBody(Body):
    """A new topic."""

    topic_name: str
    partitions_count: Partitions | None = None
    configs: list[Config] = Field(default_factory=list)


class PartitionsBody(Body):
    """More partitions."""

    partitions_count: Partitions


class ConfigsBody(Body):
    """Settings to change."""

    data: list[Config]


class ConfigBody(Body):
    """The value of one setting."""

    value: str


@router.get("")
def read_cluster(cluster_id: str, cloud: TheCloud) -> Json:
    """The cluster, as Kafka REST describes it."""
    cluster = cloud.clusters.running(cluster_id)
    here = _url(cloud, cluster_id)
    return Json(
        {
            "kind": "KafkaCluster",
            "metadata": {"self": here, "resource_name": f"crn:///kafka={cluster_id}"},
            "cluster_id": cluster.id,
            "controller": {"related": f"{here}/brokers/1"},
            "acls": {"related": f"{here}/acls"},
            "brokers": {"related": f"{here}/brokers"},
            "broker_configs": {"related": f"{here}/broker-configs"},
            "consumer_groups": {"related": f"{here}/consumer-groups"},
            "topics": {"related": f"{here}/topics"},
            "partition_reassignments": {"related": f"{here}/topics/-/partitions/-/reassignment"},
        }
    )


@router.get("/topics")
def list_topics(cluster_id: str, cloud: TheCloud, caller: KafkaCaller) -> Json:
    """The topics that the caller may describe."""
    may = may_kafka(cloud, caller, cluster_id)
    here = f"{_url(cloud, cluster_id)}/topics"
    topics = [topic for topic in cloud.topics.all(cluster_id) if may("DESCRIBE", "TOPIC", topic.name)]
    data = [_topic(cloud, cluster_id, topic) for topic in topics]
    return Json({"kind": "KafkaTopicList", "metadata": {"self": here, "next": None}, "data": data})


@router.post("/topics")
def create_topic(cluster_id: str, body: TopicBody, cloud: TheCloud) -> Json:
    """Create a topic."""
    configs = {config.name: config.value for config in body.configs if config.value is not None}
    topic = cloud.topics.create(cluster_id, body.topic_name, body.partitions_count, configs)
    return Json(_topic(cloud, cluster_id, topic), 201)


@router.get("/topics/{name}")
def read_topic(cluster_id: str, name: str, cloud: TheCloud) -> Json:
    """One topic."""
    return Json(_topic(cloud, cluster_id, cloud.topics.get(cluster_id, name)))


@router.patch("/topics/{name}")
def add_partitions(cluster_id: str, name: str, body: PartitionsBody, cloud: TheCloud) -> Json:
    """Give a topic more partitions."""
    topic = cloud.topics.alter(cluster_id, name, partitions=body.partitions_count)
    return Json(_topic(cloud, cluster_id, topic))


@router.delete("/topics/{name}")
def delete_topic(cluster_id: str, name: str, cloud: TheCloud) -> Response:
    """Delete a topic."""
    cloud.topics.delete(cluster_id, name)
    return Response(status_code=204)


@router.get("/topics/{name}/configs")
def list_configs(cluster_id: str, name: str, cloud: TheCloud) -> Json:
    """The settings of a topic, its own and the defaults."""
    topic = cloud.topics.get(cluster_id, name)
    here = f"{_url(cloud, cluster_id)}/topics/{quote(name)}/configs"
    data = [_config(cloud, cluster_id, topic, key) for key in sorted({**topic.defaults, **topic.configs})]
    return Json({"kind": "KafkaTopicConfigList", "metadata": {"self": here, "next": None}, "data": data})


@router.post("/topics/{name}/configs:alter")
def alter_configs(cluster_id: str, name: str, body: ConfigsBody, cloud: TheCloud) -> Response:
    """Change settings, or reset them to their defaults (``"operation": "DELETE"``)."""
    changes: dict[str, str | None] = {}
    for config in body.data:
        if config.operation not in ("SET", "DELETE") or (config.operation == "SET" and config.value is None):
            raise InvalidError(f"{config.operation} {config.name}: use SET with a value, or DELETE.", error_code=40002)
        changes[config.name] = None if config.operation == "DELETE" else config.value
    cloud.topics.alter(cluster_id, name, configs=changes)
    return Response(status_code=204)


@router.get("/topics/{name}/configs/{config}")
def read_config(cluster_id: str, name: str, config: str, cloud: TheCloud) -> Json:
    """One setting of a topic."""
    topic = cloud.topics.get(cluster_id, name)
    if config not in topic.configs and config not in topic.defaults:
        raise NotFoundError(f"A topic has no setting {config[:MAX_NAME]!r}.", error_code=CONFIG_NOT_FOUND)
    return Json(_config(cloud, cluster_id, topic, config))


@router.put("/topics/{name}/configs/{config}")
def set_config(cluster_id: str, name: str, config: str, body: ConfigBody, cloud: TheCloud) -> Response:
    """Set one setting of a topic."""
    cloud.topics.alter(cluster_id, name, configs={config: body.value})
    return Response(status_code=204)


@router.delete("/topics/{name}/configs/{config}")
def reset_config(cluster_id: str, name: str, config: str, cloud: TheCloud) -> Response:
    """Reset one setting of a topic to its default."""
    cloud.topics.alter(cluster_id, name, configs={config: None})
    return Response(status_code=204)


@router.get("/topics/{name}/partitions")
def list_partitions(cluster_id: str, name: str, request: Request, cloud: TheCloud) -> Json:
    """The partitions of a topic."""
    topic = cloud.topics.get(cluster_id, name)
    here = f"{cloud.base_url}{quote(request.url.path)}"
    data = [
        {
            "kind": "KafkaPartition",
            "metadata": {"self": f"{here}/{partition}"},
            "cluster_id": cluster_id,
            "topic_name": name,
            "partition_id": partition,
        }
        for partition in range(topic.partitions)
    ]
    return Json({"kind": "KafkaPartitionList", "metadata": {"self": here, "next": None}, "data": data})


def _url(cloud: Cloud, cluster_id: str) -> str:
    return f"{cloud.base_url}/kafka/v3/clusters/{cluster_id}"


def _topic(cloud: Cloud, cluster_id: str, topic: TopicInfo) -> dict[str, Any]:
    here = f"{_url(cloud, cluster_id)}/topics/{quote(topic.name)}"
    return {
        "kind": "KafkaTopic",
        "metadata": {"self": here, "resource_name": f"crn:///kafka={cluster_id}/topic={topic.name}"},
        "cluster_id": cluster_id,
        "topic_name": topic.name,
        "is_internal": topic.is_internal,
        "replication_factor": topic.replication_factor,
        "partitions_count": topic.partitions,
        "partitions": {"related": f"{here}/partitions"},
        "configs": {"related": f"{here}/configs"},
        "partition_reassignments": {"related": f"{here}/partitions/-/reassignment"},
    }


def _config(cloud: Cloud, cluster_id: str, topic: TopicInfo, name: str) -> dict[str, Any]:
    is_own = name in topic.configs
    value = (topic.configs if is_own else topic.defaults)[name]
    source = "DYNAMIC_TOPIC_CONFIG" if is_own else "DEFAULT_CONFIG"
    return {
        "kind": "KafkaTopicConfig",
        "metadata": {
            "self": f"{_url(cloud, cluster_id)}/topics/{quote(topic.name)}/configs/{name}",
            "resource_name": f"crn:///kafka={cluster_id}/topic={topic.name}/config={name}",
        },
        "cluster_id": cluster_id,
        "topic_name": topic.name,
        "name": name,
        "value": value,
        "is_read_only": False,
        "is_sensitive": False,
        "is_default": not is_own,
        "source": source,
        "synonyms": [{"name": name, "value": value, "source": source}],
    }
