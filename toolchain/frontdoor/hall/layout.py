"""Where things are in a clone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one clone; ``home`` (the toolchain) may be shared by several."""

    project: Path
    home: Path

    @classmethod
    def of(cls, project: str) -> Layout:
        """Return the layout of the clone at ``project``; the environment's PULUMIW_HOME moves the toolchain."""
        root = Path(project)
        chosen = os.environ.get("PULUMIW_HOME")
        return cls(project=root, home=Path(chosen).absolute() if chosen else root / ".local" / "toolchain")

    @property
    def named_venv(self) -> Path:
        """Where Pulumi.yaml says the virtual environment is (``runtime.options.virtualenv``)."""
        return self.project / ".local" / "toolchain" / "venv"

    @property
    def venv(self) -> Path:
        """The virtual environment: the named one, if `pulumi install` has made it, else the toolchain's."""
        named = self.named_venv
        return named if named.is_dir() and not named.is_symlink() else self.home / "venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.venv / "bin" / "python"

    @property
    def built_cli(self) -> Path:
        """The `pulumi` that was built here for want of one on PATH."""
        return self.home / "bin" / "pulumi"

    @property
    def set_up_logs(self) -> Path:
        """What the steps of the set-up printed."""
        return self.home / "logs"

    @property
    def bundled_plugins(self) -> Path:
        """Language host and providers that stand in for the official ones."""
        return self.project / "offline" / "plugins" / "bin"

    @property
    def cloud(self) -> Path:
        """State of the local cloud."""
        return self.project / ".local" / "cloud"

    @property
    def cloud_logs(self) -> Path:
        """What the local cloud's processes have logged, a file each."""
        return self.cloud / "logs"

    @property
    def cloud_output(self) -> Path:
        """What the local cloud's own process has printed before it opened its log: why it does not start."""
        return self.project / ".local" / "cloud.out"

    @property
    def cloud_pid(self) -> Path:
        """Id of the local cloud's process, as started last."""
        return self.project / ".local" / "cloud.pid"

    @property
    def cloud_lock(self) -> Path:
        """Held while the local cloud is started or stopped."""
        return self.project / ".local" / "cloud.lock"

    @property
    def backend(self) -> Path:
        """Pulumi's file backend for local stacks."""
        return self.project / ".local" / "pulumi"

    @property
    def selected_stack(self) -> Path:
        """Name of the stack that `stack select` chose last (Pulumi keeps one per backend)."""
        return self.project / ".local" / "stack"
