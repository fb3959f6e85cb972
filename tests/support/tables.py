"""What a stack has read and written so far."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.apis import cloud_api, flink_api
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workshop.clone import Clone

COLUMNS = "product_id, store_id, price, articleType, brandName"
SOURCE, SINK = "product-updates", "product_vector"
READ_SECONDS = 180  # for one table, on a machine that may have much else to do
AGAIN_SECONDS = 30
LISTED_SECONDS = 120
_MOST_SHOWN = 20  # product ids


def statements(clone: Clone) -> dict[str, Any]:
    """Name -> job, of what the stack runs."""
    jobs = clone.status()["jobs"]
    return {job["name"]: job for job in jobs if not job["name"].startswith("pulumiw-")}  # a query ends by itself


def topic_end(clone: Clone, name: str) -> int:
    """Return how many records a topic has got so far; waits for its broker, if that has just been killed."""
    found: list[int] = []

    def is_listed() -> bool:
        found[:] = [topic["records"] for topic in clone.status()["topics"] if topic["name"] == name]
        return bool(found)

    wait_until(is_listed, f"{name} in the status", LISTED_SECONDS)
    return found[0]


@dataclass(frozen=True)
class Read:
    """What one query has read of a table: its rows, and what it said beside them."""

    table: str
    rows: Counter[Any]
    said: str = ""

    @classmethod
    def of(cls, clone: Clone, table: str, count: int, seconds: int = READ_SECONDS) -> Read:
        """Read ``count`` rows, or as many as come in ``seconds``."""
        query = f"SELECT {COLUMNS} FROM `{table}`"
        done = clone.run("sql", query, "--json", "--limit", str(count), "--seconds", str(seconds))
        rows = Counter(tuple(json.loads(line).values()) for line in done.stdout.splitlines())
        return cls(table, rows, done.stderr.strip())


def settled(clone: Clone) -> tuple[Counter[Any], Counter[Any]]:
    """Return what is in both tables once nothing new comes; the connector goes on afterwards.

    Fails with all that tells a lost vector from a stuck query, if fewer rows can be read than the source has records.
    """
    outputs = clone.outputs()
    with paused(clone, outputs):
        count = topic_end(clone, SOURCE)
        products, vectors = (Read.of(clone, table, count) for table in (SOURCE, SINK))
        if min(products.rows.total(), vectors.rows.total()) < count:
            again = Read.of(clone, SINK, count, AGAIN_SECONDS)
            raise AssertionError(shortage(count, (products, vectors, again), clone.status(), _phases(outputs)))
    return products.rows, vectors.rows


@contextmanager
def paused(clone: Clone, outputs: Mapping[str, Any]) -> Iterator[None]:
    """Keep the connector of the products paused meanwhile."""
    cluster = f"/connect/v1/environments/{outputs['environmentId']}/clusters/{outputs['kafkaClusterId']}"
    connector = f"{cluster}/connectors/{next(iter(outputs['connectors']))}"
    with cloud_api(clone) as api:
        api.put(f"{connector}/pause").raise_for_status()
        try:
            wait_until(lambda: api.get(f"{connector}/status").json()["connector"]["state"] == "PAUSED", "pause")
            yield
        finally:
            api.put(f"{connector}/resume").raise_for_status()


def _phases(outputs: Mapping[str, Any]) -> list[str]:
    """Return a line for each statement: its name, phase and detail."""
    with flink_api(outputs) as api:
        reply = api.get("/statements", params={"page_size": 100})
    if not reply.is_success:
        return [f"unknown: {reply.status_code} {reply.text}"]
    found = [(one["name"], one["status"]) for one in reply.json()["data"]]
    return [f"{name}: {status['phase']} {status.get('detail', '')}".rstrip() for name, status in found]


def shortage(count: int, reads: tuple[Read, Read, Read], status: Mapping[str, Any], phases: list[str]) -> str:
    """Return what is known where fewer rows came than ``count``: the source, the sink, and the sink read once more."""
    products, vectors, again = reads
    lines = [f"{SOURCE} has got {count} records, but not as many rows could be read."]
    for read, which in ((products, ""), (vectors, ""), (again, " by a second query")):
        lines.append(f"{read.table}: {read.rows.total()} rows were read{which}. {read.said}".rstrip())
    wanted, found = _ids(products.rows), _ids(vectors.rows | again.rows)
    lines += [f"product ids without a vector: {_few(wanted - found)}", f"with too many: {_few(found - wanted)}"]
    ends = [f"{topic['name']} ({topic['cluster']}): {topic['records']}" for topic in status["topics"]]
    lines += ["topics, with their records:", *ends, "statements:", *phases]
    return "\n".join([*lines, f"jobs: {status['jobs']}"])


def _ids(rows: Counter[Any]) -> Counter[int]:
    """Return how many rows each product id has: it is the first of the columns."""
    ids: Counter[int] = Counter()
    for row, times in rows.items():
        ids[row[0]] += times
    return ids


def _few(ids: Counter[int]) -> str:
    shown = ", ".join(f"{one} ({times})" for one, times in sorted(ids.items())[:_MOST_SHOWN])
    return f"{ids.total()}: {shown}" if shown else "0"
