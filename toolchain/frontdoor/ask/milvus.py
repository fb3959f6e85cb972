"""Products from Milvus, by its search of the nearest vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.milvus import MISSING_COLLECTION, NOT_LOADED, VECTOR, Collection, MilvusError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Milvus:
    """A collection. ``store``: the output of the sink that fills it."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._collection = Collection.of(store, secrets)

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        return self._collection.place

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no entities yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        try:
            found = self._collection.search(vector, count)
        except MilvusError as error:
            raise AskError(self._sentence(error, len(vector), model)) from None
        return [
            {name: value for name, value in entity.items() if name not in (VECTOR, "distance")}
            | {"score": entity["distance"]}
            for entity in found
        ]

    def _sentence(self, error: MilvusError, size: int, model: str) -> str:
        if error.is_refused_login:
            return (
                f"Milvus at {self._collection.url} refuses the token: set the right apiKey in confluent-rag:sinks and"
                " run `./pulumiw up`."
            )
        if error.code == MISSING_COLLECTION:
            return f"{self.place} does not exist: run `./pulumiw up`, which makes it."
        if error.code == NOT_LOADED:
            return f"{self.place} is not loaded: run `./pulumiw up`, which loads it."
        if error.code and (expected := self._size()) not in (0, size):
            return (
                f"{self.place} is for vectors of {expected} numbers, and model {model} gives {size}: name another"
                " collection in confluent-rag:sinks and run `./pulumiw up`, or go back to the model that filled this"
                " one."
            )
        return f"{error}: check that it runs, and that it lets in this machine." if not error.code else f"{error}."

    def _size(self) -> int:
        try:
            return self._collection.size()
        except MilvusError:
            return 0
