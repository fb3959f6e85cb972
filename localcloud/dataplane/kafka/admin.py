"""Topics of one broker, through Kafka's admin protocol."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from localcloud.dataplane.interface import ConflictError, DataPlaneError, InvalidError, NotFoundError, TopicInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

    from localcloud.dataplane.kafka.broker_folder import KafkaInternal

TIMEOUT_SECONDS = 15.0
_SHOWN_SECONDS = 2.0
_INVALID = {
    KafkaError.INVALID_CONFIG,
    KafkaError.INVALID_PARTITIONS,
    KafkaError.INVALID_REQUEST,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
}


def client_config(internal: KafkaInternal, principal: str) -> dict[str, Any]:
    """Return librdkafka settings with which the data plane acts as ``principal`` (``admin`` = superuser)."""
    return {
        "bootstrap.servers": internal.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": principal,
        "sasl.password": internal.token,
        "reconnect.backoff.max.ms": 500,  # the broker is on this machine and restarts within seconds
        "log_level": 2,  # only critical: each call reports its own errors, and a restarting broker would fill the log
    }


class TopicAdmin:
    """The topic operations of :class:`~localcloud.dataplane.interface.KafkaPlane`, as superuser."""

    def __init__(self, internal: KafkaInternal) -> None:
        """Create a client, which connects with the first call."""
        self.client = AdminClient(client_config(internal, "admin"))

    def wait_until_ready(self, timeout: float) -> bool:
        """Whether the broker has answered a request for metadata within ``timeout`` seconds."""
        try:
            return bool(self.client.list_topics(timeout=timeout).brokers)
        except KafkaException:
            return False

    def topics(self) -> list[TopicInfo]:
        """All topics but Kafka's internal ones, by name, without their configs, which take a question for each."""
        return [
            TopicInfo(name=name, partitions=len(topic.partitions))
            for name, topic in sorted(self._metadata().items())
            if not name.startswith("__")
        ]

    def topic(self, name: str) -> TopicInfo:
        """One topic, else :class:`NotFoundError`."""
        partitions = len(self._existing(name).partitions)
        configs, defaults = self._configs(name)
        return TopicInfo(name=name, partitions=partitions, configs=configs, defaults=defaults)

    def create(self, topic: TopicInfo) -> None:
        """Create a topic and wait until it is visible. One replica, whatever was asked for: there is one broker."""
        new = NewTopic(topic.name, num_partitions=topic.partitions, replication_factor=1, config=dict(topic.configs))
        _wait(self.client.create_topics([new], request_timeout=TIMEOUT_SECONDS)[topic.name], topic.name)
        self._poll(lambda: self._has_leaders(topic), f"Topic {topic.name!r} was created, but has no leader.")

    def alter(self, name: str, partitions: int | None, configs: Mapping[str, str | None]) -> None:
        """Add partitions, set configs; a config of ``None`` goes back to its default."""
        present = len(self._existing(name).partitions)
        if partitions is not None and partitions < present:
            raise InvalidError(
                f"Topic {name!r} has {present} partitions: their number can only grow, not go to {partitions}."
            )
        if configs:
            entries = [
                ConfigEntry(
                    key,
                    value,
                    incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET,
                )
                for key, value in configs.items()
            ]
            before, _ = self._configs(name)
            resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
            for future in self.client.incremental_alter_configs([resource]).values():
                _wait(future, name)
            self._wait_until_shown(name, before, configs)
        if partitions is not None and partitions > present:
            _wait(self.client.create_partitions([NewPartitions(name, partitions)])[name], name)
            grown = TopicInfo(name=name, partitions=partitions)
            self._poll(lambda: self._has_leaders(grown), f"Topic {name!r} did not get its {partitions} partitions.")

    def _configs(self, name: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the topic's own settings, and the defaults of the others."""
        (described,) = self.client.describe_configs([ConfigResource(ResourceType.TOPIC, name)]).values()
        entries = sorted(_wait(described, name).items())
        changed = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        configs = {key: entry.value for key, entry in entries if entry.source == changed}
        return configs, {key: entry.value or "" for key, entry in entries if entry.source != changed}

    def _wait_until_shown(self, name: str, before: Mapping[str, str | None], configs: Mapping[str, str | None]) -> None:
        """Wait until the broker shows what its controller has confirmed, so that whoever reads next reads it.

        Kafka may write a value in another way than it was given: a change of any kind is enough. If there is none, what
        was set is what was there.
        """
        deadline = time.monotonic() + _SHOWN_SECONDS
        while time.monotonic() < deadline:
            shown, _ = self._configs(name)
            if shown != before or all(shown.get(key) == value for key, value in configs.items()):
                return
            time.sleep(0.02)

    def delete(self, name: str) -> None:
        """Delete a topic and wait until it is gone."""
        _wait(self.client.delete_topics([name], request_timeout=TIMEOUT_SECONDS)[name], name)
        self._poll(lambda: name not in self._metadata(), f"Topic {name!r} was deleted, but is still there.")

    def high_watermarks(self, name: str) -> dict[int, int]:
        """Partition -> next offset to be written."""
        return self._ends(TopicPartition(name, partition) for partition in self._existing(name).partitions)[name]

    def end_offsets(self) -> dict[str, dict[int, int]]:
        """Topic -> partition -> next offset to be written, of all topics but Kafka's internal ones."""
        return self._ends(self._partitions())

    def lag(self, group: str) -> int | None:
        """Offsets that a consumer group has not read yet, in all topics it has read; ``None`` if it has read none."""
        found = self.client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        read: list[TopicPartition] = [one for one in _wait(found[group], group).topic_partitions if one.offset >= 0]
        if not read:
            return None
        ends = self._ends(TopicPartition(one.topic, one.partition) for one in read)
        behind = (ends[one.topic].get(one.partition, 0) - int(one.offset) for one in read)
        return sum(max(0, offsets) for offsets in behind)

    def committed(self) -> dict[str, dict[int, tuple[int, int]]]:
        """Topic -> partition -> first offset that is there, and the last stable one; of the topics of ``end_offsets``.

        A consumer of committed records reads up to the last stable offset.
        """
        partitions = self._partitions()
        # Both are asked before either is waited for.
        first = self._ask(partitions, OffsetSpec.earliest())
        last = self._ask(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED)
        begins, ends = _offsets(first), _offsets(last)
        return {
            topic: {partition: (begins[topic].get(partition, 0), end) for partition, end in of_topic.items()}
            for topic, of_topic in ends.items()
        }

    def _partitions(self) -> list[TopicPartition]:
        topics = {name: topic for name, topic in self._metadata().items() if not name.startswith("__")}
        return [TopicPartition(name, number) for name, topic in topics.items() for number in topic.partitions]

    def _ends(self, partitions: Iterable[TopicPartition]) -> defaultdict[str, dict[int, int]]:
        return _offsets(self._ask(partitions, OffsetSpec.latest()))

    def _ask(
        self,
        partitions: Iterable[TopicPartition],
        where: OffsetSpec,
        isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
    ) -> Mapping[TopicPartition, Future[Any]]:
        asked = dict.fromkeys(partitions, where)
        return self.client.list_offsets(asked, isolation_level=isolation) if asked else {}

    def _metadata(self) -> dict[str, Any]:
        try:
            return dict(self.client.list_topics(timeout=TIMEOUT_SECONDS).topics)
        except KafkaException as error:
            raise _translated(error, "") from error

    def _existing(self, name: str) -> Any:
        topic = self._metadata().get(name)
        if topic is None:
            raise NotFoundError(f"Topic {name!r} does not exist.")
        return topic

    def _has_leaders(self, topic: TopicInfo) -> bool:
        found = self._metadata().get(topic.name)
        return (
            found is not None
            and len(found.partitions) == topic.partitions
            and all(partition.leader >= 0 for partition in found.partitions.values())
        )

    def _poll(self, done: Any, otherwise: str) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise DataPlaneError(otherwise)
            time.sleep(0.02)


def _offsets(asked: Mapping[TopicPartition, Future[Any]]) -> defaultdict[str, dict[int, int]]:
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for at, future in asked.items():
        found[at.topic][at.partition] = _wait(future, at.topic).offset
    return found


def _wait(future: Future[Any], topic: str) -> Any:
    try:
        return future.result(TIMEOUT_SECONDS)
    except KafkaException as error:
        raise _translated(error, topic) from error
    except TimeoutError as error:
        raise DataPlaneError(f"The Kafka broker did not answer within {TIMEOUT_SECONDS:.0f} s.") from error


def _translated(error: KafkaException, topic: str) -> DataPlaneError:
    cause = error.args[0]
    if cause.code() == KafkaError.TOPIC_ALREADY_EXISTS:
        return ConflictError(f"Topic {topic!r} already exists.")
    if cause.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return NotFoundError(f"Topic {topic!r} does not exist.")
    sentence = cause.str().strip().rstrip(".") + "."
    return InvalidError(sentence) if cause.code() in _INVALID else DataPlaneError(f"Kafka: {sentence}")
