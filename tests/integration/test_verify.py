"""`./pulumiw verify` tells a healthy stack from one whose statement has failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.apis import cloud_api
from tests.support.provider_stub import changeable_provider
from tests.support.tables import paused
from workshop.clone import wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration


def verified(clone: Clone, *args: str) -> tuple[int, dict[str, Any]]:
    done = clone.run("verify", "--json", *args)
    assert "Traceback" not in done.stderr, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, report


def test_a_stack_that_is_not_deployed_is_unhealthy(clone: Clone) -> None:
    status, report = verified(clone)
    assert status == 1
    assert report["healthy"] is False
    assert "run `./pulumiw up` first" in report["problems"][0]
    assert "run `./pulumiw up` first" in clone.refused("verify")


def test_a_healthy_stack(clone: Clone) -> None:
    clone.up()
    status, report = verified(clone)
    assert (status, report["problems"]) == (0, [])
    assert {one["purpose"]: one["phase"] for one in report["statements"]} == {
        "create-model-vector-embedding": "COMPLETED",
        "create-table-product-vector": "COMPLETED",
        "insert-into-product-vector": "RUNNING",
    }
    assert [(one["state"], one["tasks"][0]["state"]) for one in report["connectors"]] == [("RUNNING", "RUNNING")]
    (lag,), (fresh,) = report["lags"], report["fresh"]
    assert (lag["source_topic"], lag["sink_topic"]) == ("product-updates", "product_vector")
    assert lag["target"] > 0
    assert fresh["dimensions"] == len(clone.embed(fresh["content"]))
    left_behind = [one for one in clone.status()["resources"] if one["kind"] == "statement"]
    assert len(left_behind) == len(report["statements"])
    assert "is healthy." in clone.ok("verify")


def test_a_paused_connector_is_told_without_waiting(clone: Clone) -> None:
    with paused(clone, clone.outputs()):
        status, report = verified(clone)
    assert status == 1
    assert "is PAUSED" in report["problems"][0]


def test_drift_is_found_by_a_refresh_that_changes_nothing(clone: Clone) -> None:
    look = ("refresh", "--preview-only", "--expect-no-changes")
    clone.ok(*look)
    environment = f"/org/v2/environments/{clone.outputs()['environmentId']}"
    cloud_api(clone).patch(environment, json={"display_name": "renamed-by-hand"}).raise_for_status()
    clone.refused(*look)
    clone.up("--refresh")
    clone.ok(*look)


def test_a_statement_that_has_failed_is_told_with_its_cause(clone: Clone) -> None:
    with changeable_provider(200) as provider:
        clone.ok("config", "set", "openaiEndpoint", provider.url)
        clone.ok("config", "set", "--secret", "openaiApiKey", "sk-of-the-test")
        clone.up()
        provider.status = 401

        def has_failed() -> bool:
            return "FAILED" in clone.status()["phases"]["statements"]

        wait_until(has_failed, "the INSERT to fail", seconds=300)
        status, report = verified(clone)
    assert status == 1
    assert "the provider at" in report["problems"][0]
    assert "answered 401" in report["problems"][0]
    assert [one["phase"] for one in report["statements"] if one["purpose"].startswith("insert")] == ["FAILED"]
    said = clone.refused("verify")
    assert "is unhealthy." in said
    assert "sk-of-the-test" not in said
