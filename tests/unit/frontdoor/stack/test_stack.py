from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.stack.stack import Project, Stack, is_loopback

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout


def select(layout: Layout, home: Path, stacks: dict[str, str]) -> None:
    digest = hashlib.sha1(str(layout.project / "Pulumi.yaml").encode(), usedforsecurity=False).hexdigest()
    file = home / "workspaces" / f"confluent-rag-{digest}-workspace.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"stacks": stacks}))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8099", "http://localhost:1/x", "http://[::1]:8099"])
def test_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["https://api.confluent.cloud", "http://127.0.0.1.example.com", "https://127.0.0.1", "8099", "http://[::1"]
)
def test_not_loopback(url: str) -> None:
    assert not is_loopback(url)


def test_dev_is_the_default(layout: Layout) -> None:
    assert Project.read(layout).current_stack(Request(("up",))) == "dev"


def test_named_before_environment_before_selected(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    select(layout, tmp_path / "home/.pulumi", {"https://api.pulumi.com": "acme/confluent-rag/prod"})
    project = Project.read(layout)
    assert project.current_stack(Request(("up",))) == "prod"
    layout.selected_stack.parent.mkdir()
    layout.selected_stack.write_text("chosen\n")
    assert project.current_stack(Request(("up",))) == "chosen"
    monkeypatch.setenv("PULUMI_STACK", "fromenv")
    assert project.current_stack(Request(("up",))) == "fromenv"
    assert project.current_stack(Request(("up", "-s", "named"))) == "named"


def test_a_local_stack_keeps_its_state_in_the_clone(layout: Layout) -> None:
    stack = Stack.read(Project.read(layout), "dev")
    assert stack.is_local
    assert stack.endpoint == "http://127.0.0.1:8099"
    assert stack.uses_file_backend


def test_a_stack_elsewhere_does_not(layout: Layout, tmp_path: Path) -> None:
    (layout.project / "Pulumi.prod.yaml").write_text("config:\n  confluent-rag:cloud: GCP\n")
    stack = Stack.read(Project.read(layout), "acme/confluent-rag/prod")
    assert not stack.is_local
    assert not stack.uses_file_backend
    assert stack.config("confluent-rag:cloud") == "GCP"
    assert (tmp_path / "home").exists() is False


def test_a_new_stack_goes_where_the_user_is_logged_in(layout: Layout, tmp_path: Path) -> None:
    assert Stack.read(Project.read(layout), "new").uses_file_backend
    credentials = tmp_path / "home/.pulumi/credentials.json"
    credentials.parent.mkdir(parents=True)
    credentials.write_text('{"current": "https://api.pulumi.com"}')
    assert not Stack.read(Project.read(layout), "new").uses_file_backend


def test_a_stack_elsewhere_needs_a_login_or_a_backend(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    (layout.project / "Pulumi.prod.yaml").write_text("config:\n  confluent-rag:cloud: GCP\n")

    def lacks_login(name: str) -> bool:
        return Stack.read(Project.read(layout), name).lacks_login

    assert lacks_login("prod")
    assert not lacks_login("dev")
    assert not lacks_login("new")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    assert not lacks_login("prod")
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "pul-x")
    assert not lacks_login("prod")


def test_a_backend_that_the_user_has_chosen_stays(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    assert not Stack.read(Project.read(layout), "dev").uses_file_backend
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    with (layout.project / "Pulumi.yaml").open("a") as file:
        file.write("backend:\n  url: s3://states\n")
    assert not Stack.read(Project.read(layout), "dev").uses_file_backend


def test_defaults_of_the_project_hold_where_the_stack_is_silent(layout: Layout) -> None:
    stack = Stack.read(Project.read(layout), "none")
    assert stack.config("confluent-rag:cloud") == "AWS"
    assert stack.config("confluent-rag:openaiApiKey") is None
