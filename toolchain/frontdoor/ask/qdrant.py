"""Products from Qdrant, by its search of the nearest points."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.qdrant import Collection, QdrantError, is_refused_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIMENSIONS = re.compile(r"expected dim: (\d+), got (\d+)")


class Qdrant:
    """A collection. ``store``: the output of the sink that fills it."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._collection = Collection.of(store, secrets)

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        return self._collection.place

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no points yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        try:
            found = self._collection.query(vector, count)
        except QdrantError as error:
            raise AskError(self._sentence(error, model)) from None
        return [{**(point.get("payload") or {}), "score": point["score"]} for point in found]

    def _sentence(self, error: QdrantError, model: str) -> str:
        if is_refused_key(error):
            return (
                f"Qdrant at {self._collection.url} refuses the key: set the right apiKey in confluent-rag:sinks and run"
                " `./pulumiw up`."
            )
        if error.status == HTTPStatus.NOT_FOUND:
            return f"{self.place} does not exist: run `./pulumiw up`, which makes it."
        if dimensions := _DIMENSIONS.search(str(error)):
            return (
                f"{self.place} is for vectors of {dimensions[1]} numbers, and model {model} gives {dimensions[2]}: name"
                " another collection in confluent-rag:sinks and run `./pulumiw up`, or go back to the model that filled"
                " this one."
            )
        return f"{error}: check that it runs, and that it lets in this machine." if not error.status else f"{error}."
