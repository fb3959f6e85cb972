"""Topics of Kafka clusters, with the error codes of Kafka's REST API (v3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ConflictError, InvalidError, NotFoundError, translated
from localcloud.dataplane.interface import KafkaRecord, NewRecord, TopicInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.control.core.plane import Plane
    from localcloud.control.kafka.clusters import Clusters
    from localcloud.dataplane.interface import RecordReader

__all__ = ["KafkaRecord", "NewRecord", "TopicInfo", "Topics"]

UNKNOWN_TOPIC = 40403
BAD_REQUEST = 40002
DEFAULT_PARTITIONS = 6  # Confluent Cloud's
MAX_NAME = 249
_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")  # Kafka's own rule: a topic's name is that of its folders, too


class Topics:
    """Topics of all clusters."""

    def __init__(self, plane: Plane, clusters: Clusters) -> None:
        self._plane = plane
        self._clusters = clusters

    def all(self, cluster_id: str) -> list[TopicInfo]:
        """The topics of a cluster, without their configs."""
        with translated():
            return self._plane.kafka.topics(self._running(cluster_id))

    def get(self, cluster_id: str, name: str) -> TopicInfo:
        """The topic of that name, else :class:`NotFoundError`."""
        try:
            with translated():
                return self._plane.kafka.topic(self._running(cluster_id), name)
        except NotFoundError:
            raise _unknown(name) from None

    def create(self, cluster_id: str, name: str, partitions: int | None, configs: Mapping[str, str]) -> TopicInfo:
        """Create a topic, and return when it is visible to clients."""
        if not _NAME.fullmatch(name) or name in {".", ".."}:
            raise InvalidError(
                f"Topic name {name[:MAX_NAME]!r} is not allowed: use 1 to {MAX_NAME} characters of a-z, A-Z, 0-9, '.',"
                " '_' and '-', and not '.' or '..' alone.",
                error_code=BAD_REQUEST,
            )
        topic = TopicInfo(
            name=name, partitions=DEFAULT_PARTITIONS if partitions is None else partitions, configs=dict(configs)
        )
        try:
            with translated():
                self._plane.kafka.create_topic(self._running(cluster_id), topic)
        except ConflictError:
            raise InvalidError(f"Topic '{name}' already exists.", error_code=BAD_REQUEST) from None
        except InvalidError as error:
            raise InvalidError(str(error), error_code=BAD_REQUEST) from None
        return self.get(cluster_id, name)

    def alter(
        self,
        cluster_id: str,
        name: str,
        *,
        partitions: int | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> TopicInfo:
        """Add partitions, set configs; ``None`` resets a config to its default."""
        self.get(cluster_id, name)
        try:
            with translated():
                self._plane.kafka.alter_topic(cluster_id, name, partitions=partitions, configs=configs)
        except InvalidError as error:
            raise InvalidError(str(error), error_code=BAD_REQUEST) from None
        return self.get(cluster_id, name)

    def delete(self, cluster_id: str, name: str) -> None:
        """Delete a topic, and return when it is gone."""
        self.get(cluster_id, name)
        with translated():
            self._plane.kafka.delete_topic(cluster_id, name)

    def records(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> number of records in it, without those of transactions that are open or aborted."""
        with translated():
            return self._plane.kafka.records(self._running(cluster_id))

    def end_offsets(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> next offset to be written, of all topics of a cluster."""
        with translated():
            return self._plane.kafka.end_offsets(self._running(cluster_id))

    def reader(self, cluster_id: str, name: str, newest: int) -> RecordReader:
        """Open a reader of a topic that begins ``newest`` offsets before the end of each partition."""
        self.get(cluster_id, name)
        with translated():
            return self._plane.kafka.reader(cluster_id, name, newest)

    def write(self, cluster_id: str, name: str, record: NewRecord) -> KafkaRecord:
        """Write a record, return it as the broker has it; :class:`InvalidError` if it cannot be written."""
        with translated():
            return self._plane.kafka.write(self._running(cluster_id), name, record)

    def _running(self, cluster_id: str) -> str:
        return self._clusters.running(cluster_id).id


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        f"This server does not host this topic-partition: topic '{name}' does not exist.", error_code=UNKNOWN_TOPIC
    )
