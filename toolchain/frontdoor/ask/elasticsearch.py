"""Products from Elasticsearch, by its kNN search."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.ask.candidates import candidates_for
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.elasticsearch import ElasticsearchError, call, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VECTOR = "vector"
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_DIMENSIONS = re.compile(r"number of dimensions \[(\d+)\] than the document vectors \[(\d+)\]")


class Elasticsearch:
    """An index with a ``dense_vector`` field. ``store``: the output of the sink that fills it."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._store, self._secrets = store, secrets

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        return place_of(self._store)

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their columns without the vector, and ``score``.

        An empty list: there are no documents yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        knn = {"field": VECTOR, "query_vector": list(vector), "k": count, "num_candidates": candidates_for(count)}
        query = {"knn": knn, "size": count, "_source": {"excludes": [VECTOR]}}
        try:
            hits = call(self._store, self._secrets, "_search", query)["hits"]["hits"]
        except ElasticsearchError as error:
            raise self._failure(error, model) from None
        return [{**hit["_source"], "score": hit["_score"]} for hit in hits]

    def _failure(self, error: ElasticsearchError, model: str) -> AskError:
        url = self._store["url"]
        if error.status in _REFUSED:
            return AskError(
                f"Elasticsearch at {url} refuses the API key: set the right one in confluent-rag:sinks and run"
                " `./pulumiw up`."
            )
        if error.status == HTTPStatus.NOT_FOUND:
            return AskError(
                f"Elasticsearch at {url} has no index {self._store['index']}: run `./pulumiw up`, which makes it."
            )
        if dimensions := _DIMENSIONS.search(str(error)):
            return AskError(
                f"{self.place[0].upper()}{self.place[1:]} is for vectors of {dimensions[2]} numbers, and model {model}"
                f" gives {dimensions[1]}: name another index in confluent-rag:sinks and run `./pulumiw up`, or go back"
                " to the model that filled this one."
            )
        return AskError(f"Elasticsearch at {url} {error}: check that it runs, and that it lets in this machine.")
