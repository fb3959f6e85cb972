"""Reads a topic's records without a consumer group, so that it leaves nothing behind and needs no right but to read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Self

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from toolchain.frontdoor.consume.failure import ConsumeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Message
    from confluent_kafka.admin import ClusterMetadata

_CONNECT_SECONDS, _TURN_SECONDS = 20, 2
_POLL_SECONDS = 0.2  # Ctrl-C is noticed between two polls
_BATCH = 500
_REFUSES_KEY = {KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED}  # noqa: SLF001 - so it is called


class Cluster(NamedTuple):
    """A Kafka cluster: ``bootstrap`` as Confluent Cloud shows it, ``SASL_SSL://host:9092``, and an API key for it."""

    identifier: str
    bootstrap: str
    key: str
    secret: str


class Topic:
    """A topic of a cluster. Use as a context manager."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._name = name
        self._errors: list[KafkaError] = []
        protocol, _, address = cluster.bootstrap.rpartition("://")
        self._consumer = Consumer(
            {
                "bootstrap.servers": address,
                "security.protocol": protocol or "SASL_SSL",
                "sasl.mechanisms": "PLAIN",
                "sasl.username": cluster.key,
                "sasl.password": cluster.secret,
                "group.id": "pulumiw-consume",  # the library wants one; partitions are assigned without it
                "enable.auto.commit": False,
                "client.id": "pulumiw",
                "error_cb": self._errors.append,
                "log_level": 0,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def open(self, *, from_beginning: bool) -> None:
        """Begin to read; ``from_beginning``: also the records that are there already. Raises :class:`ConsumeError`."""
        begin = OFFSET_BEGINNING if from_beginning else OFFSET_END
        self._consumer.assign([TopicPartition(self._name, one, begin) for one in self._partitions()])

    def records(self) -> Iterator[Message]:
        """Yield the records in the order of arrival, without end. Raises :class:`ConsumeError`."""
        while True:
            for message in self._consumer.consume(_BATCH, _POLL_SECONDS):
                if error := message.error():
                    raise ConsumeError(self._reason(error))
                yield message
            self._check_key()

    def _partitions(self) -> list[int]:
        found = self._metadata().topics[self._name]
        if found.error is not None:
            raise ConsumeError(self._reason(found.error))
        return sorted(found.partitions)

    def _metadata(self) -> ClusterMetadata:
        """Ask in short turns: only between them does the library tell that the key is refused."""
        deadline = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                return self._consumer.list_topics(self._name, _TURN_SECONDS)
            except KafkaException as error:
                self._consumer.poll(0)
                self._check_key()
                if time.monotonic() > deadline:
                    raise ConsumeError(
                        f"Kafka at {self._cluster.bootstrap} does not answer ({error.args[0].str()}): check the"
                        " network, and run the command again."
                    ) from None

    def _check_key(self) -> None:
        if any(error.code() in _REFUSES_KEY for error in self._errors):
            raise ConsumeError(
                f"Kafka refuses the key {self._cluster.key}: create one for cluster {self._cluster.identifier}, and set"
                " KAFKA_API_KEY and KAFKA_API_SECRET."
            )

    def _reason(self, error: KafkaError) -> str:
        if error.code() in {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC}:  # noqa: SLF001
            return (
                f'Cluster {self._cluster.identifier} has no topic {self._name!r}: `./pulumiw sql "SHOW TABLES"` lists'
                " those that there are."
            )
        if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            return (
                f"The owner of the key {self._cluster.key} may not read the topic {self._name!r}: the role"
                f" DeveloperRead on Topic:{self._name} lets it."
            )
        if error.code() == KafkaError.TOPIC_EXCEPTION:
            return f"{self._name!r} is no name of a topic: it has letters, digits, '.', '_' and '-', at most 249."
        return f"The topic {self._name!r} cannot be read: {error.str()}."
