"""A sink's entities in Milvus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from toolchain.frontdoor.stores.milvus import MISSING_COLLECTION, Collection, MilvusError
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Collection as Several

    from toolchain.frontdoor.verify.flow import Row

Answer = TypeVar("Answer")


class Milvus:
    """The collection that a sink fills, with its outputs ``store`` and ``secrets``."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._collection = Collection.of(store, secrets)
        self.place = self._collection.place

    def documents(self) -> int:
        """Return how many there are."""
        return self._ask(self._collection.count)

    def document(self, identifier: Any) -> Row | None:
        """Return the entity that a record with this id becomes."""
        found = self._ask(lambda: self._collection.get([identifier]))
        return found[0] if found else None

    def missing(self, identifiers: Several[Any]) -> list[Any]:
        """Return those that no entity is made of."""
        if not identifiers:
            return []
        key = self._collection.key
        found = {one[key] for one in self._ask(lambda: self._collection.get(list(identifiers), [key]))}
        return [one for one in identifiers if one not in found]

    def index_problem(self) -> str:
        """Return what keeps a search from finding the entities; empty if nothing does."""
        if self._ask(self._collection.is_loaded):
            return ""
        return f"{self.place} is not loaded, so no search finds anything: run `./pulumiw up`, which loads it."

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except MilvusError as error:
            if error.code == MISSING_COLLECTION:
                sentence = f"{self.place} does not exist: run `./pulumiw up`, which makes it."
                raise StoreUnreadableError(sentence) from None
            raise StoreUnreadableError(f"{error}.") from None
