"""Disk usage of the state folder."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 512  # POSIX: the unit of st_blocks, whatever the file system's own is


def usage(state: Path) -> dict[str, int]:
    """Return bytes on disk by part of the state: each file with its SQLite companions, each folder two levels deep.

    ``{"resources.db": 61440, "logs": 8192, "kafka/lkc-abc123": 1024, "flink/checkpoints": 4096}``
    """
    parts: defaultdict[str, int] = defaultdict(int)
    folders: list[tuple[tuple[str, ...], str]] = [((), str(state))]
    while folders:
        steps, folder = folders.pop()
        with suppress(FileNotFoundError), os.scandir(folder) as entries:  # the servers delete files and folders
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(((*steps, entry.name)[:2], entry.path))
                    continue
                # SQLite's companions, resources.db-wal and resources.db-shm, count as resources.db.
                part = "/".join(steps) or entry.name.split("-", maxsplit=1)[0]
                with suppress(FileNotFoundError):
                    parts[part] += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
    return dict(sorted(parts.items()))
