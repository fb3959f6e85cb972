"""Archives for a JVM's start: what one run has loaded and verified, mapped into memory by the next.

Up to Java 24 this is a class-data archive (JEP 350): with one, a broker answers in half the time. From Java 25 on it is
an ahead-of-time cache (JEP 483, 515), which also has classes linked and methods profiled. Java writes either only when
a process exits normally, which then takes seconds longer, once for each class path.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from localcloud.dataplane.java.runtime import version_of

AHEAD_OF_TIME = 25
"""The Java version from which on an ahead-of-time cache is made by one run, profiles included."""
# An archive that cannot be used only costs time: no warnings.
_QUIET = ["-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-Xlog:class+path=off"]
_QUIET_AHEAD_OF_TIME = ["-Xlog:aot=off", "-Xlog:cds=off", "-Xlog:class+path=off"]


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The archive of one class path under one Java runtime.

    Start the JVM with :attr:`options`; call :meth:`keep` when it has ended.
    """

    file: Path
    unfinished: Path
    is_ahead_of_time: bool

    @classmethod
    def of(cls, folder: Path, java: str, classpath: str, process: str) -> Archive:
        """Name the archive in ``folder``; another jar or another runtime gives another name."""
        paths = [Path(java).resolve(), *map(Path, classpath.split(os.pathsep))]
        identity = "\n".join(f"{path} {path.stat().st_mtime_ns}" for path in paths)
        key = hashlib.sha256(identity.encode()).hexdigest()[:16]
        is_ahead_of_time = (version_of(Path(java)) or 0) >= AHEAD_OF_TIME
        suffix = "aot" if is_ahead_of_time else "jsa"
        return cls(
            file=folder / f"classes-{key}.{suffix}",
            unfinished=folder / f"classes-{key}.{process}.{os.getpid()}.part",
            is_ahead_of_time=is_ahead_of_time,
        )

    @property
    def is_missing(self) -> bool:
        """Whether no run has written it yet."""
        return not self.file.exists()

    @property
    def options(self) -> list[str]:
        """JVM options to use the archive, or to write it at exit if there is none yet."""
        used, written = "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit"
        if self.is_ahead_of_time:
            used, written = "-XX:AOTCache", "-XX:AOTCacheOutput"
        quiet = _QUIET_AHEAD_OF_TIME if self.is_ahead_of_time else _QUIET
        if not self.is_missing:
            return [f"{used}={self.file}", *quiet]
        if os.access(self.file.parent, os.W_OK):
            return [f"{written}={self.unfinished}", *quiet]
        return []

    def keep(self, *, trained: bool = True) -> None:
        """Move the archive that the ended JVM has written, if any, to its place.

        One that is not ``trained``, of a run that has not done the usual work, is removed: all later starts would have
        its gaps.
        """
        if not self.unfinished.exists():
            return
        if trained:
            self.unfinished.replace(self.file)
        else:
            self.unfinished.unlink()
