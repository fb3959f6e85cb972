"""Calls of a stack's Elasticsearch, by the outputs of the sink that fills it."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 20
_AGAIN_SECONDS = 0.5
_LONGEST_REASON = 200


class ElasticsearchError(Exception):
    """It refuses, or does not answer. ``str()``: the end of a sentence. ``status``: HTTP's, 0 without an answer."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


def place_of(store: Mapping[str, Any]) -> str:
    """Return where the documents are, without a secret."""
    return f"index {store['index']} at {store['url']}"


def call(
    store: Mapping[str, Any],
    secrets: Mapping[str, str],
    action: str,
    body: Mapping[str, Any] | None = None,
    *,
    method: str = "POST",
) -> dict[str, Any]:
    """Call ``action`` (``_search``, ``_count``) of the sink's index.

    ``store`` and ``secrets``: a sink's own of the outputs `sinks` and `sinkSecrets` (docs/outputs.md).
    """
    url = f"{str(store['url']).rstrip('/')}/{store['index']}/{action}"
    headers = {"Authorization": f"ApiKey {secrets['api.key.value']}"}
    deadline = time.monotonic() + _SECONDS
    try:
        while True:
            reply = httpx.request(method, url, json=dict(body) if body else None, headers=headers, timeout=_SECONDS)
            # Right after its start it answers before its indexes can be searched.
            if reply.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                break
            time.sleep(_AGAIN_SECONDS)
        answer = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ElasticsearchError(f"cannot be reached ({str(error) or type(error).__name__})") from None
    except ValueError:
        raise ElasticsearchError("does not answer as Elasticsearch does") from None
    if reply.is_success and isinstance(answer, dict):
        return answer
    raise ElasticsearchError(f"answers {reply.status_code}: {_reason(answer)}", reply.status_code)


def _reason(answer: Any) -> str:
    try:
        reason = answer["error"]["root_cause"][0]["reason"]
    except (KeyError, IndexError, TypeError):
        return "it gives no reason"
    return " ".join(str(reason).split()).rstrip(".")[:_LONGEST_REASON]
