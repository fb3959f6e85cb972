"""Connectors that only some stacks need: Maven projects in localcloud/connectors, built when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.hall.tools import JDK, MAVEN
from toolchain.frontdoor.setup.builds import digest_of, fill_once
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.maven import REPOSITORY, package, sources_of

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

CONNECTORS = {"neo4j": "Neo4j's connector"}
"""Kind of sink -> what its step is called."""
_PLUGIN_PATH = "plugin.path"


@dataclass(frozen=True)
class _Project:
    layout: Layout
    kind: str

    @property
    def root(self) -> Path:
        return self.layout.project / "localcloud" / "connectors" / self.kind

    @property
    def folder(self) -> Path:
        return self.layout.home / "connectors" / f"{self.kind}-{digest_of(sources_of(self.root), self.root)}"


def connector_paths(layout: Layout) -> dict[str, Path]:
    """Return the ``plugin.path`` of each (``--connector KIND=DIR`` of the local cloud), which need not be there."""
    return {kind: connector_path(layout, kind) for kind in CONNECTORS}


def connector_path(layout: Layout, kind: str) -> Path:
    """Return the ``plugin.path`` of one, in a folder named by the digest of its sources."""
    return _Project(layout, kind).folder / _PLUGIN_PATH


def connector_step(layout: Layout, kind: str) -> Step | None:
    """Return the step that downloads and builds one, ``None`` if it is there."""
    project = _Project(layout, kind)
    folder = project.folder
    if _is_made(folder):
        return None

    def make(bench: Workbench) -> None:
        def build(made: Path) -> None:
            package(bench, project.root, made)

        fill_once(folder, _is_made, cached(Entry("connectors", folder.name), bench, _is_made, build))

    return Step(CONNECTORS[kind], f"{kind}-connector", REPOSITORY, (JDK, MAVEN), make)


def _is_made(folder: Path) -> bool:
    return (folder / _PLUGIN_PATH).is_dir()
