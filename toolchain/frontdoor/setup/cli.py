"""The `pulumi` CLI: the one on PATH, else one that is built from the pinned Go module (offline/cli)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.steps import Step, locked
from toolchain.frontdoor.hall.tools import GO, require
from toolchain.frontdoor.setup.cache import Cache, Entry, cached
from toolchain.frontdoor.setup.output import GoProgress

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Workbench

_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_PROGRAM = "pulumi"
_SLOW = (
    "No `pulumi` is on PATH, so its CLI is built from source, once for this machine: about five minutes on two cores,"
    " less on more. To save them: install Pulumi's CLI (https://www.pulumi.com/docs/iac/download-install/), also now:"
    " Ctrl-C, install it, run the command again. What is set up by then is kept."
)
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def cli_on_path(layout: Layout) -> Path | None:
    """Return the user's own `pulumi`; ``None`` if there is none, or only a link to this front door."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("pulumi", path=folder) if folder else None
        if found and Path(found).resolve() != (layout.project / "pulumiw").resolve():
            return Path(found).absolute()
    return None


def pinned_version(go_mod: str) -> str:
    """Return the version of the CLI that a go.mod requires, such as ``v3.259.0``."""
    required = re.search(r"^\s*(?:require\s+)?github\.com/pulumi/pulumi/pkg/v3\s+(v\S+)", go_mod, re.MULTILINE)
    if not required:
        raise Failure("offline/cli/go.mod does not require github.com/pulumi/pulumi/pkg/v3: restore it from git.")
    return required[1]


def _wanted(module: Path) -> str:
    return hashlib.sha256((module / "go.mod").read_bytes() + (module / "go.sum").read_bytes()).hexdigest()


def cli_step(layout: Layout) -> Step | None:
    """Return the step that builds the CLI, ``None`` if it is on PATH or built from the present pins."""
    if cli_on_path(layout):
        return None
    module = layout.project / "offline" / "cli"
    wanted = _wanted(module)
    stamp = layout.built_cli.with_suffix(".stamp")

    def is_made() -> bool:
        return layout.built_cli.is_file() and stamp.is_file() and stamp.read_text() == wanted

    if is_made():
        return None

    entry = Entry("cli", wanted, is_linked=True)

    def make(bench: Workbench) -> None:
        def build(made: Path) -> None:
            require([GO])
            version = pinned_version((module / "go.mod").read_text())
            # -X: the source has no version of its own, so Pulumi's releases set it like this. -s -w: no symbols.
            flags = f"-s -w -X {_VERSION_VARIABLE}={version}"
            go = ["go", "build", "-v", "-mod=readonly", "-trimpath", "-ldflags", flags]
            bench.run([*go, "-o", made / _PROGRAM, _PACKAGE], cwd=module, follow=GoProgress())

        with locked(layout.home / "cli.lock"):
            if is_made():
                return
            layout.built_cli.parent.mkdir(parents=True, exist_ok=True)
            for leftover in layout.built_cli.parent.glob("new.*"):  # of a process that was killed
                shutil.rmtree(leftover, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix="new.", dir=layout.built_cli.parent))
            try:
                cached(entry, bench, lambda folder: (folder / _PROGRAM).is_file(), build)(made)
                stamp.unlink(missing_ok=True)
                (made / _PROGRAM).rename(layout.built_cli)
                stamp.write_text(wanted)
            finally:
                shutil.rmtree(made, ignore_errors=True)

    is_here = Cache.of().has(entry)
    return Step(
        "Pulumi CLI",
        "cli",
        "the Go module registry (GOPROXY)",
        () if is_here else (GO,),
        make,
        "" if is_here else _SLOW,
    )
