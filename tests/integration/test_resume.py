"""A killed `up` resumes: it ends in the same place, with nothing made twice and nothing orphaned."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.clone import wait_until

if TYPE_CHECKING:
    from tests.integration.clone import Clone

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
        assert process.poll() is None, f"up ended before there was a {kind}"
        keys = clone.credentials()
        admin = (keys["cloud_api_key"], keys["cloud_api_secret"])
        status = httpx.get(f"{clone.endpoint}/local/v1/status", auth=admin).json()
        return kind in {resource["kind"] for resource in status["resources"]}

    wait_until(is_there, f"a {kind}")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_up_resumes(clone: Clone) -> None:
    clone.ok("cloud", "start")
    for kind in ("environment", "kafka-cluster", "connector", "statement"):
        kill_up_when_there_is(clone, kind)
    clone.ok("up", "--yes")
    kinds = Counter(resource["kind"] for resource in clone.status()["resources"])
    assert {kind: kinds[kind] for kind in ONE_OF_EACH} == ONE_OF_EACH
    recorded = Counter(
        resource["type"] for resource in json.loads(clone.ok("stack", "export"))["deployment"]["resources"]
    )
    assert {kind: kinds[kind] for kind in RECORDED_AS} == {kind: recorded[name] for kind, name in RECORDED_AS.items()}
    assert len(clone.sql("SELECT content FROM product_vector", "--limit", "1")) == 1
    clone.ok("up", "--yes", "--expect-no-changes")
    clone.ok("destroy", "--yes")
    assert clone.status()["resources"] == []
