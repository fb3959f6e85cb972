"""The stack of `Pulumi.rag.yaml` with a sink of one kind: its table is filled at will, its processes are killed."""

from __future__ import annotations

import json
import os
import signal
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import psutil

from workshop.bench.engines import ENGINES, Engine
from workshop.bench.filling import PATIENCE, fill
from workshop.clone import Clone, wait_until
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RAG = ("-s", "rag")
TABLE, SOURCE = "product_vector", "DatagenSourceProductUpdates"
_SETTINGS = "Pulumi.rag.yaml"
_SINK, _SEARCH = "    - kind: mongodb\n      host: local\n", "  confluent-rag:search: true\n"
FIRST_ID = 10_000_000  # of no product that the source makes


def vectors(count: int, dimensions: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return vectors of length 1 in all directions."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32)
    made: np.ndarray[Any, np.dtype[np.float32]] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return made


def product(number: int, vector: Sequence[float]) -> dict[str, Any]:
    """Return a row of the table."""
    return {"product_id": FIRST_ID + number, "articleType": "hat", "content": f"hat number {number}", "vector": vector}


@dataclass
class SinkStack:
    """A stack whose source is paused, and its store."""

    clone: Clone
    kind: str
    stack: Stack = field(init=False)
    engine: Engine = field(init=False)

    @classmethod
    def up(cls, clone: Clone, kind: str) -> SinkStack:
        """Deploy it, and pause the source once it has made a product."""
        made = cls(clone, kind)
        clone.edit(_SETTINGS, _SINK, f"    - kind: {kind}\n      {ENGINES[kind].settings}: local\n")
        if kind != "mongodb":  # the only one that the stack's statements search
            clone.edit(_SETTINGS, _SEARCH, "")
        clone.ok("up", "--yes", "--skip-preview", *RAG)
        made.stack = Stack(clone, clone.outputs(*RAG))
        made.engine = ENGINES[kind](made.sink["store"], made.secrets)
        wait_until(lambda: made.engine.count() > 0, "a product", PATIENCE)
        made.stack.operate(SOURCE, "pause")
        return made

    @property
    def sink(self) -> dict[str, Any]:
        """What the outputs say of the sink."""
        found: dict[str, Any] = self.stack.outputs["sinks"][self.kind]
        return found

    @property
    def secrets(self) -> dict[str, str]:
        """The store's secrets."""
        found: dict[str, str] = self.stack.outputs["sinkSecrets"][self.kind]
        return found

    def fill(self, rows: Iterator[dict[str, Any]], count: int) -> float:
        """Fill the table while the sink is paused, then resume it; return the records a second that it writes."""
        self.stack.operate(self.sink["connector"], "pause")
        self._write(rows)
        before = self.engine.count()
        self.stack.operate(self.sink["connector"], "resume")
        first = self._when(lambda: self.engine.count() > before)
        already = self.engine.count() - before
        last = self._when(lambda: self.engine.count() >= before + count)
        return (count - already) / (last - first) if count > already else float("inf")

    def _write(self, rows: Iterator[dict[str, Any]]) -> None:
        key = self.stack.kafka_key(
            self.stack.account(f"bench-{time.time_ns()}", {"DeveloperWrite": [f"topic={TABLE}"]})
        )
        subject = f"{self.stack.outputs['schemaRegistryEndpoint']}/subjects/{TABLE}-value/versions/latest"
        reader = self.stack.account(f"bench-{time.time_ns()}", {"DeveloperRead": [f"subject={TABLE}-*"]})
        schema = httpx.get(subject, auth=self.stack.registry_key(reader)).raise_for_status().json()["id"]
        values = (struct.pack(">bI", 0, schema) + json.dumps(row).encode() for row in rows)
        fill(self.stack.kafka_settings(key), TABLE, values)

    def process(self, name: str) -> psutil.Process:
        """The process of that name, as `cloud status` calls it."""
        return next(psutil.Process(one["pid"]) for one in self.clone.status()["processes"] if one["name"] == name)

    def megabytes(self, name: str) -> float:
        """Resident memory of a process."""
        return float(self.process(name).memory_info().rss) / 1e6

    def seconds_until_it_is_back(self, name: str, is_back: Callable[[], bool]) -> float:
        """Kill a process, which the local cloud starts again; return the seconds until that works."""
        old = self.process(name)
        began = time.perf_counter()
        os.kill(old.pid, signal.SIGKILL)
        return self._when(lambda: not old.is_running() and is_back()) - began

    def sink_runs(self) -> bool:
        """Whether the worker has the sink running."""
        name = self.sink["connector"]
        return any(one["name"] == name and one["state"] == "RUNNING" for one in self.clone.status()["connectors"])

    def _when(self, condition: Callable[[], bool]) -> float:
        """Return the clock's time at which ``condition`` was first seen to hold."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Still waiting after {PATIENCE} s.")
            time.sleep(self.engine.poll_seconds)
        return time.perf_counter()
