from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.arguments import Request
from toolchain.frontdoor.cloud import LocalCloud
from toolchain.frontdoor.environment import (
    EMPTY_PASSPHRASE_SALT,
    cloud_environment,
    stack_environment,
    tool_environment,
)
from toolchain.frontdoor.plugins import Plugins
from toolchain.frontdoor.stack import Project, Stack

if TYPE_CHECKING:
    from toolchain.frontdoor.layout import Layout

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


def test_official_plugins_wait_less_on_a_local_cloud(layout: Layout) -> None:
    assert of_cloud(layout, official=True)["TF_ACC"] == "1"


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
