"""The Neo4j server of this machine: one JVM, of Java 21 or newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.stores.installation import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.store_login import StoreLogin

_JVM = [
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
]
_INSTALL = "run `./pulumiw up` or `./pulumiw cloud start` with a stack that has a sink of kind neo4j with `uri: local`"


class Neo4j:
    """The :class:`~localcloud.dataplane.stores.servers.Store` over a ``rag.neo4j.Main``."""

    name = "neo4j"
    title = "Neo4j"

    def __init__(self, installation: Path | None, login: StoreLogin) -> None:
        """``installation`` is where the front door leaves it (localcloud/servers/neo4j/pom.xml)."""
        self.login = login
        self._installation = installation

    def command(self, folder: Path) -> list[str]:
        """Return the program and its arguments."""
        java, launcher, library = Installation.find(self._installation, self.title, _INSTALL)
        # Classes of the first run, mapped into memory by the next: written when it ends, ignored if it does not fit.
        archive = ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={folder / 'classes.jsa'}", "-Xlog:cds=off"]
        jars = f"{launcher}:{library}/*"
        return [java, *_JVM, *archive, "-cp", jars, "rag.neo4j.Main", str(folder), str(self.login.port)]

    def environment(self) -> dict[str, str]:
        """Return the login."""
        return {"LOCALCLOUD_NEO4J_USERNAME": self.login.username, "LOCALCLOUD_NEO4J_PASSWORD": self.login.password}

    def stopped(self) -> None:
        """Nothing is kept but its data."""
