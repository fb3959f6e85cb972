"""Finds a JDK that is newer than the one on PATH has to be."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "JAVA21_HOME"
MINIMUM = 21
_INSTALLED = ("/usr/lib/jvm/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")
_VERSION = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)


def jdk_21(purpose: str, environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> Path:
    """Return the home of a JDK 21 or newer, in the order of the sentence that :class:`Failure` has without one.

    Of those that are installed side by side the oldest is taken, which most programs have been tested with.
    ``root``: of the file system.
    """
    for home in _candidates(environment, root):
        version = _version(home)
        if version is not None and version >= MINIMUM:
            return home
    raise Failure(
        f"{purpose} needs a JDK, version {MINIMUM} or newer, and there is none in {VARIABLE}, JAVA_HOME, on PATH, in"
        f" /usr/lib/jvm or in SDKMAN: install one (for example from https://adoptium.net), or set {VARIABLE} to it."
    )


def _candidates(environment: Mapping[str, str], root: Path) -> Iterator[Path]:
    for variable in (VARIABLE, "JAVA_HOME"):
        if environment.get(variable):
            yield Path(environment[variable])
    if on_path := shutil.which("javac", path=environment.get("PATH", "")):
        yield Path(on_path).resolve().parent.parent
    sdkman = Path(environment.get("SDKMAN_DIR") or Path(environment.get("HOME", "/")) / ".sdkman")
    found = [home for pattern in _INSTALLED for home in root.glob(pattern.removeprefix("/"))]
    found += (sdkman / "candidates" / "java").glob("*")
    yield from sorted(found, key=lambda home: (_version(home) or 0, str(home)))


def _version(home: Path) -> int | None:
    """Return the major version by the JDK's file ``release``, ``None`` if there is no JDK."""
    if not (home / "bin" / "java").is_file() or not (home / "bin" / "javac").is_file():
        return None
    try:
        match = _VERSION.search((home / "release").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(match[1]) if match else None
