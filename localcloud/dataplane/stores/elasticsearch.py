"""The Elasticsearch server of this machine: one JVM, of Java 21 or newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.stores.installation import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.store_login import StoreLogin

_JVM = ["-Xms64m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
_MODULES = [
    "--add-modules=jdk.incubator.vector,ALL-MODULE-PATH",
    "--enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.elasticsearch.foreign,org.apache.lucene.core",
]
_INSTALL = (
    "run `./pulumiw up` or `./pulumiw cloud start` with a stack that has a sink of kind elasticsearch with `url: local`"
)


class Elasticsearch:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over a ``rag.elasticsearch.Main``.

    Its login's password is the API key, too.
    """

    name = "elasticsearch"
    title = "Elasticsearch"

    def __init__(self, installation: Path | None, login: StoreLogin) -> None:
        """``installation`` is where the front door leaves it (localcloud/servers/elasticsearch/pom.xml)."""
        self.login = login
        self._installation = installation

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments."""
        java, launcher, library = Installation.find(self._installation, self.title, _INSTALL)
        classes = ["--module-path", str(library), "-cp", str(launcher)]
        arguments = ["rag.elasticsearch.Main", str(self._installation), str(folder), str(self.login.port)]
        return [java, *_JVM, *_MODULES, *classes, *arguments]

    def environment(self) -> dict[str, str]:
        """Return the login."""
        return {
            "LOCALCLOUD_ELASTICSEARCH_USERNAME": self.login.username,
            "LOCALCLOUD_ELASTICSEARCH_PASSWORD": self.login.password,
        }

    def stopped(self) -> None:
        """Nothing is kept but its data."""
