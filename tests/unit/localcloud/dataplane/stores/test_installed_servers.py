"""How a server of another maker is started, and what is said where it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.interface import DataPlaneError
from localcloud.dataplane.stores.elasticsearch import Elasticsearch
from localcloud.dataplane.stores.neo4j import Neo4j
from localcloud.store_login import StoreLogin

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = StoreLogin(port=19018, username="admin", password="very-secret")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [(Elasticsearch, ["{installation}", "{data}", "19018"]), (Neo4j, ["rag.neo4j.Main", "{data}", "19018"])],
)
@pytest.mark.parametrize("end", ["", "\n"], ids=["", "a line"])
def test_it_runs_on_the_jdk_that_built_it_and_hides_its_login(
    tmp_path: Path, kind: type[Elasticsearch | Neo4j], arguments: list[str], end: str
) -> None:
    (tmp_path / "jdk" / "bin").mkdir(parents=True)
    (tmp_path / "jdk" / "bin" / "java").touch()
    (tmp_path / "launcher.jar").touch()
    (tmp_path / "java-home").write_text(f"{tmp_path / 'jdk'}{end}")
    store = kind(tmp_path, LOGIN)
    command = store.command(tmp_path / "data")
    assert command[0] == str(tmp_path / "jdk" / "bin" / "java")
    assert command[-3:] == [one.format(installation=tmp_path, data=tmp_path / "data") for one in arguments]
    assert "very-secret" not in " ".join(command)
    assert store.environment()[f"LOCALCLOUD_{store.name.upper()}_PASSWORD"] == "very-secret"
    (tmp_path / "jdk" / "bin" / "java").unlink()
    with pytest.raises(DataPlaneError, match=rf"The JDK that {store.title} was installed with is gone .*: run"):
        store.command(tmp_path / "data")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Elasticsearch, "Elasticsearch is not installed here: run"),
        (Neo4j, r"Neo4j is not installed here: run .* kind neo4j with `uri: local`\."),
    ],
)
def test_where_it_is_not_installed_it_says_how_to(tmp_path: Path, kind: type[Elasticsearch | Neo4j], said: str) -> None:
    for installation in (None, tmp_path):
        with pytest.raises(DataPlaneError, match=said):
            kind(installation, LOGIN).command(tmp_path)
