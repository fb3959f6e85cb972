"""A killed `up` resumes: it ends in the same place, with nothing made twice and nothing orphaned."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.integration.clone import wait_until

if TYPE_CHECKING:
    from tests.integration.clone import Clone

pytestmark = pytest.mark.integration

ONE_OF_EACH = {"environment": 1, "kafka-cluster": 1, "compute-pool": 1, "connector": 1, "connection": 1}


def kill_up_after(clone: Clone, seconds: float) -> bool:
    """Start `up`, SIGKILL its whole process group after ``seconds``; whether it was still going."""
    process = clone.start("up", "--yes", "--skip-preview")
    time.sleep(seconds)
    going = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return going


def test_a_killed_up_resumes(clone: Clone) -> None:
    clone.ok("cloud", "start")
    wait_until(lambda: bool(clone.status()["ready"]), "the local cloud to be ready")
    assert kill_up_after(clone, 4)
    kill_up_after(clone, 6)
    kill_up_after(clone, 9)
    clone.ok("up", "--yes")
    kinds = Counter(resource["kind"] for resource in clone.status()["resources"])
    assert {kind: kinds[kind] for kind in ONE_OF_EACH} == ONE_OF_EACH
    assert kinds["statement"] >= 3
    names = Counter(
        (r["kind"], r["name"], r["environment"]) for r in clone.status()["resources"] if r["kind"] != "role-binding"
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert len(clone.sql("SELECT content FROM product_vector", "--limit", "1")) == 1
    clone.ok("up", "--yes", "--expect-no-changes")
    clone.ok("destroy", "--yes")
    assert clone.status()["resources"] == []
