"""A topic's newest records, and then each that comes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaError, KafkaException, TopicPartition

from localcloud.dataplane.interface import DataPlaneError, KafkaRecord
from localcloud.dataplane.kafka.admin import client_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.dataplane.kafka.broker_folder import KafkaInternal

_AT_ONCE = 500


class TopicReader:
    """The :class:`~localcloud.dataplane.interface.RecordReader`: a consumer without a group, as superuser."""

    def __init__(self, internal: KafkaInternal, topic: str, ends: Mapping[int, int], newest: int) -> None:
        """Begin ``newest`` offsets before each of ``ends``, which are the partitions' next offsets."""
        self._behind = {partition for partition, end in ends.items() if end}
        self._consumer = Consumer(
            {
                **client_config(internal, "admin"),
                "group.id": f"_console-{uuid.uuid4()}",  # required by librdkafka, and never joined
                "enable.auto.commit": False,
                "enable.partition.eof": True,  # an offset alone does not tell: the last ones may be transaction markers
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        begin = [TopicPartition(topic, partition, max(0, end - newest)) for partition, end in ends.items()]
        self._consumer.assign(begin)

    @property
    def has_caught_up(self) -> bool:
        """Whether each partition has been read to its end once."""
        return not self._behind

    def read(self, seconds: float) -> list[KafkaRecord]:
        """Return what has come, after waiting for it for at most ``seconds``."""
        first = self._consumer.poll(seconds)
        if first is None:
            return []
        messages = [first, *self._consumer.consume(_AT_ONCE, 0)]
        return [record for message in messages if (record := self._record(message)) is not None]

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def _record(self, message: Any) -> KafkaRecord | None:
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                self._behind.discard(message.partition())
            elif error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART or error.fatal():
                raise DataPlaneError(f"Kafka: {error.str().strip().rstrip('.')}.") from KafkaException(error)
            return None
        kind, timestamp = message.timestamp()
        return KafkaRecord(
            partition=message.partition(),
            offset=message.offset(),
            timestamp=0 if kind == TIMESTAMP_NOT_AVAILABLE else timestamp,
            key=message.key(),
            value=message.value(),
        )
