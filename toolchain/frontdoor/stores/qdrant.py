"""The collection of a stack's Qdrant, by the outputs of the sink that fills it, over the REST API."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS = 20
_PORT = 6333


class QdrantError(Exception):
    """Qdrant refuses or does not answer; ``str()`` is a sentence without its full stop. ``status``: 0 if none came."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Collection:
    """A collection at ``url``, the REST API's with its port."""

    url: str
    name: str
    key: str = field(repr=False)

    @classmethod
    def of(cls, store: Mapping[str, Any], secrets: Mapping[str, str]) -> Self:
        """Return the collection that a sink fills: its own of the outputs `sinks` and `sinkSecrets`."""
        url = str(store["url"]).rstrip("/")
        return cls(url if url.count(":") > 1 else f"{url}:{_PORT}", store["collection"], secrets["qdrant.api.key"])

    def count(self) -> int:
        """Return how many points it has."""
        return int(self._call("count", {"exact": True})["count"])

    def query(self, vector: Sequence[float], limit: int) -> list[Mapping[str, Any]]:
        """Return the nearest points with payload and score, best first."""
        body = {"query": list(vector), "limit": limit, "with_payload": True}
        found: list[Mapping[str, Any]] = self._call("query", body)["points"]
        return found

    def get(self, ids: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return those points that are there, with their payload."""
        found: list[Mapping[str, Any]] = self._call("", {"ids": list(ids), "with_payload": True})
        return found

    def _call(self, action: str, body: Mapping[str, Any]) -> Any:
        url = f"{self.url}/collections/{quote(self.name, safe='')}/points"
        url = f"{url}/{action}" if action else url
        try:
            reply = httpx.post(url, json=body, headers={"api-key": self.key}, timeout=_SECONDS)
            answer = reply.json() if reply.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise QdrantError(f"Qdrant at {self.url} cannot be reached ({type(error).__name__})") from None
        if answer is None:
            raise QdrantError(f"Qdrant at {self.url} answers {reply.status_code}: {_detail(reply)}", reply.status_code)
        return answer["result"]

    @property
    def place(self) -> str:
        """Where it is, without a secret."""
        return f"{self.name} at {self.url}"


def is_refused_key(error: QdrantError) -> bool:
    """Whether the key is at fault."""
    return error.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def _detail(reply: httpx.Response) -> str:
    try:
        text = reply.json()["status"]["error"]
    except (ValueError, KeyError, TypeError):
        text = reply.text or reply.reason_phrase
    return " ".join(str(text).split()).rstrip(".!")
