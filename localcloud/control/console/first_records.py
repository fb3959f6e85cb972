"""The first records of a topic, as soon as they are there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from localcloud.control.console.records import Decoder, shown

if TYPE_CHECKING:
    from localcloud.control.cloud import Cloud
    from localcloud.dataplane.interface import KafkaRecord

_OFFSETS = 200
_POLL_SECONDS = 0.2


def first_records(cloud: Cloud, cluster_id: str, topic: str, count: int, seconds: float) -> list[dict[str, Any]]:
    """Return ``count`` committed records, decoded and shortened; after ``seconds`` those that there are.

    Raises :class:`~localcloud.control.core.errors.NotFoundError` for a cluster or a topic that does not exist.
    """
    decoder = Decoder.of(cloud, cloud.clusters.get(cluster_id).environment_id)
    deadline = time.monotonic() + seconds
    reader = cloud.topics.reader(cluster_id, topic, _OFFSETS)
    found: list[KafkaRecord] = []
    try:
        while len(found) < count and time.monotonic() < deadline and not cloud.plane.is_closing:
            found += reader.read(_POLL_SECONDS)
    finally:
        reader.close()
    return [shown(decoder.record(one)) for one in found[:count]]
