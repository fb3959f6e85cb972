"""A sink's nodes in Neo4j."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.stores.neo4j import Neo4jError, index_of, place_of, query
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from toolchain.frontdoor.verify.flow import Row


class Neo4j:
    """The nodes that a sink makes, with its outputs ``store`` and ``secrets``."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store, self._secrets = store, secrets
        self.place = place_of(store)
        self._node, self._id = store["node"], store["id"]

    def documents(self) -> int:
        """Return how many there are."""
        (found,) = self._ask(f"MATCH (p:{self._node}) RETURN count(p) AS nodes")
        return int(found["nodes"])

    def document(self, identifier: Any) -> Row | None:
        """Return the node that a record with this id becomes."""
        match = f"MATCH (p:{self._node}) WHERE p.{self._id} = $id RETURN properties(p) AS node LIMIT 1"
        found = self._ask(match, id=identifier)
        return found[0]["node"] if found else None

    def missing(self, identifiers: Collection[Any]) -> list[Any]:
        """Return those that no node is made of."""
        match = f"MATCH (p:{self._node}) WHERE p.{self._id} IN $ids RETURN p.{self._id} AS id"
        found = {one["id"] for one in self._ask(match, ids=list(identifiers))}
        return [one for one in identifiers if one not in found]

    def index_problem(self) -> str:
        """Return what keeps a search from finding the nodes; empty if nothing does."""
        name = index_of(self._store)
        found = self._ask("SHOW VECTOR INDEXES YIELD name WHERE name = $name RETURN name", name=name)
        return "" if found else f"{self.place} have no vector index {name}: run `./pulumiw up`, which makes it."

    def _ask(self, cypher: str, **parameters: Any) -> list[Mapping[str, Any]]:
        try:
            return query(self._store, self._secrets, cypher, **parameters)
        except Neo4jError as error:
            raise StoreUnreadableError(f"Neo4j at {self._store['uri']} cannot be asked: it {error}.") from None
