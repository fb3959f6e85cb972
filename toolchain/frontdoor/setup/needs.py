"""What a stack needs beside the program: by its settings, so that others do not install it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.setup.connectors import CONNECTORS
from toolchain.frontdoor.setup.models import SENTENCE_MODEL
from toolchain.frontdoor.setup.servers import SERVERS
from toolchain.frontdoor.setup.venv import Packages
from toolchain.frontdoor.stack.stack import is_loopback

if TYPE_CHECKING:
    from toolchain.frontdoor.stack.stack import Stack

_LOCAL = "local"


@dataclass(frozen=True)
class Needs:
    """Sets of Python packages, whether the sentence model is needed, kinds of stores' servers and of connectors."""

    packages: tuple[Packages, ...]
    sentence_model: bool = False
    servers: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()


def needs_of(stack: Stack, *, on_local_cloud: bool) -> Needs:
    """Return what ``stack`` needs; ``on_local_cloud``: whether the command needs that, too."""
    project = stack.project.name
    packages = [Packages.LOCAL_CLOUD if on_local_cloud else Packages.PROGRAM]
    endpoint = stack.config(f"{project}:openaiEndpoint")
    served_here = on_local_cloud and isinstance(endpoint, str) and is_loopback(endpoint)
    sentence_model = served_here and stack.config(f"{project}:embeddingModel") == SENTENCE_MODEL
    if sentence_model:
        packages.append(Packages.SENTENCE_MODEL)
    local = [
        sink.get("kind", "") for sink in stack.sinks if _LOCAL in map(sink.get, ("host", "url", "uri", "endpoint"))
    ]
    if on_local_cloud and "qdrant" in local:
        packages.append(Packages.QDRANT)
    servers = tuple(kind for kind in SERVERS if on_local_cloud and kind in local)
    kinds = [sink.get("kind", "") for sink in stack.sinks]
    connectors = tuple(kind for kind in CONNECTORS if on_local_cloud and kind in kinds)
    return Needs(tuple(packages), sentence_model=sentence_model, servers=servers, connectors=connectors)
