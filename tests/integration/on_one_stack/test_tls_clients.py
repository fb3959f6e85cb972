"""Confluent's Table API client as it comes. It speaks https alone, which `./pulumiw cloud tls` serves.

After `test_listeners`: the listener that is opened here stays.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.stranger import is_refused_over_tls
from workshop.clone import PROJECT
from workshop.side_environment import python_with

if TYPE_CHECKING:
    from workshop.stack import Key, Stack

pytestmark = pytest.mark.integration

FIXTURE = PROJECT / "tests" / "fixtures" / "table_api"
SECONDS = 300


@pytest.fixture(scope="module")
def tls(stack: Stack) -> dict[str, str]:
    """Have the local cloud serve https, too."""
    found: dict[str, str] = json.loads(stack.clone.ok("cloud", "tls", "--json"))
    return found


@pytest.fixture(scope="module")
def told(stack: Stack, analyst: Key, tls: dict[str, str]) -> dict[str, Any]:
    """Run the program as the analyst, and return what it has told."""
    trust = "-Djavax.net.ssl.trustStore"
    place = {
        "CONFLUENT_ENDPOINT_TEMPLATE": tls["endpoint"],
        "CONFLUENT_CLOUD_PROVIDER": "aws",
        "CONFLUENT_CLOUD_REGION": "us-east-1",
        "CONFLUENT_ORG_ID": stack.outputs["organizationId"],
        "CONFLUENT_ENV_ID": stack.outputs["environmentId"],
        "CONFLUENT_COMPUTE_POOL_ID": stack.outputs["computePoolId"],
        "CONFLUENT_FLINK_API_KEY": analyst.id,
        "CONFLUENT_FLINK_API_SECRET": analyst.secret,
        "JAVA_TOOL_OPTIONS": f'"{trust}={tls["trust_store"]}" {trust}Password={tls["trust_store_password"]}',
    }
    done = subprocess.run(
        [str(python_with(FIXTURE / "requirements.txt", "table-api", is_complete=True)), str(FIXTURE / "prices.py")],
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_finds_catalog_database_and_tables(stack: Stack, told: dict[str, Any]) -> None:
    assert stack.outputs["environmentName"] in told["catalogs"]
    assert stack.outputs["kafkaClusterName"] in told["databases"]
    assert {"product-updates", "product_vector"} <= set(told["tables"])
    assert "vector" in told["columns"]


def test_it_reads_a_vector(stack: Stack, told: dict[str, Any]) -> None:
    article, vector = told["row"]
    assert article
    assert len(vector) == len(stack.clone.embed("any"))


def test_it_writes_a_table_and_cleans_up(stack: Stack, told: dict[str, Any]) -> None:
    assert told["prices"] == 3
    assert told["left"] is False
    assert told["statement"] not in {job["name"] for job in stack.clone.status()["jobs"]}


def test_a_stranger_is_refused(tls: dict[str, str]) -> None:
    trusting = ssl.create_default_context(cafile=tls["certificate"])
    assert is_refused_over_tls(int(tls["endpoint"].rpartition(":")[2]), trusting)


def test_others_trust_the_certificate_by_its_file_and_not_without(tls: dict[str, str]) -> None:
    trusting = ssl.create_default_context(cafile=tls["certificate"])
    assert httpx.get(f"{tls['endpoint']}/healthz", verify=trusting).json()["ready"] is True
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(f"{tls['endpoint']}/healthz")
