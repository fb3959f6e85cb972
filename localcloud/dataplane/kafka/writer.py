"""Single records, written for callers of Kafka REST."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, Producer

from localcloud.dataplane.interface import DataPlaneError, InvalidError, KafkaRecord
from localcloud.dataplane.kafka.admin import client_config

if TYPE_CHECKING:
    from localcloud.dataplane.interface import NewRecord
    from localcloud.dataplane.kafka.broker_folder import KafkaInternal

TIMEOUT_SECONDS = 15.0
_LARGEST = 20 * 1024 * 1024  # bytes, of Confluent Cloud's topics: the topic's own setting decides
_WAIT_SECONDS = 0.1
_INVALID = {
    KafkaError.MSG_SIZE_TOO_LARGE: "it is larger than the topic's max.message.bytes",
    KafkaError.INVALID_RECORD: "the topic is compacted, and it has no key",
    KafkaError._UNKNOWN_PARTITION: "the topic has no such partition",  # noqa: SLF001 - its public name
    KafkaError.UNKNOWN_TOPIC_OR_PART: "the topic has no such partition",
    KafkaError.INVALID_TIMESTAMP: "its timestamp is none that the topic takes",
}


class RecordWriter:
    """A producer of one broker, as superuser: whoever may write has been asked before. Of any thread."""

    def __init__(self, internal: KafkaInternal) -> None:
        """Create a client, which connects with the first record."""
        self._producer = Producer(
            {
                **client_config(internal, "admin"),
                "enable.idempotence": True,
                "linger.ms": 0,
                "message.max.bytes": _LARGEST,
                "message.timeout.ms": int(TIMEOUT_SECONDS * 1000),
                "partitioner": "murmur2_random",  # as Java's clients and Flink choose it
            }
        )

    def write(self, topic: str, record: NewRecord) -> KafkaRecord:
        """Write a record, return it as the broker has it; :class:`InvalidError` if it cannot be written."""
        done = threading.Event()
        outcome: list[Any] = []

        def on_delivery(error: KafkaError | None, message: Any) -> None:
            outcome.append(error or message)
            done.set()

        where = {} if record.partition is None else {"partition": record.partition}
        when = {} if record.timestamp is None else {"timestamp": record.timestamp}
        try:
            self._producer.produce(
                topic, record.value, record.key, headers=list(record.headers), on_delivery=on_delivery, **where, **when
            )
        except (KafkaException, BufferError) as error:
            raise _refusal(error.args[0]) from error
        while not done.is_set():
            self._producer.poll(_WAIT_SECONDS)
        (message,) = outcome
        if isinstance(message, KafkaError):
            raise _refusal(message) from KafkaException(message)
        return KafkaRecord(
            partition=message.partition(),
            offset=message.offset(),
            timestamp=message.timestamp()[1],
            key=record.key,
            value=record.value,
        )


def _refusal(error: Any) -> Exception:
    """Return what to raise; ``error`` is Kafka's, or the text of a full queue."""
    if isinstance(error, KafkaError):
        if error.code() in _INVALID:
            return InvalidError(f"The record cannot be written: {_INVALID[error.code()]}.")
        return DataPlaneError(f"Kafka: {error.str().strip().rstrip('.')}.")
    return DataPlaneError("Kafka takes no more records now: send it again.")
