"""A store's server that is a Maven project in localcloud/servers, built by a newer JDK."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.jdk import jdk_21
from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.hall.tools import MAVEN
from toolchain.frontdoor.setup.builds import digest_of, fill_once
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.maven import REPOSITORY, package, sources_of

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_JAVA_HOME = "java-home"


@dataclass(frozen=True)
class JavaServer:
    """``project``: the folder of its POM."""

    layout: Layout
    kind: str
    title: str
    project: Path

    @property
    def folder(self) -> Path:
        """Where it is, or will be."""
        return self.layout.home / "servers" / f"{self.kind}-{digest_of(sources_of(self.project), self.project)}"

    def step(self) -> Step | None:
        """Return the step that downloads and builds it, ``None`` if it is there; :class:`Failure` without a JDK."""
        folder = self.folder
        if _is_made(folder):
            return None
        home = jdk_21(self.title)

        def make(bench: Workbench) -> None:
            def build(made: Path) -> None:
                package(bench, self.project, made, {"JAVA_HOME": str(home)})
                (made / _JAVA_HOME).write_text(str(home), encoding="utf-8")

            fill_once(folder, _is_made, cached(Entry("servers", folder.name), bench, _is_made, build))

        return Step(self.title, self.kind, REPOSITORY, (MAVEN,), make)


def _is_made(folder: Path) -> bool:
    """Whether it is complete, and the JDK still there that it was built with and runs on."""
    try:
        home = (folder / _JAVA_HOME).read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return (Path(home) / "bin" / "java").is_file()
