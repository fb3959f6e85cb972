"""What a store says of the documents that a sink has written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from toolchain.frontdoor.verify.flow import Row


class StoreUnreadableError(Exception):
    """The store does not answer; ``str()`` is one sentence."""


class Store(Protocol):
    """A store that can be asked. Every method raises :class:`StoreUnreadableError`."""

    @property
    def place(self) -> str:
        """Where the documents are, without a secret."""

    def documents(self) -> int:
        """Return how many there are, without reading them."""

    def document(self, identifier: Any) -> Row | None:
        """Return the document that a record with this id becomes."""

    def missing(self, identifiers: Collection[Any]) -> list[Any]:
        """Return those that no document is made of."""

    def index_problem(self) -> str:
        """Return what keeps a search from finding the documents; empty if nothing does."""


def store_of(output: Mapping[str, Any], secrets: Mapping[str, str]) -> Store | None:
    """Return the store of a sink by its outputs, ``None`` for a kind that cannot be asked from here."""
    store = output["store"]
    # Each loads its client, for stacks with such a sink.
    if output["kind"] == "mongodb":
        from toolchain.frontdoor.verify.mongodb import MongoDb  # noqa: PLC0415

        return MongoDb(store, secrets)
    if output["kind"] == "elasticsearch":
        from toolchain.frontdoor.verify.elasticsearch import Elasticsearch  # noqa: PLC0415

        return Elasticsearch(store, secrets)
    if output["kind"] == "neo4j":
        from toolchain.frontdoor.verify.neo4j import Neo4j  # noqa: PLC0415

        return Neo4j(store, secrets)
    return None
