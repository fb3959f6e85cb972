"""What people write instead of the INSERT: a Python process between two topics, with and without transactions.

A process of its own (``python -m workshop.bench.worker``); its :class:`Job` comes as JSON on the standard input, for it
has a secret. It says ``ready`` once it has its model and its partitions, begins with the next line, and ends with its
input.
"""

from __future__ import annotations

import json
import logging
import select
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import wordllama
from confluent_kafka import Consumer, Producer, TopicPartition

BATCH = 512
COMMIT_SECONDS = 1.0  # the local cloud's checkpoints are as far apart
DIMENSIONS = 256


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a process copies.

    ``settings``: of a Kafka client; ``places``: offset by partition of ``source``; ``schema``: id of the sink's;
    ``is_fast_json``: orjson, which writes a vector from its memory with the digits of floats. Python's own json writes
    those of doubles, twice as many, and needs an object for each number.
    """

    settings: dict[str, str]
    source: str
    sink: str
    places: dict[int, int]
    schema: int
    is_transactional: bool
    is_fast_json: bool

    def parts(self, count: int) -> list[Job]:
        """Return jobs for so many processes, each with partitions of its own."""
        places = list(self.places.items())
        return [replace(self, places=dict(places[number::count])) for number in range(count)]


class Worker:
    """The process, as seen from the measurement."""

    def __init__(self, job: Job) -> None:
        """Start it, and wait until it is ready."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workshop.bench.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("The worker did not start.")

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def _content(product: dict[str, Any]) -> str:
    """Return the text that the INSERT embeds, in the same words."""
    words = ("size", "ageGroup", "gender", "season", "fashionType", "brandName", "baseColor", "articleType")
    numbers = f", price: {product['price']} , store number: {product['store_id']} , product id: {product['product_id']}"
    return " ".join([*(product[word] for word in words), numbers])


class _Copier:
    def __init__(self, job: Job) -> None:
        logging.getLogger().setLevel(logging.WARNING)  # importing the package enables INFO messages of all libraries
        folder = Path(wordllama.__file__).parent
        self._model: Any = wordllama.WordLlama.load(cache_dir=folder, dim=DIMENSIONS, disable_download=True)
        self._job = job
        name = f"worker-{time.time_ns()}"
        self._consumer = Consumer(
            {**job.settings, "group.id": name, "isolation.level": "read_committed", "enable.auto.commit": False}
        )
        self._consumer.assign([TopicPartition(job.source, number, offset) for number, offset in job.places.items()])
        settings = {**job.settings, "linger.ms": 20, "queue.buffering.max.messages": 200_000}
        if job.is_transactional:
            settings["transactional.id"] = name
        self._producer = Producer(settings)
        if job.is_transactional:
            self._producer.init_transactions()
            self._producer.begin_transaction()
        self._committed, self._is_pending = time.monotonic(), False

    def copy(self) -> None:
        """Copy a batch, and commit if it is time."""
        batch = [one for one in self._consumer.consume(BATCH, timeout=0.1) if one.error() is None]
        if batch:
            self._is_pending = True
            parse = orjson.loads if self._job.is_fast_json else json.loads
            products = [parse(one.value()[5:]) for one in batch]
            contents = [_content(product) for product in products]
            vectors = self._model.embed(contents, norm=True)
            head = b"\0" + self._job.schema.to_bytes(4, "big")
            for product, content, vector in zip(products, contents, vectors, strict=True):
                self._produce(head + self._json({**product, "content": content, "vector": vector}))
            self._producer.poll(0)
        if self._is_pending and time.monotonic() - self._committed >= COMMIT_SECONDS:
            self._commit()

    def _json(self, row: dict[str, Any]) -> bytes:
        if self._job.is_fast_json:
            return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)
        return json.dumps({**row, "vector": row["vector"].tolist()}).encode()

    def _produce(self, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(self._job.sink, value)
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def _commit(self) -> None:
        read = self._consumer.position(self._consumer.assignment())
        places = [place for place in read if place.offset >= 0]
        if self._job.is_transactional:
            self._producer.send_offsets_to_transaction(places, self._consumer.consumer_group_metadata())
            self._producer.commit_transaction()
            self._producer.begin_transaction()
        else:
            self._producer.flush()
            self._consumer.commit(offsets=places, asynchronous=False)
        self._committed, self._is_pending = time.monotonic(), False

    def close(self) -> None:
        """Commit the rest."""
        if self._is_pending:
            self._commit()
        if self._job.is_transactional:
            self._producer.abort_transaction()
        self._consumer.close()


def _job(text: str) -> Job:
    given = json.loads(text)
    return Job(**given | {"places": {int(number): offset for number, offset in given["places"].items()}})


def main() -> None:
    """Copy until the standard input ends."""
    copier = _Copier(_job(sys.stdin.readline()))
    print("ready", flush=True)
    sys.stdin.readline()
    while not select.select([sys.stdin], [], [], 0)[0]:
        copier.copy()
    copier.close()


if __name__ == "__main__":
    main()
