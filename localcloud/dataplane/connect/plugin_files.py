"""The files of connector plugins: an uploaded archive is checked, and unpacked where the worker finds it."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_ENTRIES = 20_000
LARGEST_UNPACKED = 1 << 30
"""Bytes: an archive of a few megabytes can say that it holds more than the disk."""
_FILES = "files"  # Connect takes each folder below plugin.path for a plugin
_MANIFEST = "manifest.jar"
_SERVICE = "META-INF/services/org.apache.kafka.connect.sink.SinkConnector"
_ENCRYPTED = 1
_MOST_NAMED = 3


class PluginFiles:
    """The :class:`~localcloud.dataplane.interface.PluginsPlane`; a custom plugin is in ``state/connect/plugins/ID``."""

    def __init__(self, state: Path, installed: Mapping[str, Path | None]) -> None:
        """Remove what an interrupted installation has left.

        ``installed``: kind of sink -> ``plugin.path`` of a connector that the front door leaves there, or will.
        """
        self._installed = installed
        self._root = state / "connect" / "plugins"
        for unfinished in self._root.glob("new.*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    def path(self, plugin: str) -> Path:
        """Return what ``plugin.path`` of its worker is; :class:`DataPlaneError` if that is yet to be installed.

        ``plugin``: the id of a custom plugin, or a kind of sink.
        """
        if plugin not in self._installed:
            return self._folder(plugin)
        installed = self._installed[plugin]
        if installed is None or not installed.is_dir():
            raise DataPlaneError(
                f"The connector of sinks of kind {plugin} is not installed here: run `./pulumiw up` or"
                " `./pulumiw cloud start` with a stack that has such a sink."
            )
        return installed

    def _folder(self, plugin_id: str) -> Path:
        return self._root / plugin_id

    def install(self, plugin_id: str, archive: Path, connector_class: str) -> None:
        """Unpack the archive of a sink; :class:`InvalidError` says why it cannot be one, and nothing is left of it."""
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix="new.", dir=self._root))
            try:
                _unpack(archive, made / _FILES, connector_class)
                _require_class(made / _FILES, connector_class)
                _write_manifest(made / _FILES / _MANIFEST, connector_class)
                made.rename(self._folder(plugin_id))
            finally:
                shutil.rmtree(made, ignore_errors=True)
        except OSError as error:
            raise DataPlaneError(f"The plugin cannot be kept in {self._root}: {error.strerror}.") from error

    def remove(self, plugin_id: str) -> None:
        """Delete its files. Idempotent."""
        shutil.rmtree(self._folder(plugin_id), ignore_errors=True)


def _unpack(archive: Path, folder: Path, connector_class: str) -> None:
    """Write the entries of an archive of jars into ``folder``, a jar as it is."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _refuse_unsafe(entries)
            names = {entry.filename for entry in entries}
            if _entry_of(connector_class) in names or not any(name.endswith(".jar") for name in names):
                shutil.copyfile(archive, folder / "plugin.jar")
                return
            for entry in entries:
                path = folder / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError):
        raise InvalidError(
            "The archive is no zip file that can be read: upload the connector's .zip or .jar."
        ) from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise InvalidError("The archive has one path as a file and as a folder: build it again.") from None


def _refuse_unsafe(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or "\0" in entry.filename:
            raise InvalidError(
                f"The archive has the entry {entry.filename!r}, which lies outside of it: build it again."
            )
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidError(
                f"The entry {entry.filename!r} of the archive is encrypted: upload one without password."
            )
    if len(entries) > MOST_ENTRIES:
        raise InvalidError(f"The archive has {len(entries)} files: at most {MOST_ENTRIES} are taken.")
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_UNPACKED:
        raise InvalidError(f"The archive unpacks to {size >> 20} MiB: at most {LARGEST_UNPACKED >> 20} MiB are taken.")


def _entry_of(class_name: str) -> str:
    return f"{class_name.replace('.', '/')}.class"


def _require_class(folder: Path, connector_class: str) -> None:
    wanted = _entry_of(connector_class)
    connectors: list[str] = []
    for name in _classes(folder):
        if name == wanted:
            return
        if name.endswith("SinkConnector.class"):
            connectors.append(name.removesuffix(".class").replace("/", "."))
    known = f": did you mean {', '.join(sorted(connectors)[:_MOST_NAMED])}?" if connectors else "."
    raise InvalidError(f"The archive has no class {connector_class}{known}")


def _classes(folder: Path) -> Iterator[str]:
    for jar in sorted(folder.rglob("*.jar")):
        try:
            with zipfile.ZipFile(jar) as opened:
                yield from (name for name in opened.namelist() if name.endswith(".class"))
        except zipfile.BadZipFile:
            raise InvalidError(f"The archive's {jar.relative_to(folder)} is no jar that can be read.") from None


def _write_manifest(path: Path, connector_class: str) -> None:
    """Write the jar by which Connect finds the class without a search of all jars: few connectors bring one."""
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr(_SERVICE, f"{connector_class}\n")
