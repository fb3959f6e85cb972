"""What was deleted outside Pulumi leaves the state, if it is proven to be gone; nothing is deleted on the cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stub_api import StubApi
from toolchain.frontdoor.hall import http_json
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.state.deleted_outside.reconcile import Reconciled, reconcile
from toolchain.frontdoor.state.deleted_outside.state_edits import without_resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process  # all: most of them start one

PREFIX = "confluentcloud:index/"
CRN = "crn://confluent.cloud/organization=org-1"
SQL = "/sql/v1/organizations/org-1/environments/env-1/statements"
ENVIRONMENT = {"environment": {"id": "env-1"}}
MISSING: Any = (404, {})
HIDDEN: Any = (403, {"errors": [{"detail": "Forbidden Access"}]})
REFUSED: Any = (401, {})
PULUMI = """\
#!/usr/bin/env python3
import pathlib, sys
state = pathlib.Path(__file__).with_name("state.json")
if "import" in sys.argv:
    state.with_name("imported.json").write_text(sys.stdin.read())
else:
    print(state.read_text())
"""


def resource(name: str, token: str, identity: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    kind = token if token.startswith("pulumi:") else f"{PREFIX}{token}"
    provider = "urn:flink::id" if "Flink" in token else "urn:default::id"
    return {"urn": f"urn:{name}", "type": kind, "id": identity, "inputs": inputs, "provider": provider, **more}


def resources(url: str) -> list[dict[str, Any]]:
    """Return a stack: an environment with all that it can hold, and what is outside of it."""
    flink = {
        "endpoint": url,
        "flinkRestEndpoint": url,
        "organizationId": "org-1",
        "environmentId": "env-1",
        "flinkApiKey": "FK",
        "flinkApiSecret": "FS",
    }
    inner, outer = f"{CRN}/environment=env-1/cloud-cluster=lkc-1/kafka=lkc-1/topic=t", f"{CRN}/service-account=sa-1"
    return [
        {"urn": "urn:stack", "type": "pulumi:pulumi:Stack", "outputs": {"flinkApiKey": "FK", "environmentId": "env-1"}},
        {"urn": "urn:default", "type": "pulumi:providers:confluentcloud", "id": "id", "inputs": {"endpoint": url}},
        resource("env", "environment:Environment", "env-1", {"displayName": "rag"}),
        resource("account", "serviceAccount:ServiceAccount", "sa-1", {"displayName": "rag"}),
        resource("cluster", "kafkaCluster:KafkaCluster", "lkc-1", ENVIRONMENT, dependencies=["urn:env"]),
        resource("pool", "flinkComputePool:FlinkComputePool", "lfcp-1", ENVIRONMENT),
        resource("inner", "roleBinding:RoleBinding", "rb-1", {"principal": "User:sa-1", "crnPattern": inner}),
        resource("outer", "roleBinding:RoleBinding", "rb-2", {"principal": "User:u-1", "crnPattern": outer}),
        resource("key", "apiKey:ApiKey", "FK", {"owner": {"id": "sa-1"}, "managedResource": ENVIRONMENT}),
        {"urn": "urn:flink", "type": "pulumi:providers:confluentcloud", "id": "id", "inputs": flink,
         "dependencies": ["urn:pool", "urn:account"], "propertyDependencies": {"flinkApiKey": ["urn:key"]}},
        resource("connection", "flinkConnection:FlinkConnection", "org-1/env-1/c", {}),
        resource("statement", "flinkStatement:FlinkStatement", "env-1/lfcp-1/s", {}),
        resource("connector", "connector:Connector", "lcc-1",
                 {**ENVIRONMENT, "kafkaCluster": {"id": "lkc-1"}, "configNonsensitive": {"name": "Datagen"}}),
        resource("topic", "kafkaTopic:KafkaTopic", "lkc-1/t", {"kafkaCluster": {"id": "lkc-1"}}),
    ]  # fmt: skip


ADDRESSES = {
    "env": "/org/v2/environments/env-1",
    "account": "/iam/v2/service-accounts/sa-1",
    "cluster": "/cmk/v2/clusters/lkc-1",
    "pool": "/fcpm/v2/compute-pools/lfcp-1",
    "inner": "/iam/v2/role-bindings/rb-1",
    "outer": "/iam/v2/role-bindings/rb-2",
    "key": "/iam/v2/api-keys/FK",
    "connector": "/connect/v1/environments/env-1/clusters/lkc-1/connectors/Datagen",
}
IN_ENVIRONMENT = {"env", "cluster", "pool", "inner", "key", "connection", "statement", "connector", "topic"}


def listed(*ids: str, organization: str = "org-1") -> dict[str, Any]:
    crn = f"crn://confluent.cloud/organization={organization}/environment="
    return {"data": [{"id": identity, "metadata": {"resource_name": f"{crn}{identity}"}} for identity in ids]}


class World:
    """A stack and its cloud, on which all is there until a test deletes it."""

    def __init__(self, api: StubApi, layout: Layout, folder: Path) -> None:
        self.api, self.folder = api, folder
        self.api.replies |= {f"GET {path}": {"id": name} for name, path in ADDRESSES.items()}
        self.api.replies |= {
            f"GET {SQL}": {"data": []},
            "GET /org/v2/environments": listed("env-0", "env-1"),
            "GET /iam/v2/service-accounts": listed("sa-1"),
            "GET /cmk/v2/clusters": listed("lkc-1"),
            "GET /fcpm/v2/compute-pools": listed("lfcp-1"),
        }
        self.resources = resources(api.url)
        stack = Stack.read(Project.read(layout), "dev")
        cli = folder / "pulumi"
        cli.write_text(PULUMI)
        cli.chmod(0o755)
        keys = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "CS"}
        self.prepared = Prepared(layout, stack, cli, keys, None)

    def delete(self, *names: str, reply: Any = MISSING) -> None:
        for name in names:
            path = ADDRESSES[name]
            self.api.replies[f"GET {path}"] = reply
            collection, _, identity = path.rpartition("/")
            shown = self.api.replies.get(f"GET {collection}")
            if shown:
                shown["data"] = [item for item in shown["data"] if item["id"] != identity]
        if {"env", "key"} & set(names):
            self.api.replies[f"GET {SQL}"] = REFUSED

    def reconcile(self, *arguments: str, after_failure: bool = False) -> Reconciled:
        state = {"resources": self.resources}
        checkpoint = self.prepared.stack.checkpoint
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.write_text(json.dumps({"checkpoint": {"latest": state}}))
        (self.folder / "state.json").write_text(json.dumps({"version": 3, "deployment": state}))
        found = reconcile(self.prepared, Request(arguments), after_failure=after_failure)
        assert self.api.deleted == []
        return found

    @property
    def left(self) -> list[dict[str, Any]]:
        """The resources that were imported again."""
        imported = json.loads((self.folder / "imported.json").read_text())
        found: list[dict[str, Any]] = imported["deployment"]["resources"]
        return found

    @property
    def forgotten(self) -> set[str]:
        """Names of those that were not."""
        if not (self.folder / "imported.json").exists():
            return set()
        return {one["urn"].removeprefix("urn:") for one in self.resources} - {
            one["urn"].removeprefix("urn:") for one in self.left
        }


@pytest.fixture
def world(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(http_json, "_PAUSES", (0.0, 0.0))
    with StubApi({}) as api:
        yield World(api, layout, tmp_path)


def test_while_all_is_there_each_parent_is_asked_for_once(world: World) -> None:
    for command in ("up", "preview", "refresh", "destroy"):
        assert world.reconcile(command) == Reconciled()
    parents = {ADDRESSES[name] for name in ("env", "account", "cluster", "pool", "key")}
    asked = [line.removeprefix("GET ").partition("?")[0] for line in world.api.asked]
    assert sorted(asked) == sorted(4 * [*parents])


def test_other_commands_ask_nothing(world: World) -> None:
    world.delete("env")
    assert world.reconcile("stack") == Reconciled()
    assert world.reconcile("up", "--help") == Reconciled()
    assert world.api.asked == []


@pytest.mark.parametrize("reply", [MISSING, HIDDEN], ids=["404", "403"])
@pytest.mark.parametrize("command", ["up", "preview", "refresh", "destroy"])
def test_an_environment_takes_with_it_what_is_inside(
    world: World, capsys: pytest.CaptureFixture[str], command: str, reply: Any
) -> None:
    world.delete("env", "cluster", "pool", "key", "inner", "connector", reply=reply)
    assert world.reconcile(command) == Reconciled(changed=True)
    assert world.forgotten == IN_ENVIRONMENT
    said = capsys.readouterr().err
    assert "environment env-1 was deleted outside Pulumi" in said
    assert "nothing was deleted on the cloud" in said
    assert "FS" not in said


def test_what_is_left_refers_to_nothing_that_is_gone(world: World) -> None:
    world.delete("env", "cluster", "pool", "key", "inner", "connector")
    world.reconcile("up")
    by_urn = {one["urn"]: one for one in world.left}
    assert by_urn["urn:flink"]["dependencies"] == ["urn:account"]
    assert by_urn["urn:flink"]["propertyDependencies"] == {"flinkApiKey": []}
    assert by_urn["urn:stack"]["outputs"] == {}


def test_what_the_cloud_kept_stays_in_the_state(world: World) -> None:
    world.delete("env", "cluster", "pool", "key", "connector")
    world.reconcile("up")
    assert world.forgotten == IN_ENVIRONMENT - {"inner"}


@pytest.mark.parametrize(
    ("name", "with_it"),
    [("cluster", {"inner", "connector", "topic"}), ("pool", set()), ("account", {"inner"}), ("key", set())],
)
def test_a_part_takes_with_it_what_is_part_of_it(world: World, name: str, with_it: set[str]) -> None:
    world.delete(name, *(with_it & ADDRESSES.keys()))
    assert world.reconcile("up") == Reconciled(changed=True)
    assert world.forgotten == {name, *with_it}


def test_an_environment_that_the_stack_only_lives_in_is_asked_for(world: World) -> None:
    world.resources = [one for one in world.resources if one["urn"] != "urn:env"]
    world.delete("env", "cluster", "pool", "key", "inner", "connector")
    world.reconcile("destroy", "--yes")
    assert world.forgotten == IN_ENVIRONMENT - {"env"}


class TestProof:
    @pytest.mark.parametrize("reply", [REFUSED, (403, {}), (500, {}), listed()], ids=str)
    def test_a_key_that_reads_no_environments_proves_nothing(self, world: World, reply: Any) -> None:
        world.delete("env")
        world.api.replies["GET /org/v2/environments"] = reply
        assert world.reconcile("up") == Reconciled()
        assert world.forgotten == set()

    def test_a_bad_key_is_not_taken_for_a_deletion(self, world: World) -> None:
        world.delete("env", reply=(403, {"errors": [{"detail": "invalid API key"}]}))
        assert world.reconcile("up") == Reconciled()

    def test_a_key_of_another_organization_is_refused_before_a_refresh_forgets_all(self, world: World) -> None:
        world.delete(*ADDRESSES)
        world.api.replies["GET /org/v2/environments"] = listed("env-7", organization="org-2")
        with pytest.raises(Failure, match=r"is one of organization org-2, but this stack is in organization org-1"):
            world.reconcile("refresh")
        assert world.forgotten == set()

    def test_a_key_that_may_not_see_what_is_there_is_refused(self, world: World) -> None:
        world.delete("env", reply=HIDDEN)
        world.api.replies[f"GET {SQL}"] = {"data": []}
        with pytest.raises(Failure, match="may not see environment env-1, which is there"):
            world.reconcile("refresh")
        assert world.forgotten == set()

    def test_what_a_list_shows_is_there(self, world: World) -> None:
        world.api.replies[f"GET {ADDRESSES['cluster']}"] = MISSING
        assert world.reconcile("up") == Reconciled()

    def test_a_flink_key_that_still_opens_is_there(self, world: World) -> None:
        world.api.replies[f"GET {ADDRESSES['key']}"] = HIDDEN
        assert world.reconcile("up") == Reconciled()


class TestWithoutAFlinkKey:
    def test_a_refresh_leaves_out_what_it_cannot_ask_about(self, world: World) -> None:
        world.delete("key")
        flags = ("--exclude", "urn:connection", "--exclude", "urn:statement")
        assert world.reconcile("refresh") == Reconciled(changed=True, flags=flags)
        assert world.forgotten == {"key"}
        (stack,) = [one for one in world.left if one["urn"] == "urn:stack"]
        assert stack["outputs"] == {"environmentId": "env-1"}

    def test_a_refresh_has_forgotten_the_key_already(self, world: World) -> None:
        world.resources = [one for one in world.resources if one["urn"] != "urn:key"]
        world.delete("key")
        assert world.reconcile("refresh").flags[::2] == ("--exclude", "--exclude")
        assert world.reconcile("destroy", "--yes") == Reconciled(changed=True)
        assert world.forgotten == {"connection", "statement"}

    def test_a_destroy_leaves_statements_to_their_environment(self, world: World) -> None:
        world.delete("key")
        assert world.reconcile("destroy", "--yes") == Reconciled(changed=True)
        assert world.forgotten == {"key", "connection", "statement"}

    def test_a_destroy_that_is_refused_forgets_no_statement(self, world: World) -> None:
        world.delete("key")
        world.resources[2] |= {"protect": True}
        assert world.reconcile("destroy", "--yes") == Reconciled(changed=True)
        assert world.forgotten == {"key"}

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("destroy",), "run `./pulumiw destroy --yes`"),
            (("up", "--refresh"), r"run `./pulumiw up` without --refresh"),
            (("preview", "-r"), r"run `./pulumiw up` without --refresh"),
        ],
    )
    def test_what_cannot_be_is_told_before_anything_has_changed(
        self, world: World, arguments: tuple[str, ...], sentence: str
    ) -> None:
        world.delete("key")
        with pytest.raises(Failure, match=sentence):
            world.reconcile(*arguments)
        assert world.forgotten == set()

    def test_in_an_environment_that_stays_a_destroy_needs_a_key(self, world: World) -> None:
        world.resources = [one for one in world.resources if one["urn"] != "urn:env"]
        world.delete("key")
        with pytest.raises(Failure, match=r"in environment env-1 cannot be deleted without one: run `./pulumiw up`"):
            world.reconcile("destroy", "--yes")
        assert world.forgotten == set()


def test_where_the_cloud_key_is_a_secret_of_the_stack_an_up_looks_only_after_it_failed(
    world: World, layout: Layout
) -> None:
    settings = "config:\n  confluentcloud:cloudApiKey:\n    secure: v1:abc\n"
    (layout.project / "Pulumi.dev.yaml").write_text(settings)
    stack = Stack.read(Project.read(layout), "dev")
    world.prepared = Prepared(layout, stack, world.prepared.cli, world.prepared.environment, None)
    world.delete("env", "cluster", "pool", "key", "inner", "connector")
    assert world.reconcile("up") == Reconciled()
    assert world.api.asked == []
    assert world.reconcile("up", after_failure=True) == Reconciled(changed=True)
    assert world.forgotten == IN_ENVIRONMENT


def test_of_a_resource_and_its_replacement_the_other_one_keeps_what_depends_on_it() -> None:
    old, new = {"urn": "urn:a", "id": "1", "delete": True}, {"urn": "urn:a", "id": "2"}
    user = {"urn": "urn:b", "id": "3", "dependencies": ["urn:a"], "deletedWith": "urn:a"}
    exported = {"version": 3, "deployment": {"resources": [new, old, user]}}
    assert without_resources(exported, {("urn:a", "1")})["deployment"]["resources"] == [new, user]
    left = without_resources(exported, {("urn:a", "1"), ("urn:a", "2")})["deployment"]["resources"]
    assert left == [{"urn": "urn:b", "id": "3", "dependencies": []}]
