"""The MongoDB server of this machine: one JVM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.java.class_data_archive import Archive
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.store_login import StoreLogin

# Documents are in memory. A JVM that has too little of it ends, and is told by its log, instead of answering late.
_JVM = ["-Xms16m", "-Xmx2g", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]


class MongoDb:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over a ``rag.stores.Main``."""

    name = "mongodb"
    title = "MongoDB"

    def __init__(self, jars: Path, login: StoreLogin) -> None:
        """``jars`` is where Maven left them."""
        self.login = login
        self._jars = jars
        self._archive: Archive | None = None

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments."""
        program, jars = java(), classpath(self._jars, JavaModule.STORES)
        self._archive = Archive.of(self._jars / JavaModule.STORES, program, jars, self.name)
        documents = str(folder / "documents.bson")
        arguments = ["-cp", jars, "rag.stores.Main", documents, str(self.login.port)]
        return [program, *_JVM, *self._archive.options, *arguments]

    def environment(self) -> dict[str, str]:
        """Return the login."""
        return {
            "LOCALCLOUD_MONGODB_USERNAME": self.login.username,
            "LOCALCLOUD_MONGODB_PASSWORD": self.login.password,
        }

    def stopped(self) -> None:
        """Keep the class-data archive."""
        if self._archive is not None:
            self._archive.keep()
