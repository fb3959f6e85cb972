"""Texts per second: the embedding server, compared to direct calls of the model that it serves."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import wordllama

from localcloud.api.routers.openai import FLOATS
from workshop.bench.measure import Figure, Place
from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BATCH = 256
BYTES = "plain floats"
"""As ``ML_PREDICT`` asks: vectors without JSON around them."""
CLIENTS = 2  # a statement calls its provider with as many threads
SECONDS = 5.0
RUNS = 3
TEXTS = 100_000  # no text comes twice within that many, so that no server can live on what it remembers of them
CONTENTS = [
    f"kids girls summer casual Levis shirt , price: {number}.5 , store number: {number % 90} , product id: {number}"
    for number in range(TEXTS)
]


def _per_second(call: Callable[[], object]) -> float:
    """Return calls per second of :data:`CLIENTS` threads that repeat ``call``."""
    call()
    end = time.perf_counter() + SECONDS

    def client(_: int) -> int:
        calls = 0
        while time.perf_counter() < end:
            call()
            calls += 1
        return calls

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        calls = sum(clients.map(client, range(CLIENTS)))
    return calls * BATCH / (time.perf_counter() - begin)


def texts_per_second_of_the_server(clone: Clone, contents: Sequence[str], encoding: str) -> float:
    """Measure ``POST /v1/embeddings`` with full batches of ``contents``; ``encoding``: OpenAI's, or :data:`BYTES`."""
    asked = {"model": "wordllama-256"} | ({} if encoding == BYTES else {"encoding_format": encoding})
    bodies = cycle([json.dumps({**asked, "input": batch}).encode() for batch in _batches(contents)])
    headers = {"Authorization": f"Bearer {clone.credentials()['openai_api_key']}"}
    headers |= {"Content-Type": "application/json"} | ({"Accept": FLOATS} if encoding == BYTES else {})
    with httpx.Client(base_url=clone.endpoint, headers=headers, timeout=60) as client:
        return _per_second(lambda: client.post("/v1/embeddings", content=next(bodies)).raise_for_status())


def _batches(contents: Sequence[str]) -> list[Sequence[str]]:
    """Return full batches."""
    return [contents[start : start + BATCH] for start in range(0, len(contents) - BATCH + 1, BATCH)]


def _model() -> Any:
    logging.getLogger().setLevel(logging.WARNING)  # importing the package enables INFO messages of all libraries
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, dim=256, disable_download=True)


def measure() -> list[Figure]:
    """Measure server and model alternately, so that both see the same load on the machine."""
    model = _model()
    direct: list[float] = []
    batches = cycle(_batches(CONTENTS))
    served: dict[str, list[float]] = {BYTES: [], "base64": [], "float": []}
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            clone.ok("cloud", "start")
            for _ in range(RUNS):
                direct.append(_per_second(lambda: model.embed(list(next(batches)), norm=True)))
                for encoding, rates in served.items():
                    rates.append(texts_per_second_of_the_server(clone, CONTENTS, encoding))
        finally:
            clone.remove()
    called = _figure("wordllama called directly", direct)
    return [called, *(_figure(f"`POST /v1/embeddings`, {way}", rates, called) for way, rates in served.items())]


def _figure(name: str, rates: list[float], beside: Figure | None = None) -> Figure:
    return Figure(name=name, unit="texts/s", values=rates, beside=beside, place=Place("Texts a second", name))
