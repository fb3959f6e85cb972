"""A killed `up` resumes: it ends in the same place, with nothing made twice and nothing orphaned."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.tables import settled, statements
from workshop.clone import git, wait_until

if TYPE_CHECKING:
    import subprocess

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

ONE_OF_EACH = {"environment": 1, "kafka-cluster": 1, "compute-pool": 1, "connector": 1, "connection": 1}

RECORDED_AS = {
    "service-account": "confluentcloud:index/serviceAccount:ServiceAccount",
    "role-binding": "confluentcloud:index/roleBinding:RoleBinding",
    "api-key": "confluentcloud:index/apiKey:ApiKey",
    "statement": "confluentcloud:index/flinkStatement:FlinkStatement",
}


def kill_up_when_there_is(clone: Clone, kind: str) -> None:
    """Start `up` and SIGKILL its whole process group as soon as the cloud holds a resource of that kind."""
    process = clone.start("up", "--yes", "--skip-preview")

    def is_there() -> bool:
        assert process.poll() is None, f"up ended before there was a {kind}:\n{process.communicate()[0]}"
        keys = clone.credentials()
        admin = (keys["cloud_api_key"], keys["cloud_api_secret"])
        status = httpx.get(f"{clone.endpoint}/local/v1/status", auth=admin).json()
        return kind in {resource["kind"] for resource in status["resources"]}

    wait_until(is_there, f"a {kind}")
    kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_up_resumes(clone: Clone) -> None:
    clone.ok("cloud", "start")
    for kind in ("environment", "kafka-cluster", "connector", "statement"):
        kill_up_when_there_is(clone, kind)
    clone.ok("up", "--yes")
    kinds = Counter(resource["kind"] for resource in clone.status()["resources"])
    assert {kind: kinds[kind] for kind in ONE_OF_EACH} == ONE_OF_EACH
    recorded = Counter(resource["type"] for resource in clone.resources())
    assert {kind: kinds[kind] for kind in RECORDED_AS} == {kind: recorded[name] for kind, name in RECORDED_AS.items()}
    assert len(clone.sql("SELECT content FROM product_vector", "--limit", "1")) == 1
    written_in_place = list((clone.path / ".local" / "pulumi").rglob("*.attrs"))
    assert written_in_place == []  # a kill can tear such a file, and with it the state could not be read
    clone.ok("up", "--yes", "--expect-no-changes")
    clone.ok("destroy", "--yes")
    assert clone.status()["resources"] == []


def test_a_killed_hand_over_repeats_no_record(clone: Clone) -> None:
    clone.up()
    for turn, pause in enumerate((0.0, 0.4, 1.0)):
        git(clone.path, "checkout", "--", "sql")
        clone.edit("sql/insert-into-product-vector.sql", "', price: '", f"', price {turn}: '")
        old = clone.outputs()["statements"]["insert-into-product-vector"]
        process = clone.start("up", "--yes", "--skip-preview")
        wait_until(lambda: another_insert(clone, old) is not None, "the INSERT that takes over")  # noqa: B023 - called at once
        time.sleep(pause)  # two run; one is being stopped; one is gone
        kill(process)
        clone.up()
        assert another_insert(clone, old) == clone.outputs()["statements"]["insert-into-product-vector"]
        assert old not in statements(clone)
    products, vectors = settled(clone)
    assert vectors == products
    git(clone.path, "checkout", "--", "sql")
    clone.ok("destroy", "--yes", "--skip-preview")
    assert clone.status()["resources"] == []


def another_insert(clone: Clone, old: str) -> str | None:
    return next((name for name in statements(clone) if name.startswith("insert-") and name != old), None)
