"""Killed at random moments, again and again: nothing lost, nothing made twice.

Two kills in the suite; ``KILLS=20 ./pulumiw test tests/integration/test_kills.py -rP`` for an hour's quarter, with its
figures (docs/reliability.md). ``SEED`` repeats the moments of a run that failed, as far as a machine repeats itself.
"""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.orphans import orphans
from tests.support.tables import settled, topic_end
from workshop.clone import wait_until

if TYPE_CHECKING:
    import subprocess

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("KILLS", "2"))
SEED = os.environ.get("SEED") or str(random.randrange(10**6))
LONGEST_UP = 14.0
LONGEST_DESTROY = 5.0
LONGEST_PAUSE = 6.0
VICTIMS = ("flink", "kafka", "cloud", "all")


@pytest.fixture(scope="module")
def chance() -> random.Random:
    """Moments and victims: the same for the same seed."""
    print(f"SEED={SEED} KILLS={KILLS}")
    return random.Random(SEED)


def kill(clone: Clone, victim: str) -> None:
    """SIGKILL one kind of the local cloud's processes, or all of them at once, and start what does not do so itself."""

    def running() -> list[int]:
        processes = clone.status()["processes"]
        return [process["pid"] for process in processes if victim == "all" or process["name"].startswith(victim)]

    wait_until(lambda: bool(running()), f"{victim} has recovered from the kill before")
    pids = running()
    for pid in pids:
        psutil.Process(pid).kill()
    if victim in ("cloud", "all"):
        psutil.wait_procs([process for process in clone.processes() if process.pid in pids], timeout=10)
        clone.ok("cloud", "start")


def made(clone: Clone) -> set[tuple[str, str]]:
    """Return what is on the cloud, as (kind, id)."""
    return {(resource["kind"], resource["id"]) for resource in clone.status()["resources"]}


def test_each_record_has_its_vector_once_whatever_is_killed(clone: Clone, chance: random.Random) -> None:
    clone.edit("Pulumi.dev.yaml", "recordIntervalMs: 200", "recordIntervalMs: 10")
    clone.up()
    before = made(clone)
    for _ in range(KILLS):
        known = topic_end(clone, "product_vector")
        if chance.random() < 0.5:  # else while it still recovers from the kill before
            wait_until(lambda: topic_end(clone, "product_vector") > known, "vectors go on", 120)  # noqa: B023
        time.sleep(chance.uniform(0, LONGEST_PAUSE))
        victim = chance.choice(VICTIMS)
        print(f"killed: {victim}")
        kill(clone, victim)
    known = topic_end(clone, "product_vector")
    wait_until(lambda: topic_end(clone, "product_vector") > known, "vectors go on", 120)
    products, vectors = settled(clone)
    print(f"records sent: {products.total()}, vectors found: {vectors.total()}")
    assert vectors == products
    assert made(clone) == before
    clone.ok("up", "--yes", "--expect-no-changes")
    clone.ok("verify")
    clone.ok("destroy", "--yes", "--skip-preview")


def nothing_is_alone(clone: Clone) -> None:
    """Wait for what goes in the background, then for nothing more."""
    deadline = time.monotonic() + 20
    while (alone := orphans(clone)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert alone == set()


def killed_at(clone: Clone, seconds: float, *command: str) -> bool:
    """Whether the command still ran after so many seconds, and was killed with all that it had started."""
    process = clone.start(*command)
    time.sleep(seconds)
    return killed_now(process)


def killed_now(process: subprocess.Popen[str]) -> bool:
    """Whether a command still ran, and was killed with all that it had started."""
    if process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def asked_by_hooks(clone: Clone) -> set[str]:
    """Return the statements by which hooks ask Flink, as they are now."""
    return {one["name"] for one in clone.status()["resources"] if one["name"].startswith("hook-")}


def killed_while_a_hook_asks(clone: Clone, *command: str) -> set[str]:
    """Kill a command while Flink has a hook's statement, and return what is left of those.

    A hook deletes its statement as soon as it has its answer: here it is kept waiting, so the moment cannot be missed.
    """
    clone.ok("cloud", "faults", "sql.statements.delete=hang")
    process = clone.start(*command)
    wait_until(lambda: bool(asked_by_hooks(clone)) or process.poll() is not None, "a hook asks Flink", 120)
    assert killed_now(process)
    left = asked_by_hooks(clone)
    assert left
    clone.ok("cloud", "faults", "none")
    return left


def test_up_and_destroy_end_well_wherever_they_were_killed(clone: Clone, chance: random.Random) -> None:
    clone.ok("cloud", "start")
    killed = 0
    while killed < KILLS:
        if killed == 0:
            left = killed_while_a_hook_asks(clone, "up", "--yes", "--skip-preview")
            print(f"up, while hooks asked Flink {len(left)} things")
            killed += 1
        else:
            moment = chance.uniform(0.5, LONGEST_UP)
            print(f"up, at {moment:.1f} s")
            killed += killed_at(clone, moment, "up", "--yes", "--skip-preview")
        clone.up()
        nothing_is_alone(clone)
        clone.ok("up", "--yes", "--expect-no-changes")
        assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "1")) == 1
        moment = chance.uniform(0.5, LONGEST_DESTROY)
        print(f"destroy, at {moment:.1f} s")
        killed += killed_at(clone, moment, "destroy", "--yes", "--skip-preview")
        clone.ok("destroy", "--yes", "--skip-preview")
        nothing_is_alone(clone)
        assert clone.status()["resources"] == []
    print(f"killed: {killed}")
