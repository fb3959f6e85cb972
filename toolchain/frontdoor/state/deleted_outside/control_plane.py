"""Asks the control plane which objects exist. What an answer proves is decided in ``deletion_proof.py``."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from toolchain.frontdoor.hall.http_json import Api

_NOT_SHOWN = frozenset({http.client.FORBIDDEN, http.client.NOT_FOUND})
# Confluent Cloud answers 403 both for a bad key and for a deleted object. The official provider tells them apart by
# these words in the body.
_BAD_KEY = "invalid API key"
_CONCURRENT_REQUESTS = 8


@dataclass(frozen=True)
class ControlPlane:
    """The control plane's REST API, called with the user's own cloud API key."""

    api: Api

    def missing(self, paths: Iterable[str], *, retry: bool = False) -> frozenset[str]:
        """Return the ``paths`` that are answered 404, or 403, as Confluent Cloud answers for some deleted objects.

        The requests run concurrently. Without a clear answer, an object counts as existing. ``retry``: whether
        transient errors are retried.
        """
        asked = sorted(set(paths))
        with ThreadPoolExecutor(_CONCURRENT_REQUESTS) as pool:
            answers = pool.map(lambda path: self._is_missing(path, retry=retry), asked)
            return frozenset(path for path, missing in zip(asked, answers, strict=True) if missing)

    def _is_missing(self, path: str, *, retry: bool) -> bool:
        try:
            reply = self.api.call_with_retry("GET", path) if retry else self.api.call("GET", path)
        except (OSError, http.client.HTTPException):
            return False
        return reply.status in _NOT_SHOWN and _BAD_KEY not in json.dumps(reply.body)

    def listed(self, collection: str) -> Mapping[str, dict[str, Any]] | None:
        """Return all objects of a paged list by id; ``None`` unless every page is answered with 200."""
        found: dict[str, dict[str, Any]] = {}
        first = f"{collection}{'&' if '?' in collection else '?'}page_size=99"
        page = first
        while page:
            try:
                reply = self.api.call_with_retry("GET", page)
            except (OSError, http.client.HTTPException):
                return None
            if reply.status != http.client.OK or not isinstance(reply.body, dict):
                return None
            found |= {str(item.get("id")): item for item in reply.body.get("data") or []}
            following = urlsplit((reply.body.get("metadata") or {}).get("next") or "")
            token = parse_qs(following.query).get("page_token", [""])[0]
            page = f"{first}&page_token={token}" if token else ""
        return found
