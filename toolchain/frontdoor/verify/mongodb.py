"""A sink's documents in MongoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pymongo.errors import PyMongoError

from toolchain.frontdoor.stores.mongodb import client_of, place_of, problem_of
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pymongo.collection import Collection as Documents

    from toolchain.frontdoor.verify.flow import Row

Answer = TypeVar("Answer")


class MongoDb:
    """The collection that a sink fills, with its outputs ``store`` and ``secrets``."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store, self._secrets = store, secrets
        self.place = place_of(store)

    def documents(self) -> int:
        """Return how many there are, by the collection's statistics."""
        return self._ask(lambda collection: int(collection.estimated_document_count()))

    def document(self, identifier: Any) -> Row | None:
        """Return the document that a record with this id becomes."""
        return self._ask(lambda collection: collection.find_one(self._key(identifier)))

    def missing(self, identifiers: Collection[Any]) -> list[Any]:
        """Return those that no document is made of."""
        column = self._store["id"]

        def look_up(collection: Documents[Row]) -> list[Any]:
            wanted = {"_id": {"$in": [self._key(one)["_id"] for one in identifiers]}}
            found = {one["_id"][column] for one in collection.find(wanted, {"_id": 1})}
            return [one for one in identifiers if one not in found]

        return self._ask(look_up)

    def index_problem(self) -> str:
        """Return what keeps a search from finding the documents; empty if nothing does."""
        name = self._store["index"]
        if self._ask(lambda collection: list(collection.list_search_indexes(name))):
            return ""
        return f"{self.place} has no search index {name}: run `./pulumiw up`, which makes it."

    def _key(self, identifier: Any) -> dict[str, Any]:
        return {"_id": {self._store["id"]: identifier}}

    def _ask(self, question: Callable[[Documents[Row]], Answer]) -> Answer:
        try:
            with client_of(self._store, self._secrets) as client:
                return question(client[self._store["database"]][self._store["collection"]])
        except PyMongoError as error:
            raise StoreUnreadableError(problem_of(self._store, error)) from None
