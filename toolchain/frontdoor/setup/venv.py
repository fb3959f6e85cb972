"""The virtual environment that Pulumi.yaml names; `pulumi install` and this front door share it."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import sysconfig
import tempfile
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import Step, locked
from toolchain.frontdoor.setup.cache import Entry, cached
from toolchain.frontdoor.setup.output import pip_progress
from toolchain.frontdoor.setup.venv_snapshot import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_STAMP = ".requirements"
_UNFINISHED = ".unfinished"


class Packages(Enum):
    """Sets of packages, by the requirements file that lists them; :data:`_INCLUDED` says which includes which.

    CLIENTS are for the SQL shell and `consume`. SENTENCE_MODEL and QDRANT are for few: they are installed for the
    stacks that name the model, or such a store.
    """

    PROGRAM = "requirements.txt"
    CLIENTS = "toolchain/requirements.txt"
    LOCAL_CLOUD = "localcloud/requirements.txt"
    SENTENCE_MODEL = "localcloud/models/requirements.txt"
    QDRANT = "localcloud/qdrant/requirements.txt"
    TESTS = "tests/requirements.txt"


_INCLUDED = {
    Packages.PROGRAM: (),
    Packages.CLIENTS: (Packages.PROGRAM,),
    Packages.LOCAL_CLOUD: (Packages.PROGRAM, Packages.CLIENTS),
    Packages.SENTENCE_MODEL: (Packages.PROGRAM, Packages.CLIENTS, Packages.LOCAL_CLOUD),
    Packages.QDRANT: (Packages.PROGRAM, Packages.CLIENTS, Packages.LOCAL_CLOUD),
    Packages.TESTS: (*(one for one in Packages if one is not Packages.TESTS),),
}


def _wanted(layout: Layout, packages: Iterable[Packages]) -> set[str]:
    """Return a digest of each requirements file of ``packages``: of its name, its content and Python's version."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {
        hashlib.sha256(f"{version}\0{file.value}\0".encode() + (layout.project / file.value).read_bytes()).hexdigest()
        for file in {*packages, *(included for one in packages for included in _INCLUDED[one])}
    }


def _installed(layout: Layout) -> set[str]:
    """Return the digests of the requirements files whose installation has completed."""
    stamp = layout.venv / _STAMP
    return set(stamp.read_text().split()) if stamp.is_file() and _is_sound(layout) else set()


def _is_sound(layout: Layout) -> bool:
    """Whether the virtual environment has this Python, is complete, and was not moved.

    A moved one is unusable: its console scripts contain the absolute path of their interpreter.
    """
    config = layout.venv / "pyvenv.cfg"
    if not layout.python.exists() or not config.is_file() or (layout.venv / _UNFINISHED).exists():
        return False
    facts = dict(re.findall(r"^(\w+) *= *(.*)$", config.read_text(), re.MULTILINE))
    made_at = re.search(r" -m venv (?:--\S+ )*(.*)$", facts.get("command", ""))
    version = facts.get("version", "").split(".")[:2]
    return version == [str(part) for part in sys.version_info[:2]] and (
        made_at is None or made_at[1] in {str(layout.venv), str(layout.venv.resolve())}
    )


def name_venv(layout: Layout) -> None:
    """Link the path in Pulumi.yaml to the toolchain's virtual environment, unless `pulumi install` made one there."""
    named = layout.named_venv
    if named == layout.venv or (named.is_symlink() and named.readlink() == layout.venv):
        return
    named.parent.mkdir(parents=True, exist_ok=True)
    named.unlink(missing_ok=True)
    named.symlink_to(layout.venv)


def _create(layout: Layout, bench: Workbench, *flags: str, packages: Path | None = None) -> None:
    """Create the virtual environment at its final path, since it cannot be moved, with packages from a snapshot if any.

    A marker file tells an incomplete one, left by a kill, so that it is created again.
    """
    shutil.rmtree(layout.venv, ignore_errors=True)
    layout.venv.mkdir(parents=True)
    unfinished = layout.venv / _UNFINISHED
    unfinished.touch()
    bench.run([sys.executable, "-m", "venv", str(layout.venv), *flags])
    if packages:
        unpack(packages, layout.venv)
    unfinished.unlink()


def _install(layout: Layout, bench: Workbench, packages: Iterable[Packages]) -> None:
    # --no-compile halves the duration: most modules are never imported, the others are compiled on first use.
    pip = [str(layout.python), "-m", "pip", "install", "--no-compile", "--disable-pip-version-check"]
    files = [argument for one in packages for argument in ("-r", str(layout.project / one.value))]
    bench.run([*pip, "--progress-bar", "off", *files], follow=pip_progress)


def _make(layout: Layout, bench: Workbench, packages: Iterable[Packages], wanted: Iterable[str]) -> None:
    """Make a virtual environment with ``packages``: from the user's cache, else by pip, and keep it there."""

    def build(folder: Path) -> None:
        if not _is_sound(layout):
            _create(layout, bench)
        _install(layout, bench, packages)
        pack(layout.venv, folder)

    for leftover in layout.home.glob("venv.new.*"):  # of a process that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    snapshot = Path(tempfile.mkdtemp(prefix="venv.new.", dir=layout.home))
    digest = hashlib.sha256("\n".join([sysconfig.get_platform(), *sorted(wanted)]).encode()).hexdigest()
    fill = cached(Entry("venv", digest, is_linked=True), bench, lambda folder: (folder / "lib").is_dir(), build)
    try:
        if fill(snapshot):
            _create(layout, bench, "--without-pip", packages=snapshot)
    finally:
        shutil.rmtree(snapshot, ignore_errors=True)


def venv_step(layout: Layout, *packages: Packages) -> Step | None:
    """Return the step that creates the virtual environment or installs ``packages``, ``None`` if they are installed."""
    wanted = _wanted(layout, packages)
    if wanted <= _installed(layout):
        return None

    def make(bench: Workbench) -> None:
        with locked(layout.home / "venv.lock"):
            installed = _installed(layout)
            if wanted <= installed:
                return
            # So that an installation that is killed from here on is repeated.
            (layout.venv / _STAMP).unlink(missing_ok=True)
            if installed:
                _install(layout, bench, packages)
            else:
                _make(layout, bench, packages, wanted)
            kept = installed & _wanted(layout, [Packages.TESTS])
            (layout.venv / _STAMP).write_text("\n".join(sorted(wanted | kept)))

    return Step("Python packages", "venv", "the Python package registry (pip's index)", (), make)
