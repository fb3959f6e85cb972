"""Paths of files and folders in a clone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths of one clone. ``home``: folder of the toolchain, which several clones may share."""

    project: Path
    home: Path

    @classmethod
    def of(cls, project: str) -> Layout:
        """Return the layout of the clone at ``project``; the variable PULUMIW_HOME sets another toolchain folder."""
        root = Path(project)
        chosen = os.environ.get("PULUMIW_HOME")
        return cls(project=root, home=Path(chosen).absolute() if chosen else root / ".local" / "toolchain")

    @property
    def named_venv(self) -> Path:
        """The path of the virtual environment in Pulumi.yaml (``runtime.options.virtualenv``)."""
        return self.project / ".local" / "toolchain" / "venv"

    @property
    def venv(self) -> Path:
        """The virtual environment: the one that `pulumi install` created, if there is one, else the toolchain's."""
        named = self.named_venv
        return named if named.is_dir() and not named.is_symlink() else self.home / "venv"

    @property
    def python(self) -> Path:
        """The virtual environment's Python interpreter."""
        return self.venv / "bin" / "python"

    @property
    def built_cli(self) -> Path:
        """The `pulumi` that the set-up builds if none is on PATH."""
        return self.home / "bin" / "pulumi"

    @property
    def set_up_logs(self) -> Path:
        """Folder of the set-up's logs, one file per step."""
        return self.home / "logs"

    @property
    def bundled_plugins(self) -> Path:
        """Folder of the bundled language host and providers, used where the official ones cannot be installed."""
        return self.project / "offline" / "plugins" / "bin"

    @property
    def cloud(self) -> Path:
        """Folder of the local cloud's state."""
        return self.project / ".local" / "cloud"

    @property
    def cloud_logs(self) -> Path:
        """Folder of the local cloud's logs, one file per process."""
        return self.cloud / "logs"

    @property
    def cloud_output(self) -> Path:
        """Output of the local cloud's process before it opened its log: shows why a start failed."""
        return self.project / ".local" / "cloud.out"

    @property
    def cloud_pid(self) -> Path:
        """File with the id of the local cloud's process."""
        return self.project / ".local" / "cloud.pid"

    @property
    def cloud_lock(self) -> Path:
        """Lock file, held while the local cloud is started or stopped."""
        return self.project / ".local" / "cloud.lock"

    @property
    def backend(self) -> Path:
        """Folder of Pulumi's file backend for local stacks."""
        return self.project / ".local" / "pulumi"

    @property
    def selected_stack(self) -> Path:
        """File with the name of the stack that `stack select` chose last; Pulumi itself keeps one per backend."""
        return self.project / ".local" / "stack"
