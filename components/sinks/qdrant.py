"""Qdrant: the custom connector ``qdrant-kafka``, and its collection."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from components.config.sinks import KEY, Qdrant
from components.sinks.rest import call
from components.sinks.store import CustomStore, StoreError

DISTANCE = "Cosine"
_ABSENT, _THERE = 404, 409


class QdrantStore(CustomStore[Qdrant]):
    """A collection of Qdrant. A point's id is the id column: a record that comes again replaces its point.

    The connector takes records of its own form alone, which a statement of the stack makes (``records.py``).
    """

    makes_index = True
    index_comes_first = True
    connector_class = "io.qdrant.kafka.QdrantSinkConnector"
    converter: ClassVar[Mapping[str, str]] = {
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
    }

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        return {"qdrant.grpc.url": self.entry.grpc}

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"qdrant.api.key": self.entry.api_key.get_secret_value()}

    def endpoints(self) -> Sequence[str]:
        """Return where its gRPC API is."""
        return [urlsplit(self.entry.grpc).netloc]

    def make_index(self, dimension: int) -> str:
        """Make the collection, unless it is there; :class:`StoreError` says what is in the way."""
        entry = self.entry
        where = f"{entry.collection} at {entry.rest}"
        found = self._call("GET", absent=(_ABSENT,))
        if found is None:
            made = self._call("PUT", {"vectors": {"size": dimension, "distance": DISTANCE}}, absent=(_THERE,))
            if made is not None:
                return f"made collection {where}, for vectors of {dimension} numbers"
            found = self._call("GET")
        size = _size(found)
        if size != dimension:
            has = f"takes vectors of {size} numbers" if size else "has no vectors without a name"
            raise StoreError(
                f"Qdrant's collection {where} {has}, and the model's have {dimension}: write another collection in"
                f" {KEY}, or delete that one"
            )
        return f"collection {where} is there"

    def _call(self, method: str, body: Any = None, absent: tuple[int, ...] = ()) -> Any:
        url = f"{self.entry.rest}/collections/{quote(self.entry.collection, safe='')}"
        headers = {"api-key": self.entry.api_key.get_secret_value()}
        return call(f"Qdrant at {self.entry.rest}", method, url, headers=headers, body=body, absent=absent)


def _size(found: Any) -> int:
    vectors = found["result"]["config"]["params"].get("vectors") or {}
    return int(vectors.get("size") or 0)
