"""The stores that can be asked, one module a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Store(Protocol):
    """A store that finds the nearest vectors."""

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no products yet. ``model``: the vector's, for messages. Raises
        :class:`~toolchain.frontdoor.ask.failure.AskError`.
        """


def store_of(output: Mapping[str, Any], secrets: Mapping[str, str]) -> Store:
    """Return the store of a sink by its outputs; its kind is one of :data:`~toolchain.frontdoor.ask.choice.KINDS`."""
    store = output["store"]
    # Each loads its client, for stacks with such a sink.
    if output["kind"] == "elasticsearch":
        from toolchain.frontdoor.ask.elasticsearch import Elasticsearch  # noqa: PLC0415

        return Elasticsearch(store, secrets)
    if output["kind"] == "milvus":
        from toolchain.frontdoor.ask.milvus import Milvus  # noqa: PLC0415

        return Milvus(store, secrets)
    if output["kind"] == "mongodb":
        from toolchain.frontdoor.ask.mongodb import MongoDb  # noqa: PLC0415

        return MongoDb(store, secrets)
    if output["kind"] == "neo4j":
        from toolchain.frontdoor.ask.neo4j import Neo4j  # noqa: PLC0415

        return Neo4j(store, secrets)
    if output["kind"] == "pinecone":
        from toolchain.frontdoor.ask.pinecone import Pinecone  # noqa: PLC0415

        return Pinecone(store, secrets)
    if output["kind"] == "qdrant":
        from toolchain.frontdoor.ask.qdrant import Qdrant  # noqa: PLC0415

        return Qdrant(store, secrets)
    raise ValueError(output["kind"])
