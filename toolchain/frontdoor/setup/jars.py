"""The local cloud's jars: Kafka and Flink, downloaded by Maven, and the project's own plug-ins, compiled by it."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.hall.tools import JDK, MAVEN
from toolchain.frontdoor.setup.builds import digest_of, fill_once
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.maven import REPOSITORY, package, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_KEPT_BUILDS = 4  # of other sources: other clones share this toolchain, and edits are undone


def _sources(layout: Layout) -> Iterator[Path]:
    root = layout.project / "localcloud"
    yield root / "pom.xml"
    for module in sorted(path.parent for path in root.glob("*/pom.xml")):
        yield from sources_of(module)


def jars_folder(layout: Layout) -> Path:
    """Return the folder of the present sources' jars (``--jars`` of the local cloud), named by their digest."""
    return layout.home / "java" / digest_of(_sources(layout), layout.project)


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
        _delete_unless_in_use(build)


def _delete_unless_in_use(build: Path) -> None:
    """A running local cloud, of another clone perhaps, loads classes for as long as it lives: it holds a lock."""
    descriptor = os.open(build, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(build, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)


def jars_step(layout: Layout) -> Step | None:
    """Return the step that builds the jars, ``None`` if all exist."""
    jars = jars_folder(layout)
    if _is_made(jars):
        return None

    def make(bench: Workbench) -> None:
        def build(made: Path) -> None:
            package(bench, layout.project / "localcloud", made)
            _delete_old_builds(jars.parent)

        fill_once(jars, _is_made, cached(Entry("java", jars.name), bench, _is_made, build))

    return Step("Kafka and Flink", "jars", REPOSITORY, (JDK, MAVEN), make)
