"""Disk usage of the state folder."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_BLOCK = 512  # POSIX: the unit of st_blocks, whatever the file system's own is


def usage(state: Path) -> dict[str, int]:
    """Return bytes on disk by part of the state: each file with its SQLite companions, each folder two levels deep.

    ``{"resources.db": 61440, "logs": 8192, "kafka/lkc-abc123": 1024, "flink/checkpoints": 4096}``
    """
    parts: defaultdict[str, int] = defaultdict(int)
    for folder, _, names in os.walk(state):
        steps = Path(folder).relative_to(state).parts[:2]
        for name in names:
            # SQLite's companions, resources.db-wal and resources.db-shm, count as resources.db.
            part = name.split("-", maxsplit=1)[0] if not steps else "/".join(steps)
            try:
                parts[part] += os.lstat(os.path.join(folder, name)).st_blocks * _BLOCK  # noqa: PTH118 - thousands of them
            except FileNotFoundError:  # deleted since it was listed: the servers rotate their files
                continue
    return dict(sorted(parts.items()))
