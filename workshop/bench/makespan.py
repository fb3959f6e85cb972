"""Duration of `up` with the official provider's waits: our graph, its longest chain, and the quickstart's graph.

``BENCH_PLUGINS=official`` runs the official plugins, which must be installed, with their real waits. Only our graph is
measured then, because the others take 20 minutes. ``BENCH_RIGHTS_DELAY``: seconds until the local cloud applies a new
role binding, as on Confluent Cloud, where they propagate late.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.bench import settings
from workshop.bench.firsts import FirstRecords
from workshop.bench.measure import Figure, Place
from workshop.bench.pipeline import SINK, SOURCE
from workshop.clone import PROJECT, Clone

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNS = settings.runs(1)
FACTOR = settings.waits("0.1")[0]
IS_OFFICIAL = settings.official_plugins()
RIGHTS_DELAY = settings.rights_delay()
WAITS = (
    {"PULUMIW_PLUGINS": "official", "TF_ACC": "0"}
    if IS_OFFICIAL
    else {"PULUMIW_PLUGINS": "bundled", "CONFLUENTCLOUD_OFFICIAL_WAITS": FACTOR}
)
_GRAPHS: dict[str, dict[str, str]] = {
    "everything awaited, Kafka key and topic": {},
    "one step after another": {"BENCH_IN_ORDER": "1"},
}


def timeline_of_up(clone: Clone, environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, float]]:
    """Run `up`, then `destroy`; return the timeline of `up`, and the seconds to each topic's first record."""
    plugins = {"PULUMIW_PLUGINS": WAITS["PULUMIW_PLUGINS"]}
    with FirstRecords(clone, (SOURCE, SINK)) as firsts:
        clone.ok("up", "--yes", "--skip-preview", env={**WAITS, **environment})
    timeline: dict[str, Any] = json.loads(clone.ok("timeline", "--json"))
    clone.ok("destroy", "--yes", "--skip-preview", env={**plugins, **environment})
    return timeline, firsts.seconds


def measure() -> list[Figure]:
    """Measure the graphs alternately, each on a local cloud of its own."""
    ours: dict[str, list[float]] = {"chain": [], "makespan": [], SOURCE: [], SINK: []}
    others: dict[str, list[float]] = {} if IS_OFFICIAL else {name: [] for name in _GRAPHS}
    with tempfile.TemporaryDirectory() as folder:
        clones = [Clone.make(Path(folder) / "ours")]
        if others:
            clones.append(Clone.make(Path(folder) / "others"))
            shutil.copy2(PROJECT / "workshop" / "bench" / "graphs" / "awaited.py", clones[-1].path / "__main__.py")
        try:
            for clone in clones:
                clone.ok("cloud", "start")
                if RIGHTS_DELAY:
                    clone.ok("cloud", "faults", f"rights-delay={RIGHTS_DELAY}")
            for _ in range(RUNS):
                _add(ours, *timeline_of_up(clones[0], {}))
                for name, values in others.items():
                    key = {"OPENAI_API_KEY": clones[-1].credentials()["openai_api_key"]}
                    values.append(timeline_of_up(clones[-1], {**key, **_GRAPHS[name]})[0]["makespanSeconds"])
        finally:
            for clone in clones:
                clone.remove()
    shortest = _figure("our graph's longest chain", ours["chain"])
    own = _figure("our graph", ours["makespan"], shortest)
    first_record = _figure("our graph: first record", ours[SOURCE], own)
    first_vector = _figure("our graph: first vector", ours[SINK], own)
    return [first_record, first_vector, shortest, own, *(_figure(name, took, own) for name, took in others.items())]


def _add(ours: dict[str, list[float]], timeline: Mapping[str, Any], firsts: Mapping[str, float]) -> None:
    ours["chain"].append(timeline["longestChainSeconds"])
    ours["makespan"].append(timeline["makespanSeconds"])
    for topic in (SOURCE, SINK):  # `up` has shown vectors, so both have records
        ours[topic].append(firsts[topic])


def _figure(name: str, values: list[float], beside: Figure | None = None) -> Figure:
    waits = "the official provider's waits" if IS_OFFICIAL else f"waits x {FACTOR}"
    late = f", rights {RIGHTS_DELAY} s late" if RIGHTS_DELAY else ""
    place = Place(f"Seconds of `up`, {waits}{late}", name)
    return Figure(name=name, unit="s", values=values, beside=beside, place=place)
