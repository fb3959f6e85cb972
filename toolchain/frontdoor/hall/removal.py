"""Removes a path of any kind: a file, a folder, a symbolic link, also a read-only one."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from toolchain.frontdoor.hall.failure import Failure


def remove(path: Path) -> None:
    """Remove ``path`` with its content; raises :class:`Failure` if that is impossible.

    A symbolic link to a folder stays, and the folder is emptied: the user may have moved it to another disk.
    """
    try:
        if path.is_symlink() and path.is_dir():
            for entry in path.iterdir():
                _remove(entry)
        else:
            _remove(path)
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else path
        raise Failure(
            f"{where} could not be removed ({error.strerror}): remove {path} yourself, as its owner, and run the"
            " command again."
        ) from None


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    _make_writable(path)
    shutil.rmtree(path)


def _make_writable(folder: Path) -> None:
    # `rmtree` cannot delete entries of a read-only folder, such as Go's module cache.
    folder.chmod(stat.S_IRWXU)
    for place, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(place, name)
            if not inner.is_symlink():
                inner.chmod(stat.S_IRWXU)
