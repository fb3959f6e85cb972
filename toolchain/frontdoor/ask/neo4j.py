"""Products from Neo4j, by its vector index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.neo4j import UNAUTHORIZED, Neo4jError, index_of, place_of, query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VECTOR = "vector"
_SEARCH = (
    "CALL db.index.vector.queryNodes($index, $count, $vector) YIELD node, score"
    " RETURN properties(node) AS product, score ORDER BY score DESC"
)
_DIMENSIONS = re.compile(r"configured dimensionality of (\d+), but the provided vector has dimension (\d+)")
_NO_INDEX = "no such vector schema index"


class Neo4j:
    """Nodes with a vector index. ``store``: the output of the sink that fills it."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store, self._secrets = store, secrets
        self._index = index_of(store)

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        return place_of(self._store)

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no nodes yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        given = {"index": self._index, "count": count, "vector": list(vector)}
        try:
            found = query(self._store, self._secrets, _SEARCH, **given)
        except Neo4jError as error:
            raise self._failure(error, model) from None
        return [
            {name: value for name, value in one["product"].items() if name != VECTOR} | {"score": one["score"]}
            for one in found
        ]

    def _failure(self, error: Neo4jError, model: str) -> AskError:
        uri, said = self._store["uri"], str(error)
        if error.code.startswith(UNAUTHORIZED):
            return AskError(
                f"Neo4j at {uri} refuses the password of user {self._store['username']}: set the right one in"
                " confluent-rag:sinks and run `./pulumiw up`."
            )
        if _NO_INDEX in said:
            return AskError(f"Neo4j at {uri} has no vector index {self._index}: run `./pulumiw up`, which makes it.")
        if dimensions := _DIMENSIONS.search(said):
            return AskError(
                f"Index {self._index} at {uri} is for vectors of {dimensions[1]} numbers, and model {model} gives"
                f" {dimensions[2]}: write another node in confluent-rag:sinks and run `./pulumiw up`, or go back to the"
                " model that filled this one."
            )
        return AskError(f"Neo4j at {uri} {said}: check that it runs, and that it lets in this machine.")
