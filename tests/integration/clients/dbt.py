"""dbt in an environment of its own: its adapter and the program need different versions of confluent-sql."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.integration.clone import PROJECT
from toolchain.frontdoor.layout import Layout
from toolchain.frontdoor.steps import locked

if TYPE_CHECKING:
    from collections.abc import Mapping

FIXTURE = PROJECT / "tests" / "fixtures" / "dbt"
SECONDS = 300


def installed() -> Path:
    """Return the interpreter of dbt's environment, made once per toolchain and set of requirements."""
    home = Layout.of(str(PROJECT)).home
    requirements = FIXTURE / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = hashlib.sha256(version.encode() + requirements.read_bytes()).hexdigest()[:16]
    venv = home / f"dbt-{wanted}"
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / "dbt.lock"):
        if not venv.exists():
            made = Path(tempfile.mkdtemp(prefix="dbt.new.", dir=home))
            try:
                subprocess.run([sys.executable, "-m", "venv", str(made)], check=True, timeout=SECONDS)
                pip = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
                subprocess.run([*pip, "-r", str(requirements)], check=True, timeout=SECONDS)
                made.rename(venv)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return venv / "bin" / "python"


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
