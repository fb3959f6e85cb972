"""Asks the control plane what is there, and tells "is gone" from "may not be seen with this key"."""

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
_BAD_KEY = "invalid API key"  # by these words the official provider tells such a 403 from one for what is gone
_AT_ONCE = 8


@dataclass(frozen=True)
class Presence:
    """The control plane, asked with the caller's own key."""

    api: Api

    def missing(self, paths: Iterable[str], *, patient: bool = False) -> frozenset[str]:
        """Return those of ``paths`` that are answered 404, or 403 as Confluent Cloud does for what is gone.

        All are asked at once. No answer, or one that tells nothing, counts as being there. ``patient``: a request that
        fails for the moment is sent again.
        """
        asked = sorted(set(paths))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = pool.map(lambda path: self._is_missing(path, patient=patient), asked)
            return frozenset(path for path, missing in zip(asked, answers, strict=True) if missing)

    def _is_missing(self, path: str, *, patient: bool) -> bool:
        try:
            reply = self.api.patiently("GET", path) if patient else self.api.call("GET", path)
        except (OSError, http.client.HTTPException):
            return False
        return reply.status in _NOT_SHOWN and _BAD_KEY not in json.dumps(reply.body)

    def listed(self, collection: str) -> Mapping[str, dict[str, Any]] | None:
        """Return all objects of a list by id; ``None`` unless every page of it is answered with success."""
        found: dict[str, dict[str, Any]] = {}
        first = f"{collection}{'&' if '?' in collection else '?'}page_size=99"
        page = first
        while page:
            try:
                reply = self.api.patiently("GET", page)
            except (OSError, http.client.HTTPException):
                return None
            if reply.status != http.client.OK or not isinstance(reply.body, dict):
                return None
            found |= {str(item.get("id")): item for item in reply.body.get("data") or []}
            following = urlsplit((reply.body.get("metadata") or {}).get("next") or "")
            token = parse_qs(following.query).get("page_token", [""])[0]
            page = f"{first}&page_token={token}" if token else ""
        return found
