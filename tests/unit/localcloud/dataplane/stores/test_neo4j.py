"""How Neo4j is started, and what is said where it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.stores.neo4j import Neo4j
from localcloud.store_login import StoreLogin

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = StoreLogin(port=19018, username="admin", password="very-secret")


def test_it_runs_on_the_jdk_that_built_it_and_hides_its_login(tmp_path: Path) -> None:
    (tmp_path / "jdk" / "bin").mkdir(parents=True)
    (tmp_path / "jdk" / "bin" / "java").touch()
    (tmp_path / "launcher.jar").touch()
    (tmp_path / "java-home").write_text(f"{tmp_path / 'jdk'}\n")
    store = Neo4j(tmp_path, LOGIN)
    command = store.command(tmp_path / "data")
    assert command[0] == str(tmp_path / "jdk" / "bin" / "java")
    assert command[-3:] == ["rag.neo4j.Main", str(tmp_path / "data"), "19018"]
    assert "very-secret" not in " ".join(command)
    assert store.environment()["LOCALCLOUD_NEO4J_PASSWORD"] == "very-secret"
    (tmp_path / "jdk" / "bin" / "java").unlink()
    with pytest.raises(DataPlaneError, match=r"The JDK that Neo4j was installed with is gone .*: run"):
        store.command(tmp_path / "data")


def test_where_it_is_not_installed_it_says_how_to(tmp_path: Path) -> None:
    for installation in (None, tmp_path):
        with pytest.raises(DataPlaneError, match=r"Neo4j is not installed here: run .* kind neo4j with `uri: local`\."):
            Neo4j(installation, LOGIN).command(tmp_path)
