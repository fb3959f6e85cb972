"""A second virtual environment, for packages that `up` must not install (such as matplotlib)."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.steps import locked
from workshop.clone import PROJECT

_SECONDS = 300


def python_with(requirements: Path, name: str, *, is_complete: bool = False) -> Path:
    """Return the interpreter of an environment with ``requirements``; it is reused until that file changes.

    ``is_complete``: the file lists all that is needed, and nothing else is installed with it.
    """
    home = Layout.of(str(PROJECT)).home
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = hashlib.sha256(version.encode() + requirements.read_bytes()).hexdigest()[:16]
    venv = home / f"{name}-{wanted}"
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / f"{name}.lock"):
        if not venv.exists():
            made = Path(tempfile.mkdtemp(prefix=f"{name}.new.", dir=home))
            try:
                subprocess.run([sys.executable, "-m", "venv", str(made)], check=True, timeout=_SECONDS)
                pip = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
                alone = ["--no-deps"] if is_complete else []
                subprocess.run([*pip, *alone, "-r", str(requirements)], check=True, timeout=_SECONDS)
                made.rename(venv)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return venv / "bin" / "python"
