"""The local cloud's jars: Kafka and Flink, downloaded by Maven, and the project's own plug-ins, compiled by it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step, locked
from toolchain.frontdoor.hall.tools import JDK, MAVEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_KEPT_BUILDS = 4  # of other sources: other clones share this toolchain, and edits are undone


def _sources(layout: Layout) -> Iterator[Path]:
    root = layout.project / "localcloud"
    yield root / "pom.xml"
    for module in sorted(path.parent for path in root.glob("*/pom.xml")):
        yield module / "pom.xml"
        yield from sorted(path for path in (module / "src" / "main").rglob("*") if path.is_file())


def jars_folder(layout: Layout) -> Path:
    """Return the folder of the present sources' jars (``--jars`` of the local cloud), named by their digest."""
    digest = hashlib.sha256()
    for path in _sources(layout):
        digest.update(str(path.relative_to(layout.project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return layout.home / "java" / digest.hexdigest()[:16]


def _is_made(jars: Path) -> bool:
    """Whether all jars exist: the project's own, and the dependencies in Maven's local repository.

    Each module's file ``classpath`` lists them, so that a purged repository is noticed.
    """
    class_paths = sorted(jars.glob("*/classpath"))
    entries = [entry for file in class_paths for entry in file.read_text().strip().split(os.pathsep) if entry]
    return bool(entries) and all(os.path.exists(entry) for entry in entries)  # noqa: PTH110 - a hundred of them


def _delete_old_builds(folder: Path) -> None:
    builds = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for build in builds[:-_KEPT_BUILDS]:
        shutil.rmtree(build, ignore_errors=True)


def jars_step(layout: Layout) -> Step | None:
    """Return the step that builds the jars, ``None`` if all exist."""
    jars = jars_folder(layout)
    if _is_made(jars):
        return None

    def make(bench: Workbench) -> None:
        with locked(layout.home / "java.lock"):
            if _is_made(jars):  # by another clone, while this one waited for the lock
                return
            jars.parent.mkdir(parents=True, exist_ok=True)
            for leftover in jars.parent.glob("new.*"):
                shutil.rmtree(leftover, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix="new.", dir=jars.parent))
            try:
                maven = ["mvn", "--batch-mode", "--quiet", "-DskipTests", "package"]
                bench.run([*maven, "-f", layout.project / "localcloud" / "pom.xml", f"-Dbuild.root={made}"])
                shutil.rmtree(jars, ignore_errors=True)
                made.rename(jars)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            _delete_old_builds(jars.parent)

    return Step("Kafka and Flink", "jars", "the Maven repository (Maven Central or its mirror)", (JDK, MAVEN), make)
