"""Rows per second: our ``ML_PREDICT`` and Flink's ``flink-model-openai``, with the same Flink, texts and server."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil

from workshop.bench import settings
from workshop.bench.load import Load
from workshop.bench.measure import Figure, Place
from workshop.bench.regions import leader_of
from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).with_name("ModelBench.java")
PROVIDER_GROUP, PROVIDER = "org.apache.flink", "flink-model-openai"
# An old version of the plug-in: later ones also want the POMs of the jar's parents. The jar alone is complete.
GET = "org.apache.maven.plugins:maven-dependency-plugin:2.10:get"
CPU_CHART = "CPU milliseconds a row"
RUNS = settings.runs(3)
ROWS = 10_000
MANY_ROWS = 200_000
DEFAULT_REQUESTS = 10  # table.exec.async-ml-predict.max-concurrent-operations
OUR_REQUESTS = 1_024  # the rows in flight that the local cloud's configuration allows ours


def launch_command(running: list[str], class_path: list[str], main: str, *arguments: str) -> list[str]:
    """Return the command line of a running ``java -cp ...``, its options kept, for another main class.

    Options of a class-data archive are left out: an archive belongs to one class path.
    """
    place = running.index("-cp")
    options = [option for option in running[:place] if not ("Archive" in option or option.startswith("-Xshare"))]
    return [*options, "-cp", os.pathsep.join([*class_path, *_jars(running)]), main, *arguments]


def _flink_of(clone: Clone) -> list[str]:
    """Return the command line of the local cloud's Flink."""
    processes = clone.status()["processes"]
    (flink,) = (process["pid"] for process in processes if process["name"] == "flink")
    return psutil.Process(flink).cmdline()


def _provider(flink: list[str]) -> Path:
    """Fetch ``flink-model-openai`` of the version of this Flink; return where Maven's repository keeps it."""
    core = next(Path(jar) for jar in _jars(flink) if Path(jar).name.startswith("flink-core-") and "api" not in jar)
    version = core.parent.name
    wanted = [f"-Dartifact={PROVIDER_GROUP}:{PROVIDER}:{version}", "-Dtransitive=false"]
    subprocess.run(["mvn", "--batch-mode", "--quiet", GET, *wanted], check=True, stdout=sys.stderr)
    return core.parents[2] / PROVIDER / version / f"{PROVIDER}-{version}.jar"


def _jars(java: list[str]) -> list[str]:
    return java[java.index("-cp") + 1].split(os.pathsep)


def _compiled(folder: Path, flink: list[str]) -> Path:
    """Compile the job against the local cloud's jars; return the folder of its classes."""
    compiler = str(Path(flink[0]).with_name("javac"))
    classes = folder / "classes"
    options = ["-nowarn", "-Xlint:-deprecation", "-cp", os.pathsep.join(_jars(flink)), "-d", str(classes)]
    subprocess.run([compiler, *options, str(SOURCE)], check=True)
    return classes


@dataclass(frozen=True)
class Job:
    """The running JVM, and the local cloud whose server it asks."""

    process: subprocess.Popen[str]
    cloud: int

    def ask(self, line: str) -> Any:
        """Send a line and return the reply."""
        requests, answers = self._pipes()
        requests.write(line + "\n")
        requests.flush()
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"The job ended at `{line}`: its messages are above.")
        return json.loads(answer)

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("The job was started without pipes.")
        return self.process.stdin, self.process.stdout


@contextmanager
def running_job(clone: Clone, folder: Path) -> Iterator[Job]:
    """Start the JVM with the local cloud's own Java, options and jars, and end it."""
    flink = _flink_of(clone)
    arguments = [str(folder / "flink"), f"{clone.endpoint}/v1/embeddings"]
    class_path = [str(_compiled(folder, flink)), str(_provider(flink))]
    command = launch_command(flink, class_path, "rag.flink.ModelBench", *arguments)
    environment = {**os.environ, "BENCH_API_KEY": clone.credentials()["openai_api_key"]}
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    try:
        yield Job(process, leader_of(clone))
    finally:
        process.kill()
        process.wait()


@dataclass
class Way:
    """One way to call the provider, and its measured rates."""

    name: str
    line: str
    rows: int
    rates: list[float] = field(default_factory=list)
    flink_cpu: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)

    def run(self, job: Job) -> None:
        """Run and measure it once."""
        with Load([job.cloud]) as load:
            answer = job.ask(self.line)
        self.rates.append(self.rows / answer["seconds"])
        self.flink_cpu.append(1e3 * answer["cpuSeconds"] / self.rows)
        self.server_cpu.append(1e3 * load.cpu.get("local cloud: Python", 0.0) / self.rows)


def _ways() -> list[Way]:
    ours = Way(f"ours, {MANY_ROWS:,} rows", f"ours {MANY_ROWS}", MANY_ROWS)
    same = Way(f"ours, {ROWS:,} rows", f"ours {ROWS}", ROWS)
    theirs = {
        f"Flink's, {DEFAULT_REQUESTS} at once (default)": DEFAULT_REQUESTS,
        f"Flink's, {OUR_REQUESTS:,} at once": OUR_REQUESTS,
        "Flink's, one after another": 1,
    }
    return [*(Way(name, f"flink {ROWS} {requests}", ROWS) for name, requests in theirs.items()), same, ours]


def measure() -> list[Figure]:
    """Measure the ways alternately in one JVM, after one warm-up run of each."""
    ways = _ways()
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone.make(Path(folder) / "clone")
        try:
            clone.ok("cloud", "start")
            with running_job(clone, Path(folder)) as job:
                ours, theirs = job.ask("vectors")
                if not all(math.isclose(*pair, abs_tol=1e-6) for pair in zip(ours, theirs, strict=True)):
                    raise RuntimeError("The two ways give different vectors for one text: there is nothing to compare.")
                for way in ways:
                    job.ask(way.line)
                for _ in range(RUNS):
                    for way in ways:
                        way.run(job)
        finally:
            clone.remove()
    yardstick = _rate(ways[0], None)
    return [
        yardstick,
        *(_rate(way, yardstick) for way in ways[1:]),
        *(
            Figure(name=f"{whose}: {way.name}", unit="ms/row", values=spent, place=Place(CPU_CHART, way.name, whose))
            for way in ways
            for whose, spent in (("CPU of Flink", way.flink_cpu), ("CPU of the server", way.server_cpu))
        ),
    ]


def _rate(way: Way, beside: Figure | None) -> Figure:
    place = Place("Rows a second, without Kafka", way.name)
    return Figure(name=way.name, unit="rows/s", values=way.rates, beside=beside, place=place)
