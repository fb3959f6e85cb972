"""Which store a sink writes into, by its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.verify.store import Store


def store_of(output: Mapping[str, Any], secrets: Mapping[str, str]) -> Store | None:
    """Return the store of a sink by its outputs, ``None`` for a kind that cannot be asked from here."""
    store = output["store"]
    # Each loads its client, for stacks with such a sink.
    if output["kind"] == "qdrant":
        from toolchain.frontdoor.verify.qdrant import Qdrant  # noqa: PLC0415

        return Qdrant(store, secrets)
    if output["kind"] == "milvus":
        from toolchain.frontdoor.verify.milvus import Milvus  # noqa: PLC0415

        return Milvus(store, secrets)
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
