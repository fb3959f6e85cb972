"""A sink's documents in Elasticsearch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.stores.elasticsearch import ElasticsearchError, call, place_of
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from toolchain.frontdoor.verify.flow import Row

VECTOR = "vector"


class Elasticsearch:
    """The index that a sink fills, with its outputs ``store`` and ``secrets``."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store, self._secrets = store, secrets
        self.place = place_of(store)

    def documents(self) -> int:
        """Return how many a search sees."""
        return int(self._call("_count")["count"])

    def document(self, identifier: Any) -> Row | None:
        """Return the document that a record with this id becomes."""
        (found,) = self._get([identifier])
        return found["_source"] if found["found"] else None

    def missing(self, identifiers: Collection[Any]) -> list[Any]:
        """Return those that no document is made of."""
        if not identifiers:
            return []
        return [one for one, found in zip(identifiers, self._get(identifiers), strict=True) if not found["found"]]

    def index_problem(self) -> str:
        """Return what keeps a search from finding the documents; empty if nothing does."""
        mappings = self._call("_mapping", method="GET").values()  # one, or those of an alias
        kinds = [one["mappings"].get("properties", {}).get(VECTOR, {}).get("type") for one in mappings]
        if all(kind == "dense_vector" for kind in kinds):
            return ""
        return f"{self.place} has no dense_vector field {VECTOR!r}: delete it and run `./pulumiw up`, which makes it."

    def _get(self, identifiers: Collection[Any]) -> list[dict[str, Any]]:
        """Return what is found by each id, also of what no search sees yet."""
        documents: list[dict[str, Any]] = self._call("_mget", {"ids": [str(one) for one in identifiers]})["docs"]
        return documents

    def _call(self, action: str, body: Mapping[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        try:
            return call(self._store, self._secrets, action, body, method=method)
        except ElasticsearchError as error:
            raise StoreUnreadableError(f"Elasticsearch at {self._store['url']} cannot be asked: it {error}.") from None
