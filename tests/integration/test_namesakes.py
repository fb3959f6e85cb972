"""What was there before a command is never deleted by it, whatever its name; what a `destroy` finds gone is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.orphans import orphans
from workshop.clone import git

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

# One each of the kinds whose API says little of an object's origin, in the stack's own environment and cluster.
PROGRAM = """
import os

key, secret = os.environ["CONFLUENT_CLOUD_API_KEY"], os.environ["CONFLUENT_CLOUD_API_SECRET"]
confluentcloud.KafkaTopic(
    "topic", topic_name="orders", partitions_count=3, kafka_cluster={"id": kafka.cluster.id},
    rest_endpoint=kafka.cluster.rest_endpoint, credentials={"key": key, "secret": secret},
)
confluentcloud.FlinkConnection(
    "connection", display_name="other-connection", type="OPENAI", endpoint=settings.openai_endpoint, api_key="k",
    opts=pulumi.ResourceOptions(provider=flink.provider, additional_secret_outputs=["apiKey"]),
)
confluentcloud.Connector(
    "connector", environment={"id": kafka.environment_id}, kafka_cluster={"id": kafka.cluster.id},
    config_nonsensitive=connectors[0].connector.config_nonsensitive.apply(
        lambda config: {**config, "name": "OtherSource", "max.interval": "1000"}
    ),
)
"""
NAMES = ("topic", "connection", "connector")


def key(clone: Clone) -> tuple[str, str]:
    """Return the administrator's key."""
    own = clone.credentials()
    return own["cloud_api_key"], own["cloud_api_secret"]


def urns(clone: Clone) -> dict[str, str]:
    """Name -> URN of what the state knows."""
    return {resource["urn"].rsplit("::", 1)[1]: resource["urn"] for resource in clone.resources()}


def held(clone: Clone) -> dict[str, Any]:
    """Return what the cloud has under the three names; a failure if it lacks one."""
    at = clone.outputs()
    environment, cluster = at["environmentId"], at["kafkaClusterId"]
    paths = {
        "topic": f"/kafka/v3/clusters/{cluster}/topics/orders/configs/retention.ms",
        "connection": f"/sql/v1/organizations/{at['organizationId']}/environments/{environment}"
        "/connections/other-connection",
        "connector": f"/connect/v1/environments/{environment}/clusters/{cluster}/connectors?expand=id",
    }
    found = {}
    for name, path in paths.items():
        reply = httpx.get(f"{clone.endpoint}{path}", auth=key(clone), timeout=60)
        reply.raise_for_status()
        found[name] = reply.json()
    return {
        "topic": found["topic"]["value"],
        "connection": found["connection"]["metadata"]["created_at"],
        "connector": found["connector"]["OtherSource"]["id"]["id"],
    }


def test_an_up_deletes_nothing_that_was_there_before(clone: Clone) -> None:
    """The state forgets them: to it they are somebody else's, though every sign of the stack's own is on them."""
    text = (clone.path / "__main__.py").read_text()
    (clone.path / "__main__.py").write_text(text + PROGRAM)
    clone.up()
    retention = f"/kafka/v3/clusters/{clone.outputs()['kafkaClusterId']}/topics/orders/configs/retention.ms"
    setting = {"value": "123456789"}  # which one that is made again would not have
    httpx.put(f"{clone.endpoint}{retention}", json=setting, auth=key(clone), timeout=60).raise_for_status()
    before = held(clone)
    known = urns(clone)
    for name in NAMES:
        clone.ok("state", "delete", "--yes", known[name])
    for _ in range(2):
        said = clone.refused("up", "--yes", "--skip-preview", "--continue-on-error")
        assert "the command is retried" not in said
        for label in ("topic orders (topic)", "connection other-connection (connection)", "(connector)"):
            assert any(label in line and "left alone" in line for line in said.splitlines()), said
        assert held(clone) == before


def test_what_the_sentence_says_leads_out(clone: Clone) -> None:
    said = clone.refused("up", "--yes", "--skip-preview", "--continue-on-error")
    addresses = [line.partition("(DELETE ")[2].partition(")")[0] for line in said.splitlines() if "left alone" in line]
    assert len(addresses) == len(NAMES)
    for address in addresses:
        httpx.delete(address, auth=key(clone), timeout=60).raise_for_status()
    clone.up()
    assert set(NAMES) <= urns(clone).keys()
    assert orphans(clone) <= {"orders"}  # a topic is on the broker, not among the resources


def test_a_destroy_whose_replies_are_lost_ends_well_though_its_provider_minds(clone: Clone) -> None:
    """As the official provider does, to which a second DELETE's 404 is an error."""
    clone.edit("offline/plugins/confluentcloud/client.py", "gone: tuple[int, ...] = (404,), **query: Any", LESS)
    clone.ok("cloud", "faults", "sql.connections.delete=lost-reply@2", "iam.role-bindings.delete=lost-reply@2")
    done = clone.run("destroy", "--yes", "--skip-preview")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "404" in said
    assert "the command is retried" in said
    assert clone.status()["resources"] == []
    git(clone.path, "checkout", "--quiet", "--", ".")


LESS = "gone: tuple[int, ...] = (), **query: Any"


def test_the_settings_file_outlives_the_stack(clone: Clone) -> None:
    before = (clone.path / "Pulumi.dev.yaml").read_text()
    program = "import pulumi_random\n\npulumi_random.RandomId('suffix', byte_length=3)\n"  # which needs no cloud
    (clone.path / "__main__.py").write_text(program)
    clone.up()
    done = clone.run("destroy", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "./pulumiw stack rm dev" in done.stderr
    clone.ok("stack", "rm", "dev", "--yes")
    assert (clone.path / "Pulumi.dev.yaml").read_text() == before
    clone.up()
    clone.ok("destroy", "--yes", "--skip-preview", "--remove")
    assert (clone.path / "Pulumi.dev.yaml").read_text() == before
