"""The regional stacks: each says what differs from the defaults, and nothing else."""

from __future__ import annotations

import pytest
import yaml

from components.config.settings import Settings
from workshop.clone import PROJECT

NAMES = {"aws-us-east-1", "gcp-us-east4", "azure-eastus2"}
DEFAULTS = {
    f"confluent-rag:{key}": declared["default"]
    for key, declared in yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"].items()
}


def config(name: str) -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())["config"]
    return found


def test_there_is_a_stack_for_each_of_the_three_clouds() -> None:
    assert {path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*-*.yaml")} == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_region_is_thin_and_is_where_its_name_says(name: str) -> None:
    given = config(name)
    assert [key for key, value in given.items() if str(value) == DEFAULTS.get(key)] == []
    own = {key.removeprefix("confluent-rag:"): value for key, value in (DEFAULTS | given).items() if value != ""}
    settings = Settings.model_validate({**own, "openaiApiKey": "sk-test"})
    assert name == f"{settings.cloud.value.lower()}-{settings.region}"
