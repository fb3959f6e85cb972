"""dbt with Confluent's adapter as it comes: one project, told in the order of its tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.clients.dbt import FIXTURE, Dbt, installed
from tests.support.clients.sql import rows

if TYPE_CHECKING:
    from workshop.stack import Key, Stack

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def dbt(stack: Stack, analyst: Key, tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """Copy the project, to be run as the analyst."""
    folder = tmp_path_factory.mktemp("dbt") / "lab"
    shutil.copytree(FIXTURE, folder)
    place = {
        "LAB_ENDPOINT": stack.outputs["flinkRestEndpoint"],
        "LAB_ORGANIZATION": stack.outputs["organizationId"],
        "LAB_ENVIRONMENT": stack.outputs["environmentId"],
        "LAB_POOL": stack.outputs["computePoolId"],
        "LAB_DATABASE": stack.outputs["kafkaClusterName"],
        "LAB_KEY": analyst.id,
        "LAB_SECRET": analyst.secret,
    }
    return Dbt(installed(), folder, place)


def test_debug(dbt: Dbt) -> None:
    assert "All checks passed!" in dbt.ok("debug")


def test_run_makes_a_table_a_view_and_a_stream_of_vectors(stack: Stack, connection: Any, dbt: Dbt) -> None:
    assert "PASS=3 WARN=0 ERROR=0" in dbt.ok("run")
    with connection.closing_streaming_cursor() as cursor:
        cursor.execute("SELECT articleType, vector FROM lab_vectors LIMIT 3")
        found = list(cursor)
    assert len(found) == 3
    for article, vector in found:
        assert vector == pytest.approx(stack.clone.embed(article), abs=1e-6)
    ((offers,),) = rows(connection, "SELECT SUM(offers) FROM lab_prices")
    assert ((offers,),) == tuple(rows(connection, "SELECT COUNT(*) FROM lab_articles"))


def test_what_a_test_finds_is_told(dbt: Dbt) -> None:
    assert "PASS=5 WARN=1 ERROR=0" in dbt.ok("test")


def test_a_second_run_leaves_what_is_there(stack: Stack, dbt: Dbt) -> None:
    running = {job["name"]: job["phase"] for job in stack.clone.status()["jobs"] if "lab-vectors" in job["name"]}
    said = dbt.ok("run")
    assert "`lab_articles` already exists. Skipping" in said
    assert "`lab_vectors` already exists. Skipping" in said
    assert set(running.values()) == {"RUNNING"}
    after = {job["name"]: job["phase"] for job in stack.clone.status()["jobs"] if "lab-vectors" in job["name"]}
    assert after == running
