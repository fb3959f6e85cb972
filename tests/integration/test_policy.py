"""The policy pack in the engine: the project's own program passes, one that breaks it is stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from workshop.clone import git

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

PACK = ("--policy-pack", "policy")
EVERYTHING = """
confluentcloud.RoleBinding(
    "everything",
    principal="User:sa-1",
    role_name="DeveloperRead",
    crn_pattern="crn://confluent.cloud/organization=o/environment=e/cloud-cluster=lkc-1/kafka=lkc-1/topic=*",
)
"""


@pytest.fixture(autouse=True)
def committed_files(clone: Clone) -> Iterator[None]:
    """Put every edited file back after each test."""
    yield
    git(clone.path, "checkout", "--quiet", "--", ".")


@pytest.mark.parametrize("cluster_type", ["Standard", "Basic"])
def test_the_projects_own_program_passes(clone: Clone, cluster_type: str) -> None:
    clone.ok("config", "set", "clusterType", cluster_type)
    said = clone.ok("preview", *PACK)
    assert "✅ streaming-guardrails" in said
    assert "[advisory]" not in said


def test_a_program_that_breaks_policies_is_stopped(clone: Clone) -> None:
    clone.ok("config", "set", "maxCfu", "50")
    with (clone.path / "__main__.py").open("a") as program:
        program.write(EVERYTHING)
    said = clone.refused("preview", *PACK)
    assert "flink-pool may use 50 CFU, but 20 is the most a pool may: lower confluent-rag:maxCfu" in said
    assert "everything is a right on every topic (`topic=*`): name one" in said
    assert said.count("[mandatory]") == 2, said
    assert clone.status()["resources"] == []


def test_a_file_configures_it(clone: Clone) -> None:
    config = clone.path / ".local" / "policy.json"
    config.write_text(json.dumps({"protected-data": {"productionStacks": ["dev"]}}))
    configured = ("preview", *PACK, "--policy-pack-config", str(config))
    said = clone.refused(*configured)
    assert said.count("of a production stack without protection: set confluent-rag:protect: true.") == 3, said
    clone.ok("config", "set", "protect", "true")
    clone.ok(*configured)


def test_a_wrong_configuration_is_refused(clone: Clone) -> None:
    config = clone.path / ".local" / "policy.json"
    config.write_text(json.dumps({"cfu-ceiling": {"maximum": "lots"}}))
    said = clone.refused("preview", *PACK, "--policy-pack-config", str(config))
    assert "maximum" in said
    assert "cfu-ceiling" in said
