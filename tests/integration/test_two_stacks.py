"""Two stacks on one local cloud, made at the same time, do not touch each other's topics, tables or models."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration


def test_two_stacks_side_by_side(clone: Clone) -> None:
    shutil.copy(clone.path / "Pulumi.dev.yaml", clone.path / "Pulumi.second.yaml")
    clone.ok("cloud", "start")
    clone.ok("stack", "init", "second")
    clone.ok("stack", "select", "--create", "dev")
    ups = [clone.start("up", "--yes", "-s", stack) for stack in ("dev", "second")]
    said = [process.communicate(timeout=600)[0] for process in ups]
    assert [process.returncode for process in ups] == [0, 0], "\n".join(said)

    first, second = (clone.outputs("-s", stack) for stack in ("dev", "second"))
    assert first["environmentId"] != second["environmentId"]
    topics = {(topic["cluster"], topic["name"]) for topic in clone.status()["topics"]}
    assert topics == {
        (outputs["kafkaClusterId"], name)
        for outputs in (first, second)
        for name in ("product-updates", "product_vector")
    }
    for stack in ("dev", "second"):
        assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "2", "-s", stack)) == 2

    clone.ok("destroy", "--yes", "-s", "second")
    environments = {resource["environment"] for resource in clone.status()["resources"]}
    assert second["environmentId"] not in environments
    assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "2", "-s", "dev")) == 2
    clone.ok("up", "--yes", "-s", "dev", "--expect-no-changes")
