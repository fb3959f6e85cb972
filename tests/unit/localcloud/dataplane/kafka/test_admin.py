"""Topics of a broker, which a stub stands in for. With a real one: test_kafka_plane."""

from __future__ import annotations

from types import SimpleNamespace

from localcloud.dataplane.interface import TopicInfo
from localcloud.dataplane.kafka.admin import TopicAdmin
from localcloud.dataplane.kafka.broker_folder import KafkaInternal


def test_a_list_takes_one_question_however_many_topics_there_are() -> None:
    admin = TopicAdmin(KafkaInternal(bootstrap="127.0.0.1:1", token="t"))
    names = [f"topic-{number:04}" for number in range(1000)]
    topics = {name: SimpleNamespace(partitions={0: None, 1: None}) for name in ["__consumer_offsets", *reversed(names)]}
    admin.client = SimpleNamespace(list_topics=lambda **_: SimpleNamespace(topics=topics))
    assert admin.topics() == [TopicInfo(name=name, partitions=2) for name in names]
