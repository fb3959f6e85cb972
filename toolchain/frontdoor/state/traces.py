"""What a command leaves on disk for the case that it is killed or fails: its event log, and when it began."""

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
class Traces:
    """``log``: where the engine tells what it does. Both files are for the user's eyes alone."""

    log: Path

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """Return those of a command on this stack that runs, or was the last one."""
        return cls(_folder(prepared) / f"{_name(prepared)}.ndjson")

    @classmethod
    def kept_of(cls, prepared: Prepared) -> list[Self]:
        """Return those of commands before whose orphans wait for a person's word, oldest first."""
        start = f"{_name(prepared)}{_KEPT}"
        folder = _folder(prepared)
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return [cls(folder / name) for name in names if name.startswith(start) and name.endswith(".ndjson")]

    @property
    def beginning(self) -> Path:
        """When the command began, by the cloud's clock."""
        return self.log.with_suffix(".began.json")

    @property
    def orphans(self) -> frozenset[tuple[str, ...]]:
        """What was proven to be the command's: the proof may be gone by now, with the owner that it rests on."""
        try:
            kept = json.loads(self._orphans.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(tuple(one) for one in kept)

    @property
    def _orphans(self) -> Path:
        return self.log.with_suffix(".orphans.json")

    def make_place(self) -> None:
        """Make the folder."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def end(self, orphans: Collection[tuple[str, ...]] = ()) -> None:
        """Remove them; where orphans are left, keep them for the next command."""
        files = (self.log, self.beginning, self._orphans)
        if not orphans:
            for path in files:
                path.unlink(missing_ok=True)
            return
        kept = self
        if _KEPT not in self.log.name:
            kept = Traces(self.log.with_name(f"{self.log.stem}{_KEPT}{time.time_ns()}.ndjson"))
            for path, new in zip(files, (kept.log, kept.beginning, kept._orphans), strict=True):
                if path.exists():
                    path.rename(new)
        kept._orphans.write_text(json.dumps(sorted(orphans)), encoding="utf-8")


def _folder(prepared: Prepared) -> Path:
    return prepared.layout.project / ".local" / "events"


def _name(prepared: Prepared) -> str:
    return prepared.stack.name.replace("/", "~")
