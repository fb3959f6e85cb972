"""Servers that are not among the jars: the front door builds each in a folder of its own, by a JDK that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from localcloud.dataplane.interface import DataPlaneError


class Installation(NamedTuple):
    """A built server: ``launcher`` is the local cloud's own jar, ``library`` the folder of all others."""

    java: str
    launcher: Path
    library: Path

    @classmethod
    def find(cls, folder: Path | None, title: str, install: str) -> Installation:
        """Return what is in ``folder``; :class:`DataPlaneError` says what of ``title`` is missing, and ``install``."""
        if folder is None or not (folder / "launcher.jar").is_file():
            raise DataPlaneError(f"{title} is not installed here: {install}.")
        java = Path((folder / "java-home").read_text(encoding="utf-8").strip()) / "bin" / "java"
        if not java.is_file():
            raise DataPlaneError(f"The JDK that {title} was installed with is gone ({java}): {install}.")
        return cls(str(java), folder / "launcher.jar", folder / "lib")
