"""What one clone has built, for the next clones on this machine: folders by content, in the user's cache folder.

An entry is written beside its place and renamed, so it is whole or not there. It has a digest of each file, which is
compared before a file is used: an entry that was damaged later is deleted, and its content built as if it had not been
there. Whatever goes wrong with the cache itself, the build is done without it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.steps import locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from toolchain.frontdoor.hall.steps import Workbench

CHOICE = "PULUMIW_CACHE"
"""The environment variable that names another folder, or is ``off``."""
_OFF = "off"
_KEPT_ENTRIES = 4  # of each kind, the ones used last
_LEFTOVER_SECONDS = 24 * 3600  # of a process that was killed; a younger one may be still at work
_FILES, _MANIFEST = "files", "manifest.json"
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class _DamagedError(Exception):
    """A file is not what it was when it was kept."""


@dataclass(frozen=True)
class Entry:
    """A place in the cache. ``digest``: of all that the content is made from, but the platform.

    ``is_linked``: its files are never written to, so clones share them as (read-only) hard links, where the file system
    has these. Other files are copied.
    """

    kind: str
    digest: str
    is_linked: bool = False


@dataclass(frozen=True)
class Cache:
    """The cache in ``root``; ``None``: there is none, and everything is built."""

    root: Path | None

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Cache:
        """Return the user's cache: in PULUMIW_CACHE, else in XDG_CACHE_HOME, else in ``~/.cache``."""
        chosen = environment.get(CHOICE) or ""
        if chosen == _OFF:
            return cls(None)
        if chosen and not chosen.startswith("/"):
            raise Failure(f"{CHOICE} is {chosen!r}: set it to the full path of a folder, or to {_OFF}, or unset it.")
        if chosen:
            return cls(Path(chosen))
        base = environment.get("XDG_CACHE_HOME") or ""
        return cls((Path(base) if base.startswith("/") else Path.home() / ".cache") / "pulumiw")

    def has(self, entry: Entry) -> bool:
        """Whether there is such an entry, whole or damaged."""
        place = self._place(entry)
        return place is not None and place.is_dir()

    def fill(
        self,
        entry: Entry,
        folder: Path,
        *,
        is_made: Callable[[Path], bool],
        make: Callable[[Path], None],
        waiting: Callable[[], None] | None = None,
    ) -> bool:
        """Fill an empty ``folder`` from the entry, and return true; else by ``make``, keep that, and return false.

        ``is_made``: whether what the entry has is of use here. ``waiting``: called if another clone makes the same now,
        which is then waited for.
        """
        with ExitStack() as stack:
            if place := self._place(entry):
                with suppress(OSError):
                    stack.enter_context(locked(place.with_name(f".{place.name}.lock"), waiting))
            if self._take(entry, folder) and is_made(folder):
                return True
            _empty(folder)
            make(folder)
            self._keep(entry, folder)
            return False

    def _place(self, entry: Entry) -> Path | None:
        if self.root is None:
            return None
        return self.root / entry.kind / f"{entry.digest}-{sys.platform}-{platform.machine()}"

    def _take(self, entry: Entry, folder: Path) -> bool:
        place = self._place(entry)
        if place is None or not _is_own(place):
            return False
        try:
            _restore(place, folder, is_linked=entry.is_linked)
            os.utime(place)
        except (_DamagedError, ValueError, LookupError, TypeError):
            _discard(place)
        except OSError:
            return False
        else:
            return True
        return False

    def _keep(self, entry: Entry, folder: Path) -> None:
        place = self._place(entry)
        if place is None:
            return
        with suppress(OSError):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _discard(place)
            unfinished = Path(tempfile.mkdtemp(prefix=".new.", dir=place.parent))
            try:
                _save(folder, unfinished, is_linked=entry.is_linked)
                unfinished.rename(place)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            _delete_old(place.parent)


def cached(
    entry: Entry, bench: Workbench, is_made: Callable[[Path], bool], make: Callable[[Path], None]
) -> Callable[[Path], bool]:
    """Return what fills an empty folder for a step: from the user's cache, and returns true; else by ``make``."""

    def fill(folder: Path) -> bool:
        def waiting() -> None:
            bench.detail("waiting for another clone, which makes the same")

        is_taken = Cache.of().fill(entry, folder, is_made=is_made, make=make, waiting=waiting)
        bench.note = "from the cache" if is_taken else ""
        return is_taken

    return fill


def _is_own(place: Path) -> bool:
    """Whether the entry is this user's: what others have written is not run."""
    try:
        about = place.stat()
    except OSError:
        return False
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _paths(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(parent, name)


def _save(folder: Path, entry: Path, *, is_linked: bool) -> None:
    """Write an entry with the files of ``folder``, which become read-only if they are linked."""
    files: dict[str, str] = {}
    folders: list[str] = []
    links: dict[str, str] = {}
    (entry / _FILES).mkdir()
    for path in _paths(folder):
        name = str(path.relative_to(folder))
        kept = entry / _FILES / name
        if path.is_symlink():
            links[name] = str(path.readlink())
        elif path.is_dir():
            folders.append(name)
            kept.mkdir()
        else:
            if is_linked:
                path.chmod(path.stat().st_mode & ~_WRITABLE)
            _put(path, kept, is_linked=is_linked)
            files[name] = _digest(kept)
    manifest = {"files": files, "folders": folders, "links": links}
    (entry / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _restore(entry: Path, folder: Path, *, is_linked: bool) -> None:
    manifest = json.loads((entry / _MANIFEST).read_text(encoding="utf-8"))
    for name in manifest["folders"]:
        (folder / name).mkdir()
    for name, digest in manifest["files"].items():
        kept = entry / _FILES / name
        try:
            if _digest(kept) != digest:
                raise _DamagedError
        except FileNotFoundError:
            raise _DamagedError from None
        _put(kept, folder / name, is_linked=is_linked)
    for name, target in manifest["links"].items():
        (folder / name).symlink_to(target)


def _put(source: Path, target: Path, *, is_linked: bool) -> None:
    if is_linked:
        with suppress(OSError):  # another file system, or one without hard links
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _discard(place: Path) -> None:
    """Remove an entry; whoever reads it meanwhile misses a file, and takes the entry for damaged."""
    with suppress(OSError):
        dropped = Path(tempfile.mkdtemp(prefix=".new.", dir=place.parent))
        with suppress(FileNotFoundError):
            place.rename(dropped / "dropped")
        shutil.rmtree(dropped, ignore_errors=True)


def _delete_old(kind: Path) -> None:
    entries = sorted(
        (path for path in kind.iterdir() if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime
    )
    for entry in entries[:-_KEPT_ENTRIES]:
        _discard(entry)
    for leftover in kind.glob(".new.*"):
        if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
