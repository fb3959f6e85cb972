"""Maven projects: what one is built from, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.setup.output import maven_progress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from toolchain.frontdoor.hall.steps import Workbench

REPOSITORY = "the Maven repository (Maven Central or its mirror)"
"""Where a step with Maven gets its files from, for its messages."""


def sources_of(project: Path) -> list[Path]:
    """Return the POM of the project in a folder, and its sources without those of its tests."""
    return [project / "pom.xml", *sorted(path for path in (project / "src" / "main").rglob("*") if path.is_file())]


def package(bench: Workbench, project: Path, made: Path, environment: Mapping[str, str] | None = None) -> None:
    """Build the project in a folder into ``made``, without its tests; ``environment`` is added to the command's own."""
    maven = ["mvn", "--batch-mode", "-DskipTests", "package"]
    bench.run([*maven, "-f", project / "pom.xml", f"-Dbuild.root={made}"], env=environment, follow=maven_progress)
