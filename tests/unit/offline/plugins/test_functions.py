"""The look-ups."""

from __future__ import annotations

import pytest

from tests.support.plugins.driver import AbortedError, Driver
from tests.support.plugins.fake_cloud import BASE, CRN, ORGANIZATION
from tests.support.plugins.samples import SAMPLES, token


@pytest.fixture
def environment(driver: Driver) -> str:
    driver.cloud.objects.clear()
    made = driver.create(token("Environment"), SAMPLES["Environment"]).id
    inside = {"environment": {"id": made}}
    for name in ("KafkaCluster", "FlinkComputePool"):
        driver.create(token(name), {**SAMPLES[name], **inside})
    driver.create(token("ServiceAccount"), SAMPLES["ServiceAccount"])
    return made


@pytest.mark.usefixtures("environment")
def test_the_organization(driver: Driver) -> None:
    assert driver.invoke("getOrganization") == {"id": ORGANIZATION, "resourceName": CRN}


def test_an_organization_without_an_environment(driver: Driver) -> None:
    driver.cloud.objects.clear()
    with pytest.raises(AbortedError, match="has no environment"):
        driver.invoke("getOrganization")


def test_a_flink_region(driver: Driver) -> None:
    region = driver.invoke("getFlinkRegion", cloud="AWS", region="us-east-1")
    assert (region["id"], region["restEndpoint"]) == ("aws.us-east-1", BASE)
    with pytest.raises(AbortedError, match="no Flink region 'mars' of cloud 'AWS'"):
        driver.invoke("getFlinkRegion", cloud="AWS", region="mars")


def test_a_schema_registry_comes_with_the_first_cluster(driver: Driver) -> None:
    with pytest.raises(AbortedError, match="depends_on"):
        driver.invoke("getSchemaRegistryCluster", environment={"id": "env-1"})
    driver.create(token("KafkaCluster"), SAMPLES["KafkaCluster"])
    found = driver.invoke("getSchemaRegistryCluster", environment={"id": "env-1"})
    assert (found["id"], found["restEndpoint"]) == ("lsrc-1", f"{BASE}/registry")


@pytest.mark.parametrize(
    ("function", "name", "scoped"),
    [
        ("getEnvironment", "staging", False),
        ("getKafkaCluster", "kafka", True),
        ("getFlinkComputePool", "pool", True),
        ("getServiceAccount", "app", False),
    ],
)
def test_by_name_and_by_id(driver: Driver, environment: str, function: str, name: str, *, scoped: bool) -> None:
    scope = {"environment": {"id": environment}} if scoped else {}
    by_name = driver.invoke(function, displayName=name, **scope)
    assert by_name["displayName"] == name
    assert driver.invoke(function, id=by_name["id"], **scope) == by_name
    with pytest.raises(AbortedError, match="none named 'nobody'"):
        driver.invoke(function, displayName="nobody", **scope)
    with pytest.raises(AbortedError, match="either id or displayName"):
        driver.invoke(function, **scope)


def test_a_list_is_read_to_its_last_page(driver: Driver) -> None:
    path = "GET /iam/v2/service-accounts"
    following = f"{BASE}/iam/v2/service-accounts?page_token=two"
    driver.cloud.trouble[path] = [
        (200, {"data": [{"id": "sa-1", "display_name": "a"}], "metadata": {"next": following}}),
        (200, {"data": [{"id": "sa-2", "display_name": "b"}], "metadata": {"next": None}}),
    ]
    assert driver.invoke("getServiceAccount", displayName="b")["id"] == "sa-2"
    assert driver.cloud.last("GET").query["page_token"] == "two"
