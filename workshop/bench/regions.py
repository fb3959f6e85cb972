"""Several stacks at once on one local cloud: duration of `up`, memory, and CPU seconds by part."""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from components.config.regions import REGIONS, Cloud
from workshop.bench import settings
from workshop.bench.journey import train
from workshop.bench.load import Load
from workshop.bench.measure import Figure, Place, seconds
from workshop.clone import Clone

STACKS = settings.stacks("1,2,4,8")
WAITS = settings.waits("0")
RUNS = settings.runs(1)
GIGABYTES_FOR_A_STACK = 1.0  # broker, engine, program, plugins
IDLE_SHARE = 0.05
IDLE_SECONDS = 60.0


@dataclass
class Taken:
    """Measurements of ``up`` with a number of stacks, one value a run."""

    stacks: int
    waits: str
    wall: list[float] = field(default_factory=list)
    makespans: list[float] = field(default_factory=list)
    cloud_megabytes: list[float] = field(default_factory=list)
    peak_megabytes: list[float] = field(default_factory=list)
    cpu: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def many(self) -> str:
        """Return the number of stacks in words."""
        return "1 stack" if self.stacks == 1 else f"{self.stacks} stacks"

    @property
    def waiting(self) -> str:
        """Return the factor of the waits in words."""
        return "no waits" if float(self.waits) == 0 else f"waits x {self.waits}"

    def figures(self, one: Taken) -> list[Figure]:
        """Return the figures, each with that of one stack for comparison."""

        def figure(what: str, unit: str, values: list[float], alone: list[float], chart: str = "") -> Figure:
            beside = Figure(name=f"{one.many}: {what}", unit=unit, values=alone) if self is not one else None
            place = Place(f"{chart}, {self.waiting}", self.many) if chart else None
            return Figure(name=f"{self.many}: {what}", unit=unit, values=values, beside=beside, place=place)

        return [
            figure(f"`up`, {self.waiting}", "s", self.wall, one.wall, "Seconds of `up`"),
            figure(f"longest timeline, {self.waiting}", "s", self.makespans, one.makespans),
            figure("local cloud, resident", "MB", self.cloud_megabytes, one.cloud_megabytes, "MB of the local cloud"),
            figure("all processes at once, resident", "MB", self.peak_megabytes, one.peak_megabytes),
            *(
                Figure(
                    name=f"{self.many}: CPU, {part}",
                    unit="CPU s",
                    values=values,
                    place=Place(f"CPU seconds of `up`, {self.waiting}", self.many, part),
                )
                for part, values in sorted(self.cpu.items())
            ),
        ]


def check_memory(stacks: int) -> None:
    """Refuse more stacks than there is memory for, rather than measure swapping."""
    available = psutil.virtual_memory().available / 1e9
    if available < stacks * GIGABYTES_FOR_A_STACK:
        raise RuntimeError(
            f"{stacks} stacks need about {stacks * GIGABYTES_FOR_A_STACK:.0f} GB of memory and {available:.1f} GB are"
            " available: set BENCH_STACKS to fewer, such as BENCH_STACKS=1,2."
        )


def write_stacks(clone: Clone, count: int) -> list[str]:
    """Write settings for ``count`` stacks, each a copy of the local one in another region; return their names."""
    local: dict[str, Any] = yaml.safe_load((clone.path / "Pulumi.dev.yaml").read_text())
    names = []
    for number, region in enumerate(REGIONS[Cloud.AWS][:count], 1):
        names.append(f"region-{number}")
        config = {**local["config"], "confluent-rag:region": region}
        (clone.path / f"Pulumi.{names[-1]}.yaml").write_text(yaml.safe_dump({**local, "config": config}))
    return names


def leader_of(clone: Clone) -> int:
    """Return the pid of the local cloud's main process, the parent of all others."""
    return int((clone.path / ".local" / "cloud.pid").read_text())


def wait_until_idle(process: int) -> None:
    """Wait until a started cloud has warmed up: it and its children use hardly any CPU time."""
    deadline = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < deadline:
        with Load([process]) as load:
            time.sleep(1)
        if sum(load.cpu.values()) < IDLE_SHARE:
            return


def measure_once(clone: Clone, names: list[str], taken: Taken) -> None:
    """Deploy the stacks on a freshly started local cloud, then destroy them."""
    clone.ok("cloud", "stop")
    clone.ok("cloud", "start")
    leader = leader_of(clone)
    wait_until_idle(leader)
    flags = [flag for name in names for flag in ("-s", name)]
    waits = {"CONFLUENTCLOUD_OFFICIAL_WAITS": taken.waits}
    with Load([leader]) as load:
        taken.wall.append(seconds(lambda: clone.ok("up", "--yes", "--skip-preview", *flags, env=waits)))
    timelines = [json.loads(clone.ok("timeline", "--json", "-s", name)) for name in names]
    taken.makespans.append(max(timeline["makespanSeconds"] for timeline in timelines))
    processes = clone.status()["processes"]
    taken.cloud_megabytes.append(sum(process["resident_bytes"] for process in processes) / 1e6)
    taken.peak_megabytes.append(load.peak_megabytes)
    for part, spent in load.cpu.items():
        taken.cpu[part].append(spent)
    clone.ok("destroy", "--yes", "--skip-preview", *flags)


def measure() -> list[Figure]:
    """Measure without waits (the machine is the limit), and with the official provider's waits, scaled."""
    check_memory(max(STACKS))
    all_taken = {waits: [Taken(stacks, waits) for stacks in STACKS] for waits in WAITS}
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            train(clone)
            for _ in range(RUNS):
                for taken in (one for row in all_taken.values() for one in row):
                    measure_once(clone, write_stacks(clone, taken.stacks), taken)
        finally:
            clone.remove()
    return [figure for row in all_taken.values() for taken in row for figure in taken.figures(row[0])]
