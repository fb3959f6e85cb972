"""What Go, Maven and pip print while they work, as a few words about their progress."""

from __future__ import annotations

import re

_MAVEN = re.compile(r"(?:\[INFO\] )?(?:Downloading from \S+: \S*/(?P<file>\S+)|Building (?P<module>[\w.-]+) )")
_PIP = re.compile(r"(?:Collecting|Downloading|Building wheel for|Installing collected packages)\b:? *([^\s,]*)")
_GO_DOWNLOAD = re.compile(r"go: downloading (\S+) \S+")
_GO_PACKAGE = re.compile(r"[\w.-]+(?:/[\w.~-]+)+|[a-z]\w*")


def maven_progress(line: str) -> str:
    """Return what Maven is at: which file it downloads, which module it builds; ``""`` for another line."""
    found = _MAVEN.match(line)
    if not found:
        return ""
    return f"fetching {found['file']}" if found["file"] else f"compiling {found['module']}"


def pip_progress(line: str) -> str:
    """Return what pip is at: which package it fetches, that it installs; ``""`` for another line."""
    found = _PIP.match(line.strip())
    if not found:
        return ""
    if line.strip().startswith("Installing"):
        return "installing what was fetched"
    return f"fetching {found[1].rpartition('/')[2]}"


class GoProgress:
    """Counts the packages that ``go build -v`` compiles; those of an earlier build are not compiled again."""

    def __init__(self) -> None:
        self._compiled = 0

    def __call__(self, line: str) -> str:
        """Return what Go is at; ``""`` for a line that is not about that."""
        if found := _GO_DOWNLOAD.fullmatch(line):
            return f"fetching {found[1]}"
        if not _GO_PACKAGE.fullmatch(line):
            return ""
        self._compiled += 1
        return f"{self._compiled} packages compiled, now {line}"
