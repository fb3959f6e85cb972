"""Asking the store: a question's latency (ms) by the number of products, and how fast these get there.

The engine asked directly is the same search by the store's own client; `ask` adds the question's vector, the columns,
the score and a connection. ``BENCH_PRODUCTS``: the numbers of products. ``BENCH_STORES``: the stores, one after the
other.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.embedding import Model
from toolchain.frontdoor.ask.stores import store_of
from workshop.bench import settings
from workshop.bench.engines import COUNT, ENGINES
from workshop.bench.measure import Figure, Place, percentile, seconds
from workshop.bench.sink_stack import RAG, SinkStack, product, vectors
from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PRODUCTS = settings.products("1000,10000")
STORES = settings.stores("mongodb", ENGINES)
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
    store = store_of(stack.sink, stack.secrets)
    drawn = vectors(QUESTIONS, DIMENSIONS, seed=7).tolist()
    place = f"{stack.kind}, {count:,} products"
    direct = _milliseconds(lambda number: stack.engine.search(drawn[number]))
    engine = _latency(f"{place}, engine asked directly", direct)
    searched = _milliseconds(lambda number: store.search(drawn[number], COUNT, model.name))
    asked = _milliseconds(lambda number: store.search(model.embed(WORDS[number % len(WORDS)]), COUNT, model.name))
    commands = [
        seconds(lambda: stack.clone.ok("ask", WORDS[run % len(WORDS)], *RAG))  # noqa: B023 - called at once
        for run in range(RUNS)
    ]
    return [
        *engine,
        *_latency(f"{place}, search of `ask`", searched, engine),
        *_latency(f"{place}, question to answer", asked, engine, place),
        Figure(name=f"{place}, `./pulumiw ask`, the whole command", unit="s", values=commands),
    ]


def _rows(first: int, count: int) -> Iterator[dict[str, Any]]:
    for number, vector in enumerate(vectors(count, DIMENSIONS, seed=first), first):
        yield product(number, vector.tolist())


def _written_directly(stack: SinkStack, count: int) -> float:
    """Return the documents a second that the store's own client writes elsewhere in it, in the sink's way."""
    rows = list(_rows(0, count))
    stack.engine.drop()
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        stack.engine.write(rows[start : start + BATCH])
    rate = count / (time.perf_counter() - began)
    stack.engine.drop()
    return rate


def _starts(stack: SinkStack, count: int) -> Iterator[Figure]:
    back = {"connect": stack.sink_runs, stack.kind: stack.engine.answers}
    for name, is_back in back.items():
        time.sleep(15)  # one that dies right after its start is not started again at once
        taken = [stack.seconds_until_it_is_back(name, is_back)]
        place = f"{stack.kind}, {count:,} products"
        yield Figure(name=f"{place}: {name}, killed, until it works again", unit="s", values=taken)


def measure() -> list[Figure]:
    """Fill each store step by step, and ask at each step."""
    return [figure for kind in STORES for figure in _measured(kind)]


def _measured(kind: str) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            stack = SinkStack.up(clone, kind)
            there = 0
            for count in PRODUCTS:
                figures += _filled(stack, there, count - there)
                there = count
                figures += _questions(stack, count)
                for process in ("connect", kind):
                    name = f"{kind}, {count:,} products: {process}, resident"
                    figures.append(Figure(name=name, unit="MB", values=[stack.megabytes(process)]))
            figures += _starts(stack, there)
        finally:
            clone.remove()
    return figures


def _filled(stack: SinkStack, there: int, added: int) -> list[Figure]:
    name, direct_rate = f"{stack.kind}, {added:,} documents by its own client", _written_directly(stack, added)
    direct = Figure(name=name, unit="documents/s", values=[direct_rate])
    rate = stack.fill(_rows(there, added), added)
    name = f"{stack.kind}, {added:,} records of a full topic into the store"
    return [direct, Figure(name=name, unit="records/s", values=[rate], beside=direct)]
