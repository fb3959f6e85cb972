"""Custom connector plugins: an archive is uploaded to an address that is good for an hour, and then made a plugin."""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import (
    ConflictError,
    InvalidError,
    NotHereError,
    UnauthenticatedError,
    require_found,
    translated,
)
from localcloud.control.core.resources import Connector, CustomPlugin
from localcloud.ids import new_id, new_uid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store

FORMATS = ("zip", "jar")
CLOUDS = ("AWS", "AZURE", "GCP")
TYPES = ("SINK", "SOURCE")
PLUGIN_ID = "confluent.custom.plugin.id"
UPLOAD_SECONDS = 3600.0
MOST_UPLOADS = 20
_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_NO_UPLOAD = "This upload is unknown, used up or older than an hour: request another upload URL."


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An address to upload to. ``signature`` opens it; ``path``: where the archive is to be written."""

    id: str
    signature: str = field(repr=False)
    content_format: str
    path: Path
    began: float = field(default_factory=time.monotonic)


class CustomPlugins:
    """Plugins of the organization; archives on their way are in ``folder``, and forgotten with this process."""

    def __init__(self, store: Store, plane: Plane, folder: Path) -> None:
        self._store, self._plane, self._folder = store, plane, folder
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()
        for left in folder.glob("*"):
            left.unlink(missing_ok=True)

    def begin_upload(self, content_format: str, cloud: str) -> Upload:
        """Return where an archive can be uploaded to."""
        if content_format.lower() not in FORMATS:
            raise InvalidError(
                f"content_format {content_format!r} is not supported: it must be one of {', '.join(FORMATS)}.",
                pointer="/content_format",
            )
        _require_cloud(cloud)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identifier = new_uid()
        upload = Upload(
            id=identifier,
            signature=secrets.token_urlsafe(32),
            content_format=content_format.lower(),
            path=self._folder / identifier,
        )
        with self._lock:
            self._uploads[identifier] = upload
            for old in list(self._uploads.values())[:-MOST_UPLOADS]:
                self._forget(old)
        return upload

    def upload(self, identifier: str, signature: str) -> Upload:
        """Return the upload that a signature opens, else :class:`UnauthenticatedError`."""
        found = self._current(identifier)
        if found is None or not hmac.compare_digest(signature.encode(), found.signature.encode()):
            raise UnauthenticatedError(_NO_UPLOAD)
        return found

    def create(
        self, *, upload_id: str, connector_class: str, connector_type: str, cloud: str = "", **more: Any
    ) -> CustomPlugin:
        """Make a plugin of an uploaded archive; it cannot be used if the archive has no such class."""
        if not _CLASS.fullmatch(connector_class):
            raise InvalidError(
                f"connector_class {connector_class!r} is no name of a Java class: write it as com.example.TheSink.",
                pointer="/connector_class",
            )
        if connector_type.upper() not in TYPES:
            raise InvalidError(
                f"connector_type {connector_type!r} must be one of {', '.join(TYPES)}.", pointer="/connector_type"
            )
        if connector_type.upper() != "SINK":
            raise NotHereError("Custom source connectors are not part of the local cloud: it runs custom sinks alone.")
        _require_cloud(cloud)
        upload = self._current(upload_id)
        if upload is None:
            raise InvalidError(_NO_UPLOAD, pointer="/upload_source/upload_id")
        if not upload.path.exists():
            raise InvalidError("Nothing was uploaded to the upload URL yet.", pointer="/upload_source/upload_id")
        plugin = CustomPlugin(
            id=new_id("ccp"),
            connector_class=connector_class,
            connector_type=connector_type.upper(),
            cloud=cloud or CLOUDS[0],
            content_format=upload.content_format,
            **more,
        )
        with translated():
            self._plane.plugins.install(plugin.id, upload.path, connector_class)
        self._store.add(plugin)
        with self._lock:
            self._forget(upload)
        return plugin

    def all(self) -> Sequence[CustomPlugin]:
        """Return every plugin."""
        return self._store.all(CustomPlugin)

    def get(self, identifier: str) -> CustomPlugin:
        """Return the plugin of that id, else :class:`NotFoundError`."""
        return require_found(
            self._store.get(CustomPlugin, identifier), f"Custom connector plugin {identifier} not found."
        )

    def update(self, identifier: str, **values: Any) -> CustomPlugin:
        """Change what can be changed without another archive."""
        plugin = self.get(identifier)
        return self._store.update(plugin, **values) or plugin

    def delete(self, identifier: str) -> None:
        """Delete a plugin and its files; :class:`ConflictError` while a connector uses it."""
        plugin = self.get(identifier)
        with self._store.transaction():
            users = [one.name for one in self._store.all(Connector) if one.config.get(PLUGIN_ID) == identifier]
            if users:
                raise ConflictError(
                    f"Custom connector plugin {identifier} is used by the connector {users[0]}: delete that first."
                )
            self._store.remove(plugin)
        self._plane.plugins.remove(identifier)

    def _current(self, identifier: str) -> Upload | None:
        found = self._uploads.get(identifier)
        return None if found is None or time.monotonic() - found.began > UPLOAD_SECONDS else found

    def _forget(self, upload: Upload) -> None:
        self._uploads.pop(upload.id, None)
        upload.path.unlink(missing_ok=True)


def _require_cloud(cloud: str) -> None:
    if cloud and cloud not in CLOUDS:
        raise InvalidError(f"cloud {cloud!r} must be one of {', '.join(CLOUDS)}.", pointer="/cloud")
