"""Products from Pinecone, by its REST API."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from toolchain.frontdoor.ask.failure import AskError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONTROL_PLANE = "https://api.pinecone.io"
_API_VERSION = "2025-10"
_SECONDS = 20
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_DIMENSIONS = re.compile(r"Vector dimension (\d+) does not match the dimension of the index (\d+)")
_LONGEST_REASON = 200


class Pinecone:
    """An index. ``store``: the output of the sink that fills it."""

    def __init__(
        self, store: Mapping[str, Any], secrets: Mapping[str, str], control_plane: str = CONTROL_PLANE
    ) -> None:
        self._store, self._control_plane = store, control_plane
        self._headers = {"Api-Key": secrets["pinecone.api.key"], "X-Pinecone-Api-Version": _API_VERSION}

    @property
    def place(self) -> str:
        """Where the products are, without a secret."""
        namespace = self._store.get("namespace")
        return f"index {self._store['index']} of Pinecone" + (f", namespace {namespace}" if namespace else "")

    def search(self, vector: Sequence[float], count: int, model: str) -> list[dict[str, Any]]:
        """Return the ``count`` nearest products, best first: their metadata and ``score``.

        An empty list: there are no vectors yet. ``model``: the vector's, for messages. Raises :class:`AskError`.
        """
        index = self._call(model, "GET", f"{self._control_plane}/indexes/{self._store['index']}")
        host = index["host"] if "://" in index["host"] else f"https://{index['host']}"
        query = {
            "vector": list(vector),
            "topK": count,
            "namespace": self._store.get("namespace", ""),
            "includeMetadata": True,
        }
        matches = self._call(model, "POST", f"{host}/query", query)["matches"]
        return [{"id": one["id"], **(one.get("metadata") or {}), "score": one["score"]} for one in matches]

    def _call(self, model: str, method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            reply = httpx.request(method, url, json=body, headers=self._headers, timeout=_SECONDS)
            answer = reply.json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AskError(
                f"Pinecone at {url} cannot be reached ({type(error).__name__}): check the network."
            ) from None
        except ValueError:
            raise AskError(f"What answers at {url} is not Pinecone: check the network.") from None
        if reply.is_success:
            return answer
        raise self._failure(reply.status_code, _reason(answer), model)

    def _failure(self, status: int, said: str, model: str) -> AskError:
        index = self._store["index"]
        if status in _REFUSED:
            return AskError(
                "Pinecone refuses the API key: set the right one in confluent-rag:sinks and run `./pulumiw up`."
            )
        if status == HTTPStatus.NOT_FOUND:
            return AskError(f"Pinecone has no index {index}: create it, or name another one in confluent-rag:sinks.")
        if dimensions := _DIMENSIONS.search(said):
            return AskError(
                f"Index {index} of Pinecone is for vectors of {dimensions[2]} numbers, and model {model} gives"
                f" {dimensions[1]}: name another index in confluent-rag:sinks and run `./pulumiw up`, or go back to the"
                " model that filled this one."
            )
        return AskError(f"Pinecone refuses the search ({status}): {said}.")


def _reason(answer: Any) -> str:
    """Return why, from an answer of the control plane or of the data plane."""
    found = answer.get("error", answer) if isinstance(answer, dict) else {}
    text = found.get("message") if isinstance(found, dict) else found
    return " ".join(str(text or "it gives no reason").split()).rstrip(".")[:_LONGEST_REASON]
