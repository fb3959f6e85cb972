"""A large cloud beside a small one: what lists and the status cost once it has many topics, statements and records."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from workshop.bench.guests import SCHEMA, Guests, table_life
from workshop.bench.held import MEMORY, held
from workshop.bench.measure import Figure, seconds
from workshop.bench.settings import records, statements, topics
from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_Values = dict[tuple[str, str], list[float]]
"""By name and unit."""
RUNS = 30
TOPICS, STATEMENTS, RECORDS = 1_000, 200, 1_000_000
_BATCH = 100
"""Topics that are made with one request."""
_HALF_FULL = 100_000
"""Records in the producer's queue, of 200,000 at most."""
_SECONDS = 120


def measure() -> list[Figure]:
    """Time every read of a small cloud, fill it, and time them again: one client, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            guests = Guests.of(Stack.up(clone))
            for sql in table_life("warm_up"):
                guests.run(sql)
            small = {**_timed(guests), **_memory(clone)}
            fill(guests)
            _check(guests)
            large = {**_timed(guests), **_memory(clone)}
            return [*_figures(small, large)]
        finally:
            clone.remove()


def fill(guests: Guests) -> None:
    """Make so many topics with a subject each, run so many statements that stay, write so many records."""
    names = [f"many-{number:05d}" for number in range(topics(TOPICS))]
    _make_topics(guests, names)
    for name in names:
        subject = f"{guests.stack.outputs['schemaRegistryEndpoint']}/subjects/{name}-value/versions"
        guests.call("POST", subject, {"schema": SCHEMA, "schemaType": "JSON"})
    _write(guests, names[0], records(RECORDS))
    _run_statements(guests, statements(STATEMENTS))


def _make_topics(guests: Guests, names: list[str]) -> None:
    admin = AdminClient(guests.kafka)
    for first in range(0, len(names), _BATCH):
        new = [NewTopic(name, num_partitions=1, replication_factor=1) for name in names[first : first + _BATCH]]
        for made in admin.create_topics(new, request_timeout=_SECONDS).values():
            made.result(_SECONDS)


def _write(guests: Guests, topic: str, count: int) -> None:
    producer = Producer({**guests.kafka, "linger.ms": 50, "queue.buffering.max.messages": 200_000})
    for number in range(count):
        producer.produce(topic, b'{"id": %d}' % number)
        if number % _BATCH == 0:
            producer.poll(0)
            if len(producer) > _HALF_FULL:
                producer.flush(_SECONDS)
    if producer.flush(_SECONDS):
        raise RuntimeError(f"Not all records were written to {topic}.")


def _run_statements(guests: Guests, count: int) -> None:
    """Run so many, one after the other: a query that is read and stopped, then the life of a table, and so on."""
    run = 0
    while True:
        works: list[Callable[[], str]] = [guests.stopped_query]
        works += [lambda sql=sql: guests.run(sql) for sql in table_life(f"t_{uuid.uuid4().hex[:8]}")]  # type: ignore[misc]
        for work in works:
            if run == count:
                return
            work()
            run += 1


def _check(guests: Guests) -> None:
    """Refuse to measure a cloud that is not as large as it is said to be."""
    status = guests.call("GET", "/local/v1/status")
    found = {
        "topics": len(status["topics"]),
        "statements": sum(status["phases"]["statements"].values()),
        "records": max(topic["records"] for topic in status["topics"]),
    }
    wanted = {"topics": topics(TOPICS), "statements": statements(STATEMENTS), "records": records(RECORDS)}
    if missing := {name: count for name, count in wanted.items() if found[name] < count}:
        raise RuntimeError(f"The cloud has {found}, and should have {missing}.")


def _timed(guests: Guests) -> _Values:
    """Return the milliseconds of each read, by name, and those of the last page of statements."""
    last = _last_page(guests)
    reads = {**guests.reads, "statements, last page": lambda: guests.call("GET", last)}
    return {(name, "ms"): [1000 * seconds(read) for _ in range(RUNS)] for name, read in reads.items()}


def _memory(clone: Clone) -> _Values:
    return {name: [value] for name, value in held(clone) if name[0].endswith(MEMORY)}


def _last_page(guests: Guests) -> str:
    path = f"{guests.statements}?page_size=10"
    while following := _next(guests.call("GET", path)):
        path = following
    return path


def _next(page: Mapping[str, Any]) -> str:
    link: str = page["metadata"].get("next") or ""
    return link


def _figures(small: _Values, large: _Values) -> Iterator[Figure]:
    for (name, unit), values in large.items():
        first = Figure(name=f"{name}, small cloud", unit=unit, values=small[name, unit])
        yield first
        yield Figure(name=f"{name}, large cloud", unit=unit, values=values, beside=first)
