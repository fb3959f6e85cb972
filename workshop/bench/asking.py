"""Asking the store: a question's latency (ms) by the number of products, and how fast these get there.

The engine asked directly is the same ``$vectorSearch`` by MongoDB's own driver; `ask` adds the question's vector, the
columns and the score. ``BENCH_PRODUCTS``: the numbers of products.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pymongo import ReplaceOne
from pymongo.errors import PyMongoError

from toolchain.frontdoor.ask.candidates import candidates_for
from toolchain.frontdoor.ask.embedding import Model
from toolchain.frontdoor.ask.mongodb import MongoDb
from workshop.bench import settings
from workshop.bench.measure import Figure, Place, percentile, seconds
from workshop.bench.sink_stack import RAG, SinkStack, product, vectors
from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PRODUCTS = settings.products("1000,10000")
RUNS = settings.runs(3)
QUESTIONS, WARM_UP = 300, 30
BATCH = 500  # as many as the sink writes at once, `max.poll.records`
DIMENSIONS = 384
WORDS = ("kicks", "footies", "cutoffs", "lid", "something to keep my hands warm")
CHART = "Milliseconds from a question to three products, median"


def _milliseconds(ask: Callable[[int], object]) -> list[float]:
    for number in range(WARM_UP):
        ask(number)
    return [1000 * seconds(lambda: ask(number)) for number in range(QUESTIONS)]  # noqa: B023 - called at once


def _latency(name: str, values: Sequence[float], beside: Sequence[Figure] = (), bar: str = "") -> list[Figure]:
    known = dict(zip((50, 99), beside, strict=False))
    return [
        Figure(
            name=f"{name}: {'median' if percent == 50 else '99th percentile'}",  # noqa: PLR2004 - the median
            unit="ms",
            values=[percentile(values, percent)],
            beside=known.get(percent),
            place=Place(CHART, bar) if bar and percent == 50 else None,  # noqa: PLR2004 - as above
        )
        for percent in (50, 99)
    ]


def _questions(stack: SinkStack, count: int) -> list[Figure]:
    outputs = stack.stack.outputs["embeddings"]
    model = Model(outputs["model"], outputs["endpoint"], stack.clone.credentials()["openai_api_key"])
    store = MongoDb(stack.store, stack.secrets)
    drawn = vectors(QUESTIONS, DIMENSIONS, seed=7).tolist()

    def directly(number: int) -> Any:
        search = {"index": stack.store["index"], "path": "vector", "numCandidates": candidates_for(3), "limit": 3}
        stages = [{"$vectorSearch": {**search, "queryVector": drawn[number]}}, {"$project": {"_id": 1}}]
        return list(stack.products.aggregate(stages))

    engine = _latency(f"{count:,} products, engine asked directly", _milliseconds(directly))
    searched = _milliseconds(lambda number: store.search(drawn[number], 3, model.name))
    asked = _milliseconds(lambda number: store.search(model.embed(WORDS[number % len(WORDS)]), 3, model.name))
    commands = [
        seconds(lambda: stack.clone.ok("ask", WORDS[run % len(WORDS)], *RAG))  # noqa: B023 - called at once
        for run in range(RUNS)
    ]
    bar = f"{count:,} products"
    return [
        *engine,
        *_latency(f"{count:,} products, search of `ask`", searched, engine),
        *_latency(f"{count:,} products, question to answer", asked, engine, bar),
        Figure(name=f"{count:,} products, `./pulumiw ask`, the whole command", unit="s", values=commands),
    ]


def _rows(first: int, count: int) -> Iterator[dict[str, Any]]:
    for number, vector in enumerate(vectors(count, DIMENSIONS, seed=first), first):
        yield product(number, vector.tolist())


def _written_directly(stack: SinkStack, count: int) -> float:
    """Return the documents a second that MongoDB's driver writes into another collection, in the sink's way."""
    rows = list(_rows(0, count))
    elsewhere = stack.products.database["bench"]
    elsewhere.drop()
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        batch = [({"_id": {"product_id": row["product_id"]}}, row) for row in rows[start : start + BATCH]]
        elsewhere.bulk_write([ReplaceOne(key, {**key, **row}, upsert=True) for key, row in batch])
    rate = count / (time.perf_counter() - began)
    elsewhere.drop()
    return rate


def _starts(stack: SinkStack, count: int) -> Iterator[Figure]:
    def answers() -> bool:
        with suppress(PyMongoError):
            return bool(stack.products.database.command("ping"))
        return False

    back = {"connect": stack.sink_runs, "mongodb": answers}
    for name, is_back in back.items():
        time.sleep(15)  # one that dies right after its start is not started again at once
        taken = [stack.seconds_until_it_is_back(name, is_back)]
        yield Figure(name=f"{name}, killed, until it works again, {count:,} products", unit="s", values=taken)


def measure() -> list[Figure]:
    """Fill the store step by step, and ask at each."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            stack = SinkStack.up(clone)
            there = 0
            for count in PRODUCTS:
                added = count - there
                direct = Figure(
                    name=f"{added:,} documents by MongoDB's driver",
                    unit="documents/s",
                    values=[_written_directly(stack, added)],
                )
                rate = stack.fill(_rows(there, added), added)
                name = f"{added:,} records of a full topic into the store"
                figures += [direct, Figure(name=name, unit="records/s", values=[rate], beside=direct)]
                there = count
                figures += _questions(stack, count)
                for process in ("connect", "mongodb"):
                    memory = [stack.megabytes(process)]
                    figures.append(Figure(name=f"{process}, resident, {count:,} products", unit="MB", values=memory))
            figures += _starts(stack, there)
        finally:
            clone.remove()
    return figures
