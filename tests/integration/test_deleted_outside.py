"""Something of a stack is deleted outside Pulumi, over the API: whatever a person tries then ends well."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.test_life import flink_answers
from tests.support.apis import cloud_api, flink_api
from tests.support.deployed import deploy
from tests.support.orphans import orphans
from workshop.clone import wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

AT_ONCE = ("--yes", "--skip-preview")
UP = ("up", *AT_ONCE, "--json")  # what the front door says is the same; it does not wait for the first vectors


def delete(clone: Clone, path: str, **names: str) -> None:
    """Delete an object by its path, into which the stack's outputs go."""
    outputs = clone.outputs()
    address = path.format(**{**outputs, "connector": next(iter(outputs["connectors"]), ""), **names})
    api = cloud_api(clone)
    reply = api.delete(address)
    assert reply.is_success, reply.text
    wait_until(lambda: not api.get(address).is_success, f"{address} is gone")


ENVIRONMENT = "/org/v2/environments/{environmentId}"
CLUSTER = "/cmk/v2/clusters/{kafkaClusterId}?environment={environmentId}"
POOL = "/fcpm/v2/compute-pools/{computePoolId}?environment={environmentId}"
KEY = "/iam/v2/api-keys/{flinkApiKey}"
CONNECTOR = "/connect/v1/environments/{environmentId}/clusters/{kafkaClusterId}/connectors/{connector}"
TOPIC = "/kafka/v3/clusters/{kafkaClusterId}/topics/{topic}"


def ends_well(clone: Clone, *command: str) -> str:
    """Run a command that succeeds; return what it said."""
    done = clone.run(*command)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Traceback" not in said, said
    return said


def nothing_is_alone(clone: Clone) -> None:
    """Check that the cloud and the state know the same objects."""
    wait_until(lambda: orphans(clone) == set(), "the last orphan is gone", 20)


def healthy(clone: Clone) -> None:
    """Check that `verify` has nothing to say."""
    assert "healthy" in clone.ok("verify")


def nothing_to_do(clone: Clone) -> None:
    """Check that the program, the state and the cloud agree."""
    assert clone.planned() == {}


def whole(clone: Clone) -> None:
    """Check that nothing is alone; then, side by side, that there is nothing to do and that records flow."""
    nothing_is_alone(clone)
    with ThreadPoolExecutor() as looks:  # each is a command that mostly waits
        for look in [looks.submit(check, clone) for check in (healthy, nothing_to_do)]:
            look.result()


def nothing_is_left(clone: Clone) -> None:
    """Check that the cloud has no object of the stack, no service account and no role binding."""
    assert clone.status()["resources"] == []


class TestTheEnvironment:
    @pytest.mark.parametrize(
        "before", [(), ("refresh", *AT_ONCE), ("preview",)], ids=["up", "refresh up", "preview up"]
    )
    def test_the_stack_is_made_again(self, clone: Clone, before: tuple[str, ...]) -> None:
        deploy(clone)
        gone = clone.outputs()["environmentId"]
        delete(clone, ENVIRONMENT)
        said = "".join(ends_well(clone, *command) for command in (before, UP) if command)
        assert f"environment {gone} was deleted outside Pulumi" in said
        assert clone.outputs()["environmentId"] != gone
        whole(clone)

    @pytest.mark.parametrize("commands", [("destroy",), ("refresh", "destroy")], ids=" ".join)
    def test_the_rest_is_deleted(self, clone: Clone, commands: tuple[str, ...]) -> None:
        deploy(clone)
        delete(clone, ENVIRONMENT)
        for command in commands:
            ends_well(clone, command, *AT_ONCE)
        nothing_is_left(clone)

    def test_one_that_the_stack_only_lives_in(self, clone: Clone) -> None:
        made = cloud_api(clone).post("/org/v2/environments", json={"display_name": "house"}).json()["id"]
        clone.ok("config", "set", "environmentId", made)
        ends_well(clone, *UP)
        delete(clone, ENVIRONMENT)
        assert f"Environment {made} (confluent-rag:environmentId) does not exist" in clone.refused("up", *AT_ONCE)
        ends_well(clone, "destroy", *AT_ONCE)
        nothing_is_left(clone)

    def test_one_that_never_was(self, clone: Clone) -> None:
        clone.ok("config", "set", "environmentId", "env-nobody")
        assert "Environment env-nobody (confluent-rag:environmentId) does not exist" in clone.refused("up", *AT_ONCE)
        ends_well(clone, "destroy", *AT_ONCE)
        clone.ok("config", "rm", "environmentId")
        nothing_is_left(clone)


class TestAPart:
    @pytest.mark.parametrize("path", [CLUSTER, POOL, KEY, CONNECTOR], ids=["cluster", "pool", "key", "connector"])
    def test_is_made_again_after_a_refresh(self, clone: Clone, path: str) -> None:
        deploy(clone)
        delete(clone, path)
        ends_well(clone, "refresh", *AT_ONCE)
        ends_well(clone, *UP)
        whole(clone)

    @pytest.mark.parametrize("path", [CLUSTER, POOL, KEY], ids=["cluster", "pool", "key"])
    def test_a_parent_is_made_again_without_one(self, clone: Clone, path: str) -> None:
        deploy(clone)
        delete(clone, path)
        assert "was deleted outside Pulumi" in ends_well(clone, *UP)
        nothing_is_alone(clone)
        nothing_to_do(clone)

    def test_service_accounts(self, clone: Clone) -> None:
        deploy(clone)
        accounts = [one["id"] for one in clone.status()["resources"] if one["kind"] == "service-account"]
        assert len(accounts) == 3
        for account in accounts:
            delete(clone, "/iam/v2/service-accounts/{account}", account=account)
        assert "were deleted outside Pulumi" in ends_well(clone, *UP)
        nothing_is_alone(clone)
        healthy(clone)

    def test_a_connection(self, clone: Clone) -> None:
        deploy(clone)
        outputs = clone.outputs()
        flink_api(outputs).delete(f"/connections/{outputs['connectionName']}").raise_for_status()
        ends_well(clone, "refresh", *AT_ONCE)
        ends_well(clone, *UP)
        nothing_is_alone(clone)
        healthy(clone)

    def test_verify_says_what_repairs_a_refused_key(self, clone: Clone) -> None:
        deploy(clone)
        delete(clone, KEY)
        said = clone.refused("verify")
        assert "run `./pulumiw config set rotation 2`, then `./pulumiw up`" in said
        clone.ok("config", "set", "rotation", "2")
        ends_well(clone, *UP)
        assert flink_answers(clone.outputs()) == 200
        nothing_is_alone(clone)

    @pytest.mark.parametrize("topic", ["product_vector", "product-updates"])
    def test_verify_says_what_repairs_a_deleted_topic(self, clone: Clone, topic: str) -> None:
        deploy(clone)
        delete(clone, TOPIC, topic=topic)
        said = clone.refused("verify", "--seconds", "30")
        assert f"Table {topic} does not exist any more" in said
        command = shlex.split(said.partition("run `")[2].partition("`")[0])
        assert command[:3] == ["./pulumiw", "up", "--replace"]
        ends_well(clone, *command[1:], *AT_ONCE, "--json")
        healthy(clone)

    def test_an_up_with_nothing_to_do_asks_once_for_each_parent(self, clone: Clone) -> None:
        """What this costs: as many small requests as the stack has parents, all at the same time."""
        deploy(clone)

        def asked() -> list[str]:
            lines: list[Any] = (clone.path / ".local/cloud/logs/api.log").read_text().splitlines()
            return [line for line in lines if "/iam/v2/service-accounts/sa-" in line]

        before = len(asked())
        ends_well(clone, *UP)
        assert len(asked()) - before == 3

    def test_a_destroy_without_a_flink_key(self, clone: Clone) -> None:
        deploy(clone)
        delete(clone, KEY)
        ends_well(clone, "destroy", *AT_ONCE)
        nothing_is_left(clone)
