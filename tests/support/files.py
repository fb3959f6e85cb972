"""The files of a cloud that runs: any of them may go while they are looked at."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def modes_in(folder: Path) -> dict[Path, int]:
    """Return the mode of the folder and of all below it; links are left out, and what goes meanwhile."""
    found = {}
    for root, folders, names in os.walk(folder):
        for path in (Path(root), *(Path(root, name) for name in (*folders, *names))):
            with suppress(FileNotFoundError):
                if not path.is_symlink():
                    found[path] = path.stat().st_mode
    return found


def contents(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file below ``folder`` and its bytes as Latin-1; links are left out, and what goes meanwhile."""
    for root, _, names in os.walk(folder):
        for path in (Path(root, name) for name in sorted(names)):
            with suppress(FileNotFoundError):
                if path.is_file() and not path.is_symlink():
                    yield path, path.read_bytes().decode("latin-1")
