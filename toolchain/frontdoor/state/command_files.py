"""The files of a command, for recovery if it is killed or fails: its event log, its start, and its proven orphans."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from toolchain.frontdoor.setup.prepare import Prepared

_KEPT = ".orphans-"


@dataclass(frozen=True)
class CommandFiles:
    """``log``: the engine's event log; the other files lie beside it, in a folder that only the user may read."""

    log: Path

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """Return the files of the running command on this stack, or of the last one."""
        return cls(_folder(prepared) / f"{_name(prepared)}.ndjson")

    @classmethod
    def with_orphans_of(cls, prepared: Prepared) -> list[Self]:
        """Return the files of earlier commands whose orphans wait for ``--delete-orphans``, oldest first."""
        start = f"{_name(prepared)}{_KEPT}"
        folder = _folder(prepared)
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return [cls(folder / name) for name in names if name.startswith(start) and name.endswith(".ndjson")]

    @property
    def start(self) -> Path:
        """The file with the command's start (:class:`CommandStart`)."""
        return self.log.with_suffix(".began.json")

    @property
    def orphans(self) -> frozenset[tuple[str, ...]]:
        """Orphans proven to be the command's: (type, identity, creation time).

        They are kept because the proof does not last: it may rest on an owner that is deleted later.
        """
        try:
            kept = json.loads(self._orphans.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(tuple(one) for one in kept)

    @property
    def _orphans(self) -> Path:
        return self.log.with_suffix(".orphans.json")

    def make_folder(self) -> None:
        """Create the folder, closed to other users: an event log holds the stack's inputs."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def end(self, orphans: Collection[tuple[str, ...]] = ()) -> None:
        """Delete the files; if there are ``orphans``, keep them for the next command under a name of their own."""
        files = (self.log, self.start, self._orphans)
        if not orphans:
            for path in files:
                path.unlink(missing_ok=True)
            return
        kept = self
        if _KEPT not in self.log.name:
            kept = CommandFiles(self.log.with_name(f"{self.log.stem}{_KEPT}{time.time_ns()}.ndjson"))
            for path, new in zip(files, (kept.log, kept.start, kept._orphans), strict=True):
                if path.exists():
                    path.rename(new)
        kept._orphans.write_text(json.dumps(sorted(orphans)), encoding="utf-8")


def _folder(prepared: Prepared) -> Path:
    return prepared.layout.project / ".local" / "events"


def _name(prepared: Prepared) -> str:
    return prepared.stack.name.replace("/", "~")
