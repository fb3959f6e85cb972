"""Folders that a step fills once for all clones, each named by a digest of what it is made from."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.steps import locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DIGITS = 16


def digest_of(files: Iterable[Path], root: Path) -> str:
    """Return a digest of the files' contents and of their paths in ``root``."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:_DIGITS]


def fill_once(folder: Path, is_made: Callable[[Path], bool], fill: Callable[[Path], object]) -> None:
    """Make ``folder`` out of a new one that ``fill`` fills; it is whole or not there, whatever happens.

    Nothing is done if it ``is_made``: by another clone, while this one waited for the lock.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent.with_suffix(".lock")):
        if is_made(folder):
            return
        for leftover in folder.parent.glob("new.*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix="new.", dir=folder.parent))
        try:
            fill(made)
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
