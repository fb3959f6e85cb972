"""dbt in an environment of its own: its adapter and the program need different versions of confluent-sql."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop.clone import PROJECT
from workshop.side_environment import python_with

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIXTURE = PROJECT / "tests" / "fixtures" / "dbt"
SECONDS = 300


def installed() -> Path:
    """Return the interpreter of dbt's environment."""
    return python_with(FIXTURE / "requirements.txt", "dbt")


@dataclass(frozen=True)
class Dbt:
    """A copy of the project, and where it runs."""

    python: Path
    folder: Path
    place: Mapping[str, str]

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run ``dbt ARGS`` to its end."""
        return subprocess.run(
            [str(self.python), "-m", "dbt.cli.main", "--no-use-colors", *args],
            cwd=self.folder,
            env={**os.environ, **self.place, "DBT_PROFILES_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def ok(self, *args: str) -> str:
        """Run ``dbt ARGS``, which must succeed, and return what it printed."""
        done = self.run(*args)
        assert done.returncode == 0, f"dbt {' '.join(args)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout
