"""Servers of stores that only some stacks need: each a Maven project in localcloud/servers, built by a newer JDK."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.jdk import jdk_21
from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.hall.tools import MAVEN
from toolchain.frontdoor.setup.builds import digest_of, fill_once
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.output import maven_progress

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

SERVERS = {"elasticsearch": "Elasticsearch", "neo4j": "Neo4j"}
"""Kind of sink -> the server's name."""
_JAVA_HOME = "java-home"


def _project(layout: Layout, kind: str) -> Path:
    return layout.project / "localcloud" / "servers" / kind


def server_folder(layout: Layout, kind: str) -> Path:
    """Return the folder of a server (``--server KIND=DIR`` of the local cloud), named by the digest of its sources."""
    project = _project(layout, kind)
    sources = sorted(path for path in (project / "src" / "main").rglob("*") if path.is_file())
    digest = digest_of([project / "pom.xml", *sources], project)
    return layout.home / "servers" / f"{kind}-{digest}"


def server_folders(layout: Layout) -> dict[str, Path]:
    """Return the folder of each server, which need not be there."""
    return {kind: server_folder(layout, kind) for kind in SERVERS}


def server_step(layout: Layout, kind: str) -> Step | None:
    """Return the step that downloads and builds a server, ``None`` if it is there.

    :class:`Failure`, before anything is downloaded, if there is no JDK for it.
    """
    folder = server_folder(layout, kind)
    if _is_made(folder):
        return None
    home = jdk_21(SERVERS[kind])

    def make(bench: Workbench) -> None:
        def build(made: Path) -> None:
            maven = ["mvn", "--batch-mode", "-DskipTests", "package"]
            pom = _project(layout, kind) / "pom.xml"
            java_home = {"JAVA_HOME": str(home)}
            bench.run([*maven, "-f", pom, f"-Dbuild.root={made}"], env=java_home, follow=maven_progress)
            (made / _JAVA_HOME).write_text(str(home), encoding="utf-8")

        fill_once(folder, _is_made, cached(Entry("servers", folder.name), bench, _is_made, build))

    return Step(SERVERS[kind], kind, "the Maven repository (Maven Central or its mirror)", (MAVEN,), make)


def _is_made(folder: Path) -> bool:
    """Whether it is complete, and the JDK still there that it was built with and runs on."""
    try:
        home = (folder / _JAVA_HOME).read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return (Path(home) / "bin" / "java").is_file()
