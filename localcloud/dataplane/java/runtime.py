"""The Java runtime that brokers and Flink run on."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from localcloud.dataplane.interface import DataPlaneError

MINIMUM_VERSION = 17


def java() -> str:
    """Return the path of ``java``: ``JAVA_HOME``'s, else PATH's; :class:`DataPlaneError` without one new enough."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else None
    found = found or shutil.which("java")
    if found is None:
        raise DataPlaneError(
            f"There is no java on PATH: install a JDK {MINIMUM_VERSION} or newer, or set JAVA_HOME to one."
        )
    version = _version(Path(found))
    if version is not None and version < MINIMUM_VERSION:
        raise DataPlaneError(
            f"{found} is Java {version}: install a JDK {MINIMUM_VERSION} or newer, or set JAVA_HOME to one."
        )
    return found


def _version(program: Path) -> int | None:
    """Return the major version from the runtime's ``release`` file: ``java -version`` would cost the start of a JVM."""
    try:
        release = (program.resolve().parent.parent / "release").read_text()
    except OSError:
        return None
    match = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release, re.MULTILINE)
    return int(match[1]) if match else None
