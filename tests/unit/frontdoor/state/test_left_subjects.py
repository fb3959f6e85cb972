"""Subjects that a `destroy` leaves in a kept environment are deleted if nobody else can use them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.hall import http_json
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.left_subjects import LeftSubjects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

PREFIX = "confluentcloud:index/"
OUTPUTS = {
    "environmentId": "env-1",
    "kafkaClusterId": "lkc-1",
    "connectors": {"Datagen": {"id": "lcc-1", "topic": "product-updates"}},
    "flows": {"insert": {"sources": ["product-updates"], "sink": "product_vector", "models": []}},
}
OWN = ["product-updates-value", "product_vector-value"]
TOPICS = "GET /kafka/v3/clusters/lkc-2/topics"


class World:
    """A stack in an environment that is not its own, and that environment's Schema Registry."""

    def __init__(self, api: StubApi, layout: Layout, folder: Path) -> None:
        self.api = api
        self.outputs: dict[str, Any] = OUTPUTS
        account = {"id": "sa-1", "urn": "urn:account", "type": f"{PREFIX}serviceAccount:ServiceAccount"}
        provider = {"urn": "urn:default", "type": "pulumi:providers:confluentcloud", "inputs": {"endpoint": api.url}}
        self.cluster = {
            "urn": "urn:cluster",
            "type": f"{PREFIX}kafkaCluster:KafkaCluster",
            "id": "lkc-1",
            "inputs": {"environment": {"id": "env-1"}},
            "provider": "urn:default::id",
        }
        self.resources: list[dict[str, Any]] = [provider, self.cluster, {**account, "provider": "urn:default::id"}]
        api.replies |= {
            "GET /srcm/v3/clusters": self.clusters("lsrc-1", path="/registry"),
            "GET /cmk/v2/clusters": self.clusters("lkc-1"),
            "GET /registry/subjects": [*OWN, "orders-value", "product_vector_old-value"],
            **{f"DELETE /registry/subjects/{subject}": [1] for subject in OWN},
        }
        self.keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
        self.prepared = Prepared(layout, Stack.read(Project.read(layout), "dev"), folder / "pulumi", self.keys, None)

    def clusters(self, *ids: str, path: str = "") -> dict[str, Any]:
        return {"data": [{"id": one, "spec": {"http_endpoint": f"{self.api.url}{path}"}} for one in ids]}

    def destroy(self, *flags: str, may_delete: bool = True) -> None:
        stack = {"urn": "urn:stack", "type": "pulumi:pulumi:Stack", "outputs": self.outputs}
        checkpoint = self.prepared.stack.checkpoint
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.write_text(json.dumps({"checkpoint": {"latest": {"resources": [stack, *self.resources]}}}))
        left = LeftSubjects.before(self.prepared, Request(("destroy", *flags)))
        assert self.api.asked == [], "something was asked before the stack is gone"
        if left:
            left.remove(may_delete=may_delete)

    @property
    def deleted(self) -> list[str]:
        return [path.removeprefix("/registry/subjects/") for path in self.api.deleted]


@pytest.fixture
def world(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(http_json, "_PAUSES", (0.0,))
    with StubApi({}) as api:
        yield World(api, layout, tmp_path)


def test_the_subjects_of_the_stack_s_topics_are_deleted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.destroy("--yes")
    assert world.deleted == OWN
    assert "subject product_vector-value of environment env-1 is deleted (soft" in capsys.readouterr().err


def test_topics_are_known_without_a_good_up_and_after_half_a_destroy(world: World) -> None:
    statement = {"statement": "CREATE TABLE product_vector (a INT)"}
    world.resources.append({"urn": "urn:t", "type": f"{PREFIX}flinkStatement:FlinkStatement", "inputs": statement})
    world.outputs = {}
    world.destroy()
    assert world.deleted == ["product_vector-value"]
    world.outputs = OUTPUTS
    world.resources = [one for one in world.resources if one is not world.cluster][:2]
    world.api.asked.clear()
    world.destroy()
    assert world.deleted == OWN


def test_an_environment_of_the_stack_s_own_takes_them_along(world: World) -> None:
    world.resources.append({"urn": "urn:env", "type": f"{PREFIX}environment:Environment", "id": "env-1"})
    world.destroy()
    assert world.api.asked == []


@pytest.mark.parametrize("flag", ["--target=urn:cluster", "--preview-only", "--help"])
def test_what_is_not_a_whole_destroy_deletes_none(world: World, flag: str) -> None:
    world.destroy(flag)
    assert world.api.asked == []


@pytest.mark.parametrize(
    ("reply", "doubt"),
    [
        ({"topic_name": "product_vector"}, "cluster lkc-2 has a topic product_vector, too"),
        ((403, {}), "cluster lkc-2 does not show whether it has a topic product_vector, too"),
        ((503, {}), "cluster lkc-2 does not show whether it has a topic product_vector, too"),
    ],
    ids=["in use", "no right", "no answer"],
)
def test_one_that_another_cluster_may_use_stays(
    world: World, capsys: pytest.CaptureFixture[str], reply: Any, doubt: str
) -> None:
    world.api.replies |= {
        "GET /cmk/v2/clusters": world.clusters("lkc-1", "lkc-2"),
        f"{TOPICS}/product_vector": reply,
    }
    world.destroy()
    assert world.deleted == ["product-updates-value"]
    said = capsys.readouterr().err
    assert f"subject product_vector-value of environment env-1 stays, for {doubt}" in said
    assert "confluent schema-registry schema delete --subject product_vector-value --version all" in said


def test_a_cluster_without_an_endpoint_proves_nothing(world: World) -> None:
    world.api.replies["GET /cmk/v2/clusters"] = {"data": [{"id": "lkc-2", "spec": {}}]}
    world.destroy()
    assert world.deleted == []


def test_without_the_list_of_clusters_all_stay(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.api.replies["GET /cmk/v2/clusters"] = (500, {})
    world.destroy()
    assert world.deleted == []
    assert "the environment's clusters cannot be listed" in capsys.readouterr().err


def test_on_another_cloud_nothing_is_deleted_without_the_person_s_word(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.destroy(may_delete=False)
    assert world.deleted == []
    assert "only `destroy --delete-orphans` deletes it" in capsys.readouterr().err


def test_a_refusal_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    refusal = (422, {"error_code": 42206, "message": "One or more references exist to the schema"})
    world.api.replies["DELETE /registry/subjects/product_vector-value"] = refusal
    world.destroy()
    assert "stays, for the Schema Registry answered 422 (One or more references exist" in capsys.readouterr().err


def test_a_registry_that_wants_a_key_of_its_own_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.api.replies["GET /registry/subjects"] = (401, {})
    world.destroy()
    assert world.deleted == []
    said = capsys.readouterr().err
    assert "subjects of product-updates and product_vector may stay in environment env-1" in said
    assert "set SCHEMA_REGISTRY_API_KEY and SCHEMA_REGISTRY_API_SECRET" in said


def test_the_registry_s_own_key_is_used_for_it_alone(world: World) -> None:
    world.keys |= {"SCHEMA_REGISTRY_API_KEY": "RK", "SCHEMA_REGISTRY_API_SECRET": "RS"}
    world.destroy()
    sent = {base64.b64decode(key.removeprefix("Basic ")).decode() for key in world.api.keys}
    assert sent == {"CK:CS", "RK:RS"}


@pytest.mark.parametrize("reply", [{"data": []}, (404, {})], ids=["no registry", "no environment"])
def test_without_a_schema_registry_nothing_is_said(
    world: World, capsys: pytest.CaptureFixture[str], reply: Any
) -> None:
    world.api.replies["GET /srcm/v3/clusters"] = reply
    world.destroy()
    assert capsys.readouterr().err == ""
