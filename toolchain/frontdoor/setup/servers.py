"""Servers of stores that only some stacks need. Each is installed in a folder of its own, by its project's kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.setup.java_server import JavaServer
from toolchain.frontdoor.setup.python_server import PythonServer

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.hall.steps import Step

SERVERS = {"elasticsearch": "Elasticsearch", "neo4j": "Neo4j", "qdrant": "Qdrant", "milvus": "Milvus"}
"""Kind of sink -> the server's name, of those that a stack's command starts: their index comes before the sink."""
_JAVA, _PYTHON = ("elasticsearch", "neo4j"), ("milvus",)  # Qdrant's is among the virtual environment's packages


def _servers(layout: Layout) -> dict[str, JavaServer | PythonServer]:
    root = layout.project / "localcloud" / "servers"
    java = {kind: JavaServer(layout, kind, SERVERS[kind], root / kind) for kind in _JAVA}
    return {**java, **{kind: PythonServer(layout, kind, SERVERS[kind], root / kind) for kind in _PYTHON}}


def server_folder(layout: Layout, kind: str) -> Path:
    """Return the folder of a server (``--server KIND=DIR`` of the local cloud), named by the digest of its sources."""
    return _servers(layout)[kind].folder


def server_folders(layout: Layout) -> dict[str, Path]:
    """Return the folder of each server that has one, which need not be there."""
    return {kind: server.folder for kind, server in _servers(layout).items()}


def server_step(layout: Layout, kind: str) -> Step | None:
    """Return the step that downloads and builds a server, ``None`` if it is there or needs none.

    :class:`Failure`, before anything is downloaded, if there is no JDK for it.
    """
    server = _servers(layout).get(kind)
    return None if server is None else server.step()
