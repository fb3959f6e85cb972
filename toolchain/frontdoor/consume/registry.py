"""Schemas by their ids, from the Schema Registry's REST API, each asked for once."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import fastavro
import httpx

from toolchain.frontdoor.consume.failure import ConsumeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECONDS = 30
AVRO = "AVRO"


class Schema(NamedTuple):
    """A schema as the decoder needs it. ``kind``: AVRO, JSON or PROTOBUF; ``avro``: parsed, for AVRO only."""

    kind: str
    avro: Any = None


class Registry:
    """A Schema Registry. ``key``: its API key and secret, empty if there is none."""

    def __init__(self, endpoint: str, key: tuple[str, str]) -> None:
        self._key = key
        self._api = httpx.Client(base_url=endpoint, auth=key, timeout=_SECONDS)
        self.schema = cache(self._schema)

    def _schema(self, identifier: int) -> Schema | None:
        """Return the schema with an id, ``None`` if there is none. Raises :class:`ConsumeError`."""
        found = self._get(f"/schemas/ids/{identifier}")
        if found is None:
            return None
        kind = str(found.get("schemaType") or AVRO)
        if kind != AVRO:
            return Schema(kind)
        known: dict[str, Any] = {}
        self._know(found.get("references") or [], known)
        return Schema(AVRO, fastavro.parse_schema(json.loads(found["schema"]), named_schemas=known))

    def _know(self, references: Iterable[Mapping[str, Any]], known: dict[str, Any]) -> None:
        """Parse the schemas that a schema refers to, those that they refer to first."""
        for one in references:
            if one["name"] in known:
                continue
            found = self._get(f"/subjects/{quote(one['subject'], safe='')}/versions/{one['version']}")
            if found is None:
                raise ConsumeError(f"The Schema Registry has no version {one['version']} of {one['subject']} any more.")
            self._know(found.get("references") or [], known)
            fastavro.parse_schema(json.loads(found["schema"]), named_schemas=known)

    def _get(self, path: str) -> Any:
        if not all(self._key):
            raise ConsumeError(
                "The records have schemas, and there is no key to read them: set SCHEMA_REGISTRY_API_KEY and"
                " SCHEMA_REGISTRY_API_SECRET (`confluent api-key create --resource lsrc-...`)."
            )
        try:
            reply = self._api.get(path)
        except httpx.HTTPError as error:
            raise ConsumeError(
                f"The Schema Registry at {self._api.base_url} does not answer ({type(error).__name__}): check the"
                " network, and run the command again."
            ) from None
        if reply.status_code == HTTPStatus.NOT_FOUND:
            return None
        if reply.is_success:
            return reply.json()
        if reply.status_code == HTTPStatus.UNAUTHORIZED:
            raise ConsumeError(
                "The Schema Registry refuses the key in SCHEMA_REGISTRY_API_KEY (401 Unauthorized): create one for this"
                " registry."
            )
        raise ConsumeError(f"The Schema Registry refuses to show a schema ({reply.status_code}): {_detail(reply)}")


def _detail(reply: httpx.Response) -> str:
    try:
        return str(reply.json().get("message") or reply.reason_phrase)
    except (ValueError, AttributeError):
        return reply.reason_phrase
