"""The collection of a stack's Milvus, by the outputs of the sink that fills it, over the REST API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VECTOR = "vector"
MISSING_COLLECTION, NOT_LOADED = 100, 101
_NEEDS_LOGIN = 1800
_SECONDS = 20
_COUNT = "count(*)"


class MilvusError(Exception):
    """Milvus refuses or does not answer; ``str()`` is a sentence without its full stop. ``code``: 0 if none came."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code

    @property
    def is_refused_login(self) -> bool:
        """Whether the token is at fault."""
        return self.code == _NEEDS_LOGIN


@dataclass(frozen=True)
class Collection:
    """A collection at ``url``, the REST API's."""

    url: str
    database: str
    name: str
    key: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, store: Mapping[str, Any], secrets: Mapping[str, str]) -> Self:
        """Return the collection that a sink fills: its own of the outputs `sinks` and `sinkSecrets`."""
        url = str(store["endpoint"]).rstrip("/")
        return cls(url, store["database"], store["collection"], store["id"], secrets["token"])

    @property
    def place(self) -> str:
        """Where it is, without a secret."""
        return f"{self.name} at {self.url}"

    def count(self) -> int:
        """Return how many entities it has."""
        (found,) = self._call("entities/query", filter="", outputFields=[_COUNT])
        return int(found[_COUNT])

    def search(self, vector: Sequence[float], limit: int) -> list[dict[str, Any]]:
        """Return the nearest entities with all fields and their ``distance``, best first."""
        asked = {"data": [list(vector)], "annsField": VECTOR, "limit": limit, "outputFields": ["*"]}
        found: list[dict[str, Any]] = self._call("entities/search", **asked)
        return found

    def get(self, ids: Sequence[Any], fields: Sequence[str] = ("*",)) -> list[dict[str, Any]]:
        """Return those entities that are there."""
        found: list[dict[str, Any]] = self._call("entities/get", id=list(ids), outputFields=list(fields))
        return found

    def size(self) -> int:
        """Return of how many numbers its vectors are, 0 if it has none."""
        for one in self._call("collections/describe").get("fields", ()):
            if one["name"] == VECTOR:
                return next((int(pair["value"]) for pair in one.get("params", ()) if pair["key"] == "dim"), 0)
        return 0

    def is_loaded(self) -> bool:
        """Whether it can be searched."""
        return bool(self._call("collections/get_load_state")["loadState"] == "LoadStateLoaded")

    def _call(self, action: str, **asked: Any) -> Any:
        url = f"{self.url}/v2/vectordb/{action}"
        # Else whole numbers are texts.
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Type-Allow-Int64": "true"}
        body = {"dbName": self.database, "collectionName": self.name, **asked}
        try:
            answer = httpx.post(url, json=body, headers=headers, timeout=_SECONDS).json()
            code = int(answer["code"])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise MilvusError(f"Milvus at {self.url} cannot be reached ({type(error).__name__})") from None
        if code:
            said = " ".join(str(answer.get("message", "")).split()).rstrip(".!")
            raise MilvusError(f"Milvus at {self.url} answers: {said}", code)
        return answer["data"]
