"""A note of objects that exist while the engine's state does not have them yet.

Between the reply of a POST and the engine's next save, an object is known to this process alone. If the engine is
killed then, nobody would ever delete it, and the next ``up`` would make it twice. So:

- an object is written down when it is made, and struck out when the engine is told of it. What is still there when the
  next process of the same provider first changes something was never in any state: it is deleted;
- when the engine dies under our feet, it may not have saved what it was told last. These objects are written down as
  *untold*; if the engine then asks to create the same resource, it gets that object, brought up to date.

The file lies in the checkout's own ``.local/`` and holds ids and open inputs, no secret. It belongs to one provider
resource (its URN), which a stack's lock keeps to one process at a time; the lock on the file is for the few seconds
in which a process whose engine was killed still cleans up.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TextIO

from toolchain.plugins.process import GRACE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

_SAVE_SECONDS = 10.0  # the engine saves what it is told within milliseconds; a busy disk may take longer


@dataclass(frozen=True)
class Entry:
    """An object: where (``base``), for which resource (``urn``), its id and its open inputs."""

    base: str
    urn: str
    id: str
    state: dict[str, Any]


class Journal:
    """The journal of one provider resource; it touches the disk only once something is made."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._path = folder / f"{hashlib.sha256(owner.encode()).hexdigest()[:16]}.jsonl"
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        self._made: dict[str, Entry] = {}
        self._told: dict[str, tuple[float, Entry]] = {}
        self._untold: dict[str, Entry] = {}
        self._known: set[tuple[str, str]] = set()
        self._orphans: list[Entry] = []

    def open(self) -> list[Entry]:
        """Read what the last process left, once; return what it made and never told the engine of."""
        with self._lock:
            if self._file is None:
                self._read()
            orphans, self._orphans = self._orphans, []
            return orphans

    def made(self, entry: Entry) -> None:
        """Write down a new object."""
        with self._lock:
            self._made[entry.urn] = entry
            self._append({"made": asdict(entry)})

    def told(self, urn: str) -> None:
        """Strike out an object just before the engine hears of it."""
        with self._lock:
            if entry := self._made.pop(urn, None):
                self._told[urn] = (time.monotonic(), entry)
                self._append({"told": entry.urn, "id": entry.id})

    def gone(self, entry: Entry) -> None:
        """Strike out an object that was deleted."""
        with self._lock:
            self._made.pop(entry.urn, None)
            self._append({"told": entry.urn, "id": entry.id})

    def known(self, urn: str, resource_id: str) -> None:
        """Forget an object the engine has spoken of: it is in the state."""
        with self._lock:
            self._known.add((urn, resource_id))
            entry = self._untold.get(urn)
            if entry is not None and entry.id == resource_id:
                del self._untold[urn]
                self._append({"known": urn})

    def claim(self, urn: str, base: str) -> Entry | None:
        """Return the object that was made for ``urn`` but did not get into the state, and forget it."""
        with self._lock:
            entry = self._untold.get(urn)
            if entry is None or entry.base != base:
                return None
            del self._untold[urn]
            self._append({"known": urn})
            return entry

    def engine_died(self) -> None:
        """Write down what the engine was told so shortly ago that it may not have saved it."""
        with self._lock:
            for told_at, entry in self._told.values():
                if time.monotonic() - told_at < _SAVE_SECONDS:
                    self._append({"untold": asdict(entry)})

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # without a journal all works but the mending after a kill
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+", encoding="utf-8")
            _wait_for_lock(self._file)
            left: dict[tuple[str, str], Entry] = {}
            for line in self._file:
                with contextlib.suppress(ValueError, TypeError, KeyError):  # a line cut short by a kill
                    self._replay(json.loads(line), left)
            self._orphans = list(left.values())
            self._untold = {urn: e for urn, e in self._untold.items() if (urn, e.id) not in self._known}
            self._file.seek(0)
            self._file.truncate()
            for entry in self._orphans:
                self._append({"made": asdict(entry)})
            for entry in self._untold.values():
                self._append({"untold": asdict(entry)})

    def _replay(self, line: dict[str, Any], left: dict[tuple[str, str], Entry]) -> None:
        if "made" in line:
            entry = Entry(**line["made"])
            left[entry.urn, entry.id] = entry
        elif "untold" in line:
            entry = Entry(**line["untold"])
            self._untold[entry.urn] = entry
        elif "told" in line:
            left.pop((line["told"], line["id"]), None)
        elif "known" in line:
            self._untold.pop(line["known"], None)

    def _append(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()


def _wait_for_lock(file: TextIO) -> None:
    deadline = time.monotonic() + GRACE_SECONDS + 1
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.1)
