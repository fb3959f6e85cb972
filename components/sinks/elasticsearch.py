"""Elasticsearch: the connector ``ElasticsearchSinkV2``, and the index that it writes into."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from components.config.sinks import KEY, Elasticsearch
from components.sinks.store import VECTOR, Store, StoreError

_SECONDS = 20
_AGAIN_SECONDS = 0.5
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
SIMILARITY = "cosine"  # for vectors of length 1, as models give them, in the order of dot_product; takes others, too


class ElasticsearchStore(Store[Elasticsearch]):
    """An index of Elasticsearch.

    The id column becomes the record's key, and the key the document's id: a record that is delivered again updates its
    own document. Inserted documents would have the record's offset as their version, and those of a topic that is
    copied again would all be older than what is there.
    """

    connector_class = "ElasticsearchSinkV2"
    reports = ("dlq", "success", "error")
    makes_index = True
    index_comes_first = True  # the connector takes an index that is not named as its topic only if it is there

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "connection.url": entry.url,
            "elastic.server.version": entry.version,
            "elastic.ssl.enabled": "true" if entry.url.startswith("https://") else "false",
            "auth.type": "API_KEY",
            "auto.create": "false",
            "resource.type": "INDEX",
            "topic.to.resource.mapping": ",".join(f"{topic}:{entry.index}" for topic in self.topics),
            "write.method": "UPSERT",
            "key.ignore": "false",
            # The connector's own mapping makes a vector an array of float, which no vector search finds.
            "schema.ignore": "true",
            "transforms": "idToKey,idOfKey",
            "transforms.idToKey.type": "org.apache.kafka.connect.transforms.ValueToKey",
            "transforms.idToKey.fields": entry.id,
            "transforms.idOfKey.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
            "transforms.idOfKey.field": entry.id,
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"api.key.value": self.entry.api_key.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Make the index, unless it is there; :class:`StoreError` says what is in the way."""
        entry = self.entry
        where = f"index {entry.index} at {entry.url}"
        status, found = self._call("GET", f"/{entry.index}/_mapping")
        if status == HTTPStatus.NOT_FOUND:
            vector = {"type": "dense_vector", "dims": dimension, "similarity": SIMILARITY}
            status, said = self._call("PUT", f"/{entry.index}", {"mappings": {"properties": {VECTOR: vector}}})
            if status != HTTPStatus.OK:
                raise StoreError(f"Elasticsearch refuses {where}: {_reason(said)}")
            return f"made {where}, for vectors of {dimension} numbers"
        if status != HTTPStatus.OK:
            raise StoreError(f"Elasticsearch refuses {where}: {_reason(found)}")
        for mapping in found.values():  # one, or those of an alias
            self._check(mapping["mappings"].get("properties", {}).get(VECTOR, {}), dimension, where)
        return f"{where} is there"

    def _check(self, field: Mapping[str, Any], dimension: int, where: str) -> None:
        is_vector = field.get("type") == "dense_vector"
        if is_vector and field.get("dims", dimension) == dimension:
            return
        takes = f"takes vectors of {field['dims']} numbers" if is_vector else f"has no dense_vector field {VECTOR!r}"
        raise StoreError(
            f"{where.capitalize()} {takes}, and the model's have {dimension}: write another index in {KEY}, or delete"
            " that one"
        )

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Return status and body of the answer; a server that is only starting (503) is asked again."""
        deadline = time.monotonic() + _SECONDS
        while True:
            status, answer = self._call_once(method, path, body)
            if status != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                return status, answer
            time.sleep(_AGAIN_SECONDS)

    def _call_once(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, dict[str, Any]]:
        entry = self.entry
        request = urllib.request.Request(  # noqa: S310 - https, or this machine
            entry.url.rstrip("/") + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"ApiKey {entry.api_key.get_secret_value()}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as reply:  # noqa: S310 - as above
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            if error.code in _REFUSED:
                raise StoreError(
                    f"Elasticsearch at {entry.url} refuses the API key: set the right one with"
                    f" `pulumi config set --secret --path '{KEY}[N].apiKey'`, N being its place in the list from 0"
                ) from None
            return error.code, _error(error.read())
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or error
            raise StoreError(
                f"Elasticsearch at {entry.url} cannot be reached ({str(why).rstrip('.')}): look at url in {KEY}, and"
                " whether Elasticsearch lets in this machine"
            ) from None


def _error(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(said: Mapping[str, Any]) -> str:
    error = said.get("error")
    text = error.get("reason") if isinstance(error, dict) else error
    return " ".join(str(text or "it gives no reason").split()).rstrip(".")
