"""How long `up` takes with the official provider's waits: our graph, its longest chain, and what people write today."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from workshop.bench import settings
from workshop.bench.measure import Figure, Place
from workshop.clone import PROJECT, Clone

FACTOR = settings.waits("0.1")[0]
RUNS = settings.runs(1)


def timeline_of_up(clone: Clone, **environment: str) -> dict[str, Any]:
    """Run `up` with the scaled waits, then `destroy`; return the timeline."""
    waits = {"CONFLUENTCLOUD_OFFICIAL_WAITS": FACTOR, **environment}
    clone.ok("up", "--yes", "--skip-preview", env=waits)
    timeline: dict[str, Any] = json.loads(clone.ok("timeline", "--json"))
    clone.ok("destroy", "--yes", "--skip-preview", env=environment)
    return timeline


def measure() -> list[Figure]:
    """Measure the three graphs in turns, on one local cloud."""
    graphs: dict[str, list[float]] = {"ours": [], "awaited": [], "in order": []}
    chain: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        ours, others = Clone.make(Path(folder) / "ours"), Clone.make(Path(folder) / "others")
        shutil.copy2(PROJECT / "workshop" / "bench" / "graphs" / "awaited.py", others.path / "__main__.py")
        try:
            for clone in (ours, others):
                clone.ok("cloud", "start")
            for _ in range(RUNS):
                timeline = timeline_of_up(ours)
                graphs["ours"].append(timeline["makespanSeconds"])
                chain.append(timeline["longestChainSeconds"])
                key = {"OPENAI_API_KEY": others.credentials()["openai_api_key"]}
                graphs["awaited"].append(timeline_of_up(others, **key)["makespanSeconds"])
                in_order = timeline_of_up(others, BENCH_IN_ORDER="1", **key)
                graphs["in order"].append(in_order["makespanSeconds"])
        finally:
            for clone in (ours, others):
                clone.remove()
    shortest = _figure("our graph's longest chain", chain)
    own = _figure("our graph", graphs["ours"], shortest)
    return [
        shortest,
        own,
        _figure("everything awaited, Kafka key and topic", graphs["awaited"], own),
        _figure("one step after another", graphs["in order"], own),
    ]


def _figure(name: str, values: list[float], beside: Figure | None = None) -> Figure:
    place = Place(f"Seconds of `up`, waits x {FACTOR}", name)
    return Figure(name=name, unit="s", values=values, beside=beside, place=place)
