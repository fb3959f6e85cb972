"""Three regions side by side on one local cloud: one that fails leaves the others alone, and the exit status tells."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

REGIONS = {"aws-us-east-1": "us-east-1", "gcp-us-east4": "us-east4", "azure-eastus2": "eastus2"}
NAMED = [flag for stack in REGIONS for flag in ("-s", stack)]
BROKEN = "gcp-us-east4"


def edit(clone: Clone, stack: str, **settings: str) -> None:
    """Add settings to a stack's own, and what makes it a local one that may be destroyed."""
    path = clone.path / f"Pulumi.{stack}.yaml"
    given: dict[str, Any] = yaml.safe_load(path.read_text())
    local: dict[str, Any] = yaml.safe_load((clone.path / "Pulumi.dev.yaml").read_text())
    own = {f"confluent-rag:{key}": value for key, value in {"protect": "false", **settings}.items()}
    given = {**local, "config": {**local["config"], **given["config"], **own}}
    path.write_text(yaml.safe_dump(given))


def environments(clone: Clone) -> list[str]:
    return sorted(one["id"] for one in clone.status()["resources"] if one["kind"] == "environment")


def test_one_region_that_fails_leaves_the_others_finished(clone: Clone) -> None:
    for stack in REGIONS:
        edit(clone, stack)
    edit(clone, BROKEN, maxCfu="7")
    done = clone.run("up", "--yes", "--skip-preview", *NAMED)
    assert done.returncode != 0
    assert f"up of stack {BROKEN} failed" in done.stderr
    assert f"{BROKEN}  | " in done.stdout
    assert "maxCfu" in done.stdout
    for stack in set(REGIONS) - {BROKEN}:
        assert f"up of stack {stack} failed" not in done.stderr
        clone.up("--expect-no-changes", "-s", stack)
        assert clone.outputs("-s", stack)["region"] == REGIONS[stack]
    assert len(environments(clone)) == 2

    checked = clone.run("verify", *NAMED)
    assert checked.returncode == 1
    assert checked.stdout.count("is healthy.") == 2


def test_three_regions_are_healthy_side_by_side(clone: Clone) -> None:
    edit(clone, BROKEN, maxCfu="10")
    clone.up(*NAMED)
    outputs = {stack: clone.outputs("-s", stack) for stack in REGIONS}
    assert {stack: one["region"] for stack, one in outputs.items()} == REGIONS
    assert len({one["environmentId"] for one in outputs.values()}) == 3
    assert clone.ok("verify", *NAMED).count("is healthy.") == 3
    with ThreadPoolExecutor() as checks:
        told = checks.map(lambda stack: json.loads(clone.ok("verify", "--json", "-s", stack))["stack"], REGIONS)
        assert list(told) == list(REGIONS)


def test_three_regions_go_as_they_came(clone: Clone) -> None:
    clone.ok("destroy", "--yes", "--skip-preview", *NAMED)
    assert environments(clone) == []
