"""Which of the stack's stores is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.failure import AskError

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("elasticsearch", "milvus", "mongodb", "neo4j", "pinecone", "qdrant")
"""Kinds of stores that `ask` can search."""


def searchable(sinks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of the stores that can be asked; ``sinks``: the stack's output of that name."""
    return [name for name, sink in sinks.items() if sink["kind"] in KINDS]


def choose(sinks: Mapping[str, Mapping[str, Any]], asked: str | None) -> str:
    """Return the name of the store to ask: the one named ``asked``, else the only one there is.

    ``sinks``: the stack's output of that name. Raises :class:`AskError`.
    """
    names = ", ".join(sinks)
    if asked is None:
        found = searchable(sinks)
        if len(found) == 1:
            return found[0]
        if found:
            raise AskError(f"The stack has several stores: say which by --store NAME, one of {', '.join(found)}.")
        asked = next(iter(sinks))
    if asked not in sinks:
        raise AskError(f"The stack has no store {asked}: write one of {names} after --store.")
    kind = sinks[asked]["kind"]
    if kind not in KINDS:
        raise AskError(f"Store {asked} is of kind {kind}, which `ask` cannot search: it searches {', '.join(KINDS)}.")
    return asked
