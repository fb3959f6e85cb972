from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.cloud.local_cloud import LocalCloud
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.setup.environment import (
    EMPTY_PASSPHRASE_SALT,
    cloud_environment,
    stack_environment,
    tool_environment,
)
from toolchain.frontdoor.setup.exports import exports
from toolchain.frontdoor.setup.plugins import Plugins, cli_without_official_host
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

KEYS = {"cloud_api_key": "K", "cloud_api_secret": "S", "openai_api_key": "local-openai"}
OPENAI = "https://api.openai.com/v1/embeddings"


def of_cloud(layout: Layout, *, official: bool = False) -> dict[str, str]:
    layout.cloud.mkdir(parents=True, exist_ok=True)
    (layout.cloud / "credentials.json").write_text(json.dumps(KEYS))
    stack = Stack.read(Project.read(layout), "dev")
    plugins = Plugins(official=official, layout=layout)
    return cloud_environment(stack, LocalCloud(layout, "http://127.0.0.1:8099"), plugins)


def edit(layout: Layout, old: str, new: str) -> None:
    path = layout.project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace(old, new))


def test_the_local_clouds_keys(layout: Layout) -> None:
    assert of_cloud(layout) == {
        "CONFLUENT_CLOUD_API_KEY": "K",
        "CONFLUENT_CLOUD_API_SECRET": "S",
        "OPENAI_API_KEY": "local-openai",
    }


def test_the_local_store_s_address_and_user(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LOCAL_MONGODB_HOST" not in of_cloud(layout)
    store = {"stores": {"mongodb": {"port": 27018, "username": "admin", "password": "local-secret"}}}
    monkeypatch.setitem(globals(), "KEYS", {**KEYS, **store})
    found = of_cloud(layout)
    assert found["LOCAL_MONGODB_HOST"] == "127.0.0.1:27018"
    assert (found["LOCAL_MONGODB_USERNAME"], found["LOCAL_MONGODB_PASSWORD"]) == ("admin", "local-secret")


def test_official_plugins_wait_less_on_a_local_cloud(layout: Layout) -> None:
    assert of_cloud(layout, official=True)["TF_ACC"] == "1"


@pytest.mark.parametrize("chosen", ["0", ""])
def test_a_person_may_see_the_official_plugins_waits_in_full(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    monkeypatch.setenv("TF_ACC", chosen)
    assert of_cloud(layout, official=True)["TF_ACC"] == chosen


def test_keys_in_the_stack_are_left_alone(layout: Layout) -> None:
    edit(
        layout,
        "encryptionsalt",
        "  confluentcloud:cloudApiKey: mine\n  confluent-rag:openaiApiKey:\n    secure: x\nencryptionsalt",
    )
    assert of_cloud(layout) == {}


def test_keys_in_the_environment_are_left_alone(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFLUENT_CLOUD_API_KEY", "mine")
    assert "CONFLUENT_CLOUD_API_KEY" not in of_cloud(layout)


def test_no_local_key_for_openais_own_endpoint(layout: Layout) -> None:
    edit(layout, "http://127.0.0.1:8099/v1/embeddings", OPENAI)
    assert "OPENAI_API_KEY" not in of_cloud(layout)


@pytest.mark.parametrize(("port", "expected"), [(8099, "local-openai"), (9000, None)])
def test_the_users_openai_key_is_not_for_the_local_cloud(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, port: int, expected: str | None
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    edit(layout, "8099/v1", f"{port}/v1")
    assert of_cloud(layout).get("OPENAI_API_KEY") == expected


def test_a_local_stack_has_its_backend_in_the_clone_and_an_empty_passphrase(layout: Layout) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    assert stack_environment(stack, Request(("up",))) == {
        "PULUMI_STACK": "dev",
        "PULUMI_BACKEND_URL": f"file://{layout.project}/.local/pulumi?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }


def test_the_users_passphrase_is_for_other_stacks_than_the_committed_one(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")
    other = Stack.read(Project.read(layout), "dev")
    assert stack_environment(other, Request(("up",)))["PULUMI_CONFIG_PASSPHRASE"] == "mine"
    edit(layout, "v1:abc=:v1:def:ghi==", EMPTY_PASSPHRASE_SALT)
    committed = Stack.read(Project.read(layout), "dev")
    assert not stack_environment(committed, Request(("up",)))["PULUMI_CONFIG_PASSPHRASE"]


def test_a_passphrase_file_is_left_alone(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/somewhere")
    stack = Stack.read(Project.read(layout), "dev")
    assert "PULUMI_CONFIG_PASSPHRASE" not in stack_environment(stack, Request(("up",)))


def test_a_stack_elsewhere_gets_none_of_it(layout: Layout) -> None:
    (layout.project / "Pulumi.prod.yaml").write_text("config:\n  confluent-rag:cloud: GCP\n")
    assert stack_environment(Stack.read(Project.read(layout), "prod"), Request(("up", "-s", "prod"))) == {}


def test_bundled_plugins_are_in_a_cache_that_runs_them(layout: Layout) -> None:
    environment = Plugins(official=False, layout=layout).in_cache()
    cache = layout.project / ".local/pulumi-home/plugins"
    assert environment["PULUMI_HOME"] == str(cache.parent)
    programs = sorted(path.name for path in cache.glob("*/*"))
    assert programs == ["pulumi-language-python", "pulumi-resource-confluentcloud", "pulumi-resource-random"]
    launcher = cache / "resource-random-v4.21.4/pulumi-resource-random"
    assert str(layout.bundled_plugins / "pulumi-resource-random") in launcher.read_text()
    assert launcher.stat().st_mode & 0o111


def test_official_plugins_stay_in_the_users_cache(layout: Layout) -> None:
    plugins = Plugins(official=True, layout=layout)
    assert plugins.in_cache() == {}
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in tool_environment(plugins, "/cli")


def test_the_venv_is_before_the_users_path(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/users")
    path = tool_environment(Plugins(official=False, layout=layout), "/cli")["PATH"].split(":")
    assert path == [str(layout.bundled_plugins), str(layout.venv / "bin"), "/cli", "/users"]


@pytest.mark.process
class TestExports:
    """`eval "$(./pulumiw cloud env)"`."""

    def evaluated(self, layout: Layout, shell: str, *, official: bool = False) -> dict[str, str]:
        """Return the environment of a shell that has evaluated the lines, in a folder with a space and a quote."""
        keys = {**KEYS, "cloud_api_secret": "it's $HOME"}
        layout.cloud.mkdir(parents=True, exist_ok=True)
        (layout.cloud / "credentials.json").write_text(json.dumps(keys))
        cloud = LocalCloud(layout, "http://127.0.0.1:8099")
        stack = Stack.read(Project.read(layout), "dev")
        lines = exports(stack, cloud, layout.built_cli, Plugins(official=official, layout=layout))
        script = "\n".join(lines) + "\nenv -0"
        done = subprocess.run([shell, "-c", script], check=True, capture_output=True, text=True)
        return dict(pair.split("=", 1) for pair in done.stdout.split("\0") if pair)

    @pytest.mark.parametrize("shell", ["sh", "bash"])
    def test_a_shell_that_evaluates_them_has_all_that_pulumi_needs(self, layout: Layout, shell: str) -> None:
        found = self.evaluated(layout, shell)
        assert found["PATH"] == f"{layout.built_cli.parent}:{os.environ['PATH']}"
        assert found["PULUMI_HOME"] == str(layout.project / ".local" / "pulumi-home")
        assert found["PULUMI_BACKEND_URL"].startswith("file://")
        assert layout.backend.is_dir()
        assert found["CONFLUENT_CLOUD_API_SECRET"] == "it's $HOME"
        assert found["OPENAI_API_KEY"] == "local-openai"
        assert not found["PULUMI_CONFIG_PASSPHRASE"]
        assert "PULUMI_STACK" not in found
        assert "TF_ACC" not in found

    def test_the_local_cloud_s_keys_replace_others(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CONFLUENT_CLOUD_API_KEY", "of Confluent Cloud")
        assert self.evaluated(layout, "sh")["CONFLUENT_CLOUD_API_KEY"] == "K"

    def test_twice_is_as_good_as_once(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        once = self.evaluated(layout, "sh")
        for name, value in once.items():
            monkeypatch.setenv(name, value)
        assert {**self.evaluated(layout, "sh"), "_": ""} == {**once, "_": ""}
        assert Stack.read(Project.read(layout), "dev").uses_file_backend  # so pulumiw works in that shell as before

    def test_official_plugins_stay_in_the_users_home(self, layout: Layout) -> None:
        found = self.evaluated(layout, "sh", official=True)
        assert "PULUMI_HOME" not in found
        assert found["TF_ACC"] == "1"


def test_bundled_plugins_get_a_cli_without_the_official_host_beside_it(layout: Layout, tmp_path: Path) -> None:
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text("#!/bin/sh\n")
    assert cli_without_official_host(layout, cli) == cli
    (cli.parent / "pulumi-language-python").touch()
    linked = tmp_path / "linked"
    linked.symlink_to(cli)
    twin = cli_without_official_host(layout, linked)
    assert twin.resolve().parent != cli.parent
    assert [path.name for path in twin.parent.iterdir()] == ["pulumi"]
    cli.unlink()
    cli.write_text("#!/bin/sh\necho newer\n")
    assert cli_without_official_host(layout, linked).read_text() == cli.read_text()
