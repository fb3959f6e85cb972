"""Filling a topic as fast as it takes records."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from confluent_kafka import Producer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PATIENCE = 1_800
"""Seconds that a measurement waits for what has to come."""


def fill(settings: Mapping[str, str], topic: str, values: Iterable[bytes]) -> None:
    """Write ``values``, and return once all of them are there; ``settings``: the client's."""
    producer = Producer({**settings, "linger.ms": 50, "queue.buffering.max.messages": 200_000})
    for value in values:
        while True:
            with suppress(BufferError):
                producer.produce(topic, value)
                break
            producer.poll(0.1)
    if producer.flush(PATIENCE):
        raise RuntimeError("Not every record could be written.")
