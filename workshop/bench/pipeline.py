"""The INSERT: throughput from a full topic (rows per second), and latency at a steady rate (milliseconds)."""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from confluent_kafka import Consumer, Producer, TopicPartition

from workshop.bench import settings
from workshop.bench.arrivals import Arrivals
from workshop.bench.embeddings import BYTES, TEXTS, texts_per_second_of_the_server
from workshop.bench.filling import PATIENCE, fill
from workshop.bench.measure import Figure, Place, percentile
from workshop.bench.worker import Job, Worker
from workshop.clone import Clone, wait_until
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SOURCE, SINK = "product-updates", "product_vector"
FULL_TOPICS = "10000,100000,1000000"
WORKER_ROWS = 100_000
RATES = (1, 100, 1_000)
RATE_SECONDS = 20
SAMPLES = 500
CHART = "Rows a second, from a full topic to vectors in another"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to write the worker."""

    name: str
    is_transactional: bool
    is_fast_json: bool
    processes: int


WAYS = (
    Way(name="worker, exactly once", is_transactional=True, is_fast_json=True, processes=1),
    Way(name="two workers, exactly once", is_transactional=True, is_fast_json=True, processes=2),
    Way(name="two workers, exactly once, Python's json", is_transactional=True, is_fast_json=False, processes=2),
    Way(name="two workers, at least once", is_transactional=False, is_fast_json=True, processes=2),
)


@dataclass(frozen=True)
class Pipeline:
    """The stack's own INSERT and its two tables; the connector is paused."""

    stack: Stack

    @classmethod
    def up(cls, clone: Clone) -> Pipeline:
        """Deploy a stack, let its connector generate sample records, and pause it."""
        clone.edit("Pulumi.dev.yaml", "recordIntervalMs: 200", "recordIntervalMs: 10")
        pipeline = cls(Stack.up(clone))
        wait_until(lambda: pipeline.records(SOURCE) >= SAMPLES, "records to send again")
        pipeline.stack.operate(next(iter(pipeline.stack.outputs["connectors"])), "pause")
        pipeline.wait_until_all_have_vectors()
        return pipeline

    def settings(self) -> dict[str, str]:
        """Return a client's settings, with the key of an account that may do everything on the cluster."""
        owner = self.stack.account(f"bench-{time.time_ns()}", {"EnvironmentAdmin": ["environment"]})
        return self.stack.kafka_settings(self.stack.kafka_key(owner))

    def consumer(self, topic: str, *, isolation: str, from_start: bool) -> Consumer:
        """Return a consumer of every partition of a topic."""
        consumer = Consumer(
            {**self.settings(), "group.id": "bench", "isolation.level": isolation, "fetch.wait.max.ms": 5}
        )
        places = _places(consumer, topic)
        for place in places:
            low, high = consumer.get_watermark_offsets(place)
            place.offset = low if from_start else high
        consumer.assign(places)
        return consumer

    def ends(self, topic: str) -> dict[int, int]:
        """Return the end offset of each of the topic's partitions."""
        with closing(Consumer({**self.settings(), "group.id": "bench"})) as consumer:
            return _ends(consumer, _places(consumer, topic))

    @contextmanager
    def arrivals(self) -> Iterator[Arrivals]:
        """Count the vectors that arrive during a ``with`` block."""
        with closing(Consumer({**self.settings(), "group.id": "bench"})) as consumer:
            places = _places(consumer, SINK)
            with Arrivals(lambda: sum(_ends(consumer, places).values()), lambda: self.records(SINK)) as arrivals:
                yield arrivals

    def records(self, topic: str) -> int:
        """Return how many committed records the topic has."""
        topics = self.stack.clone.status()["topics"]
        return sum(one["records"] for one in topics if one["name"] == topic)

    def sink_schema(self) -> int:
        """Return the id of the schema that the table's records carry."""
        with closing(self.consumer(SINK, isolation="read_committed", from_start=True)) as consumer:
            value = next(one for one in _values(consumer, 1) if one is not None)
        return int.from_bytes(value[1:5], "big")

    def samples(self) -> list[bytes]:
        """Return record values from the connector, with their schema id."""
        consumer = self.consumer(SOURCE, isolation="read_committed", from_start=True)
        values = [value for value in _values(consumer, SAMPLES) if value is not None]
        consumer.close()
        return values

    def wait_until_all_have_vectors(self) -> None:
        """Wait until no more records arrive."""
        seen = -1
        while (now := self.records(SINK)) != seen:
            seen = now
            time.sleep(3)

    def resident_megabytes(self) -> float:
        """Return the resident memory of all processes of the local cloud, in megabytes."""
        processes = self.stack.clone.status()["processes"]
        return float(sum(psutil.Process(process["pid"]).memory_info().rss for process in processes)) / 1e6

    def run_insert(self, *, stopped: bool) -> None:
        """Stop or resume the INSERT."""
        out, clone = self.stack.outputs, self.stack.clone
        owner = self.stack.account(f"operator-{time.time_ns()}", {"EnvironmentAdmin": ["environment"]})
        key = self.stack.flink_key(owner)
        place = f"{out['flinkRestEndpoint']}/sql/v1/organizations/{out['organizationId']}/environments/"
        url = f"{place}{out['environmentId']}/statements/{out['statements']['insert-into-product-vector']}"
        operation = {"path": "/spec/stopped", "op": "replace", "value": stopped}
        headers = {"Content-Type": "application/json-patch+json"}
        httpx.patch(url, content=json.dumps([operation]), headers=headers, auth=key).raise_for_status()
        wanted = "STOPPED" if stopped else "RUNNING"

        def phase() -> str:
            jobs = {one["name"]: one["phase"] for one in clone.status()["jobs"]}
            return str(jobs.get(out["statements"]["insert-into-product-vector"], "STOPPED"))

        wait_until(lambda: phase() == wanted, wanted)


def _places(consumer: Consumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, partition) for partition in consumer.list_topics(topic).topics[topic].partitions]


def _ends(consumer: Consumer, places: list[TopicPartition]) -> dict[int, int]:
    return {place.partition: consumer.get_watermark_offsets(place)[1] for place in places}


def _values(consumer: Consumer, count: int) -> Iterator[bytes | None]:
    left = count
    while left:
        for message in consumer.consume(min(left, 1000), timeout=30):
            if message.error() is None:
                left -= 1
                yield message.value()


def rows_per_second(pipeline: Pipeline, rows: int, samples: list[bytes]) -> tuple[float, float]:
    """Fill the topic while the INSERT is stopped, then resume it; return rows per second and megabytes at the end."""
    pipeline.run_insert(stopped=True)
    _fill(pipeline, rows, samples)
    with pipeline.arrivals() as arrivals:
        pipeline.run_insert(stopped=False)
        return arrivals.per_second(rows), pipeline.resident_megabytes()


def rows_per_second_of_workers(pipeline: Pipeline, rows: int, samples: list[bytes], way: Way) -> float:
    """Fill the topic while the INSERT is stopped, and let Python processes do its work."""
    pipeline.run_insert(stopped=True)
    places = pipeline.ends(SOURCE)
    _fill(pipeline, rows, samples)
    job = Job(
        settings=pipeline.settings(),
        source=SOURCE,
        sink=SINK,
        places=places,
        schema=pipeline.sink_schema(),
        is_transactional=way.is_transactional,
        is_fast_json=way.is_fast_json,
    )
    with pipeline.arrivals() as arrivals, ExitStack() as workers:
        started = [workers.enter_context(closing(Worker(part))) for part in job.parts(way.processes)]
        for worker in started:
            worker.go()
        return arrivals.per_second(rows)


def _fill(pipeline: Pipeline, rows: int, samples: list[bytes]) -> None:
    fill(pipeline.settings(), SOURCE, products(samples, range(rows)))


def products(samples: Sequence[bytes], numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield records with these product ids, else as the connector made them: no two texts are the same."""
    beginnings = []
    for sample in samples:
        value = json.loads(sample[5:])
        del value["product_id"]
        beginnings.append(sample[:5] + json.dumps(value)[:-1].encode() + b', "product_id": ')
    for number, beginning in zip(numbers, cycle(beginnings)):
        yield beginning + b"%d}" % number


def milliseconds(pipeline: Pipeline, rate: int, samples: list[bytes], isolation: str) -> list[float]:
    """Send records at a rate; return for each the milliseconds until a consumer had its vector."""
    count = max(RATE_SECONDS, rate * RATE_SECONDS)
    base = 1_000_000_000 + time.time_ns() // 1_000_000 % 1_000_000_000  # unused product ids
    values = list(products(samples, range(base, base + count)))
    watcher = pipeline.consumer(SINK, isolation=isolation, from_start=False)
    watcher.consume(1, timeout=2)  # connect first: the connection is not part of the measured latency
    sent: list[float] = [0.0] * count
    producer = Producer({**pipeline.settings(), "linger.ms": 0})

    def send() -> None:
        begin = time.perf_counter()
        for number, value in enumerate(values):
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            sent[number] = time.perf_counter()
            producer.produce(SOURCE, value)
            producer.poll(0)
        producer.flush()

    sender = threading.Thread(target=send)
    sender.start()
    arrived: dict[int, float] = {}
    deadline = time.monotonic() + PATIENCE
    while len(arrived) < count and time.monotonic() < deadline:
        message = watcher.poll(1)
        if message is not None and message.error() is None:
            now = time.perf_counter()
            number = json.loads(message.value()[5:])["product_id"] - base
            if 0 <= number < count:  # a committed reader begins before what another rate has just written
                arrived.setdefault(number, now)
    sender.join()
    watcher.close()
    return [1000 * (at - sent[number]) for number, at in arrived.items()]


def _latency(pipeline: Pipeline, rate: int, samples: list[bytes], isolation: str) -> list[Figure]:
    taken = milliseconds(pipeline, rate, samples, isolation)
    name = f"record to vector, {rate:,} a second, {isolation} reader"
    return [
        Figure(name=f"{name}: median", unit="ms", values=[statistics.median(taken)]),
        Figure(name=f"{name}: 99th percentile", unit="ms", values=[percentile(taken, 99)]),
    ]


def measure() -> list[Figure]:
    """Measure throughput, with the embedding server's own for comparison, then latency."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            pipeline = Pipeline.up(clone)
            samples = pipeline.samples()
            contents = [_content(record) for record in products(samples, range(TEXTS))]
            for rows in settings.rows(FULL_TOPICS):
                alone = texts_per_second_of_the_server(clone, contents, BYTES)
                rate, memory = rows_per_second(pipeline, rows, samples)
                server = Figure(name="embedding server alone, full batches", unit="texts/s", values=[alone])
                vectors = f"{rows:,} rows of a full topic to vectors"
                figures += [
                    server,
                    Figure(
                        name=vectors, unit="rows/s", values=[rate], beside=server, place=Place(CHART, f"{rows:,} rows")
                    ),
                    Figure(name=f"local cloud, resident, after {rows:,} rows", unit="MB", values=[memory]),
                ]
            ours = figures[-2]
            pipeline.wait_until_all_have_vectors()
            for rate_ in RATES:
                figures += _latency(pipeline, rate_, samples, "read_uncommitted")
            figures += _latency(pipeline, 100, samples, "read_committed")
            figures += _beside_workers(pipeline, samples, ours)
        finally:
            clone.remove()
    return figures


def _beside_workers(pipeline: Pipeline, samples: list[bytes], ours: Figure) -> Iterator[Figure]:
    """What people would write instead, on the same topics."""
    for way in WAYS:
        rate = rows_per_second_of_workers(pipeline, WORKER_ROWS, samples, way)
        worker = Figure(name=way.name, unit="rows/s", values=[rate], place=Place(CHART, way.name))
        yield worker
        yield Figure(name=f"{ours.name}, beside {way.name}", unit="rows/s", values=ours.values, beside=worker)


def _content(sample: bytes) -> str:
    """Return approximately the text that the INSERT embeds: the same words."""
    value: dict[str, Any] = json.loads(sample[5:])
    return " ".join(str(part) for part in value.values())
