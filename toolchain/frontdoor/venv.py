"""The virtual environment of requirements.txt."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.steps import Step, locked

if TYPE_CHECKING:
    from toolchain.frontdoor.layout import Layout
    from toolchain.frontdoor.steps import Workbench

_STAMP = ".requirements"


def _wanted(layout: Layout) -> str:
    """Say what the environment must be made of: these requirements, this Python."""
    requirements = (layout.project / "requirements.txt").read_bytes()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return hashlib.sha256(version.encode() + requirements).hexdigest()


def _is_made(layout: Layout, wanted: str) -> bool:
    stamp = layout.venv / _STAMP
    return stamp.is_file() and stamp.read_text() == wanted and layout.python.exists()


def _put_in_place(made: Path, venv: Path) -> None:
    """Swap a finished environment in; a kill in between leaves none, which the next run makes again."""
    old = made.with_name(f"{made.name}.old")
    if venv.exists():
        venv.rename(old)
    made.rename(venv)
    shutil.rmtree(old, ignore_errors=True)


def venv_step(layout: Layout) -> Step | None:
    """Return what makes the environment, or ``None`` if it is there and of today's requirements.txt."""
    wanted = _wanted(layout)
    if _is_made(layout, wanted):
        return None

    def make(bench: Workbench) -> None:
        layout.home.mkdir(parents=True, exist_ok=True)
        with locked(layout.home / "venv.lock"):
            if _is_made(layout, wanted):
                return
            for leftover in layout.home.glob("venv.new.*"):
                shutil.rmtree(leftover, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix="venv.new.", dir=layout.home))
            try:
                bench.run([sys.executable, "-m", "venv", str(made)])
                # Most modules are never imported: compiling those that are, on first use, halves the set-up.
                pip = [
                    str(made / "bin" / "python"),
                    "-m",
                    "pip",
                    "install",
                    "--no-compile",
                    "--disable-pip-version-check",
                ]
                bench.run([*pip, "--quiet", "-r", str(layout.project / "requirements.txt")])
                (made / _STAMP).write_text(wanted)
                _put_in_place(made, layout.venv)
            finally:
                shutil.rmtree(made, ignore_errors=True)

    return Step("Python packages", "venv", "the Python package registry (pip's index)", (), make)
