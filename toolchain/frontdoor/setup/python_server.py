"""A store's server that is a set of Python packages, too many to be among those of every program."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step
from toolchain.frontdoor.setup.builds import digest_of, fill_once
from toolchain.frontdoor.setup.cache import Entry, cached

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_COMPLETE = ".complete"


@dataclass(frozen=True)
class PythonServer:
    """``project``: the folder of its requirements file. The packages are for this version of Python."""

    layout: Layout
    kind: str
    title: str
    project: Path

    @property
    def folder(self) -> Path:
        """Where its packages are, or will be: a folder for PYTHONPATH."""
        digest = digest_of([self.project / "requirements.txt"], self.project)
        return self.layout.home / "servers" / f"{self.kind}-{digest}-{sys.version_info.major}.{sys.version_info.minor}"

    def step(self) -> Step | None:
        """Return the step that installs them, ``None`` if they are there."""
        folder = self.folder
        if _is_made(folder):
            return None

        def make(bench: Workbench) -> None:
            def fill(made: Path) -> None:
                # The program's own environment may be made at the same time, and Python itself may have no pip.
                pip = made / ".pip"
                bench.run([sys.executable, "-m", "venv", pip])
                install: list[str | Path] = [pip / "bin" / "python", "-m", "pip", "install", "--target", made]
                options = ["--no-compile", "--disable-pip-version-check", "--quiet"]
                bench.run([*install, *options, "-r", self.project / "requirements.txt"])
                shutil.rmtree(pip)
                (made / _COMPLETE).touch()

            fill_once(folder, _is_made, cached(Entry("servers", folder.name), bench, _is_made, fill))

        return Step(self.title, self.kind, "the Python package registry (pip's index)", (), make)


def _is_made(folder: Path) -> bool:
    return (folder / _COMPLETE).is_file()
