"""Products from MongoDB, by Atlas Vector Search's ``$vectorSearch``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pymongo.errors import OperationFailure, PyMongoError

from toolchain.frontdoor.ask.candidates import candidates_for
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.mongodb import client_of, place_of, problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VECTOR = "vector"
_DIMENSIONS = re.compile(r"indexed with (\d+) dimensions but queried with (\d+)")


class MongoDb:
    """A collection with a vector index. ``store``: the output of the sink that fills it."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store = store
        try:
            self._client = client_of(store, secrets)
        except PyMongoError as error:  # +srv: a host without such a DNS record
            raise AskError(problem_of(self._store, error)) from None

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        return place_of(self._store)

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no documents yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        stages = [
            {
                "$vectorSearch": {
                    "index": self._store["index"],
                    "path": VECTOR,
                    "queryVector": list(vector),
                    "numCandidates": candidates_for(count),
                    "limit": count,
                }
            },
            {"$addFields": {"score": {"$meta": "vectorSearchScore"}}},
            {"$project": {"_id": 0, VECTOR: 0}},
        ]
        collection = self._client[self._store["database"]][self._store["collection"]]
        try:
            found = list(collection.aggregate(stages))
            # Atlas answers a search of an index that is not there with nothing.
            if not found and not list(collection.list_search_indexes(self._store["index"])):
                raise AskError(
                    f"{self.place} has no search index {self._store['index']}: run `./pulumiw up`, which makes it."
                )
        except OperationFailure as error:
            raise self._refused(error, model) from None
        except PyMongoError as error:
            raise AskError(problem_of(self._store, error)) from None
        return found

    def _refused(self, error: OperationFailure, model: str) -> AskError:
        said = str((error.details or {}).get("errmsg") or error)
        if dimensions := _DIMENSIONS.search(said):
            return AskError(
                f"Index {self._store['index']} of {self.place} is for vectors of {dimensions[1]} numbers, and model"
                f" {model} gives {dimensions[2]}: name another collection in confluent-rag:sinks and run"
                " `./pulumiw up`, or go back to the model that filled this one."
            )
        return AskError(problem_of(self._store, error))
