"""A clone is handed on as new, or not at all."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from tests.support.used_clone import becomes_like_new
from toolchain.frontdoor.hall.layout import Layout
from workshop.clone import git

if TYPE_CHECKING:
    from pathlib import Path

    from workshop.clone import Clone

pytestmark = pytest.mark.process  # git

EMPTY: dict[str, Any] = {"running": True, "resources": [], "topics": [], "jobs": []}


@dataclass
class Used:
    """What `becomes_like_new` needs of a clone, without a local cloud."""

    path: Path
    shown: dict[str, Any] = field(default_factory=lambda: dict(EMPTY))
    known: list[dict[str, Any]] = field(default_factory=list)
    destroyed: int = 0
    status_of_destroy: int = 0
    endpoint: str = "http://cloud"
    env: dict[str, str] = field(default_factory=lambda: {"PULUMIW_PLUGINS": "official"})

    def status(self) -> dict[str, Any]:
        return self.shown

    def resources(self) -> list[dict[str, Any]]:
        return self.known

    def credentials(self) -> dict[str, str]:
        return {"cloud_api_key": "k", "cloud_api_secret": "s"}

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        assert args == ("destroy", "--yes", "--skip-preview")
        self.destroyed += 1
        return subprocess.CompletedProcess(args, self.status_of_destroy)


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Used:
    """Make a clone with an edited file, a new one, a state and a selected stack."""

    def put(api: httpx.Client, path: str, **sent: Any) -> httpx.Response:
        assert (str(api.base_url), path, sent["json"]) == ("http://cloud", "/local/v1/faults", {"faults": []})
        return httpx.Response(200, request=httpx.Request("PUT", api.base_url))

    monkeypatch.setattr(httpx.Client, "put", put)
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("/.local/\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("committed")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "clone")
    (tmp_path / "Pulumi.dev.yaml").write_text("edited")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "new.sql").write_text("SELECT 1")
    layout = Layout.of(str(tmp_path))
    layout.backend.mkdir(parents=True)
    layout.selected_stack.write_text("second")
    return Used(tmp_path)


def becomes(used: Used) -> bool:
    return becomes_like_new(cast("Clone", used))


def test_files_settings_and_states_are_gone(used: Used) -> None:
    assert becomes(used)
    assert (used.path / "Pulumi.dev.yaml").read_text() == "committed"
    assert git(used.path, "status", "--porcelain") == ""
    assert list((used.path / ".local").iterdir()) == []
    assert used.env == {}
    assert used.destroyed == 0


def test_a_stack_is_destroyed(used: Used) -> None:
    used.known = [{"type": "pulumi:pulumi:Stack"}]
    assert becomes(used)
    assert used.destroyed == 1
    used.status_of_destroy = 1
    assert not becomes(used)


@pytest.mark.parametrize("left", [{"running": False}, {"resources": [1]}, {"topics": [1]}, {"jobs": [1]}], ids=str)
def test_a_cloud_that_has_ended_or_is_not_empty_is_not_handed_on(used: Used, left: dict[str, Any]) -> None:
    used.shown.update(left)
    assert not becomes(used)
