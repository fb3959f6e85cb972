"""Every bad input gets one clear sentence, an exit status, and nothing created or lost."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.provider_stub import provider_answering
from toolchain.frontdoor.hall.layout import Layout
from workshop.clone import PROJECT, Clone, git

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def committed_files(clone: Clone) -> Iterator[None]:
    """Put every edited file back after each test."""
    yield
    git(clone.path, "checkout", "--quiet", "--", ".")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("cloud", "IBM", ["cloud", "IBM", "AWS", "GCP", "AZURE"]),
        ("region", "mars-north-1", ["region", "mars-north-1", "us-east-1"]),
        ("clusterType", "Huge", ["clusterType", "Huge", "Standard"]),
        ("maxCfu", "7", ["maxCfu", "7", "5, 10, 20"]),
        ("recordIntervalMs", "soon", ["recordIntervalMs", "soon"]),
        ("regoin", "us-east-1", ["regoin", "region"]),
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_made(
    clone: Clone, key: str, value: str, expected: list[str]
) -> None:
    clone.ok("config", "set", key, value)
    said = clone.refused("up", "--yes")
    assert [word for word in expected if word not in said] == [], said
    assert clone.status()["resources"] == []


def test_all_wrong_settings_are_told_at_once(clone: Clone) -> None:
    clone.ok("config", "set", "maxCfu", "7")
    clone.ok("config", "set", "cloud", "IBM")
    said = clone.refused("preview")
    assert "maxCfu" in said
    assert "IBM" in said


def test_a_missing_openai_key(clone: Clone) -> None:
    clone.ok("config", "set", "openaiEndpoint", "https://api.openai.com/v1/embeddings")
    said = clone.refused("up", "--yes")
    assert "openaiApiKey" in said
    assert "config set --secret" in said
    assert clone.status()["resources"] == []


def test_a_wrong_cloud_api_key(clone: Clone) -> None:
    wrong = {"CONFLUENT_CLOUD_API_KEY": "NOSUCHKEY", "CONFLUENT_CLOUD_API_SECRET": "wrong-secret-value"}
    said = clone.refused("up", "--yes", env=wrong)
    assert "401" in said
    assert "wrong-secret-value" not in said
    assert clone.status()["resources"] == []


def fixed_by_the_next_up(clone: Clone) -> None:
    """Put the edited files back; the next `up` ends well, and vectors come."""
    git(clone.path, "checkout", "--", ".")
    clone.up()
    assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "1")) == 1


def test_sql_that_does_not_hold_is_told_with_its_place(clone: Clone) -> None:
    def made() -> set[str]:
        return {resource["id"] for resource in clone.status()["resources"] if resource["kind"] != "statement"}

    clone.up()
    before = made()
    for old, new, expected in (
        ("FROM `product-updates`", "FORM `product-updates`", "line"),
        ("        size,", "        sizzle,", "sizzle"),
    ):
        clone.edit("sql/insert-into-product-vector.sql", old, new)
        assert expected in clone.refused("up", "--yes", "--skip-preview")
        assert made() == before
        git(clone.path, "checkout", "--", "sql")
    fixed_by_the_next_up(clone)


def test_an_embedding_provider_that_refuses(clone: Clone) -> None:
    for status, expected in ((401, "401"), (429, "429"), (None, "answer")):
        with provider_answering(status) as url:
            clone.ok("config", "set", "openaiEndpoint", url)
            said = clone.refused("up", "--yes", "--skip-preview")
            assert expected in said, said
            assert clone.credentials()["openai_api_key"] not in said
    fixed_by_the_next_up(clone)


@pytest.fixture(scope="class")
def stopped_cloud(clone: Clone) -> None:
    """Leave no stack and no local cloud."""
    clone.run("destroy", "--yes")
    clone.ok("cloud", "stop")


@pytest.mark.usefixtures("stopped_cloud")
class TestTheMachine:
    """What the front door needs of the machine; the local cloud is stopped."""

    @pytest.fixture(autouse=True)
    def still_stopped(self, clone: Clone) -> Iterator[None]:
        yield
        assert clone.status()["running"] is False

    def test_port_taken(self, clone: Clone) -> None:
        with socket.create_server(("127.0.0.1", clone.port)):
            said = clone.refused("up", "--yes")
        assert str(clone.port) in said
        assert "confluentcloud:endpoint" in said

    @pytest.mark.parametrize("missing", ["java", "mvn", "go"])
    def test_a_missing_tool_is_named(self, clone: Clone, tmp_path: Path, missing: str) -> None:
        hidden = {missing, "javac"} if missing == "java" else {missing, "pulumi"}
        tools = tmp_path / "bin"
        tools.mkdir()
        for folder in os.environ["PATH"].split(os.pathsep):
            for tool in Path(folder).iterdir() if Path(folder).is_dir() else ():
                if tool.name not in hidden and not (tools / tool.name).exists():
                    (tools / tool.name).symlink_to(tool)
        said = clone.refused(
            "up", "--yes", env={"PATH": str(tools), "PULUMIW_HOME": str(tmp_path / "home"), "JAVA_HOME": ""}
        )
        assert {"java": "JDK", "mvn": "Maven", "go": "Go"}[missing] in said

    def test_registry_out_of_reach(self, clone: Clone, tmp_path: Path) -> None:
        nowhere = {
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_FIND_LINKS": "",
            "PIP_RETRIES": "0",
            "PIP_NO_CACHE_DIR": "1",
        }
        home = tmp_path / "home"  # with all that is set up, but the packages
        home.mkdir()
        for part in Layout.of(str(PROJECT)).home.iterdir():
            if not part.name.startswith("venv"):
                (home / part.name).symlink_to(part)
        said = clone.refused("up", "--yes", env=nowhere | {"PULUMIW_HOME": str(home)})
        assert "registry" in said

    def test_state_folder_that_cannot_be_written(self, clone: Clone) -> None:
        cloud = clone.path / ".local/cloud"
        shutil.rmtree(cloud)
        cloud.write_text("in the way")
        try:
            said = clone.refused("up", "--yes")
        finally:
            cloud.unlink()
        assert ".local/cloud" in said
