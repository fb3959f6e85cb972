"""What a stack needs beside the program: by its settings, so that others do not install it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.setup.models import SENTENCE_MODEL
from toolchain.frontdoor.setup.venv import Packages
from toolchain.frontdoor.stack.stack import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolchain.frontdoor.stack.stack import Stack

LOCAL = "local"


@dataclass(frozen=True)
class Needs:
    """Sets of Python packages, and whether the local cloud's sentence model is one of the things."""

    packages: tuple[Packages, ...]
    sentence_model: bool = False


def needs_of(stack: Stack, *, on_local_cloud: bool) -> Needs:
    """Return what ``stack`` needs; ``on_local_cloud``: whether the command needs that, too."""
    project = stack.project.name
    packages = [Packages.LOCAL_CLOUD if on_local_cloud else Packages.PROGRAM]
    endpoint = stack.config(f"{project}:openaiEndpoint")
    served_here = on_local_cloud and isinstance(endpoint, str) and is_loopback(endpoint)
    sentence_model = served_here and stack.config(f"{project}:embeddingModel") == SENTENCE_MODEL
    if sentence_model:
        packages.append(Packages.SENTENCE_MODEL)
    if on_local_cloud and _has_local_sink(stack.entries(f"{project}:sinks"), "qdrant"):
        packages.append(Packages.QDRANT)
    return Needs(tuple(packages), sentence_model=sentence_model)


def _has_local_sink(sinks: Sequence[Mapping[str, str]], kind: str) -> bool:
    """Whether the setting ``sinks`` has a store of that kind whose server is to be the local cloud's."""
    return any(sink.get("kind") == kind and LOCAL in (sink.get("url"), sink.get("host")) for sink in sinks)
