"""A JSON-over-HTTP client on the standard library: the front door runs before its virtual environment exists."""

from __future__ import annotations

import base64
import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10.0
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before each retry


@dataclass(frozen=True)
class Reply:
    """A response. ``body``: the decoded JSON, ``None`` if it is not JSON. ``date``: the header ``Date``, or empty."""

    status: int
    body: Any
    date: str = ""


@dataclass(frozen=True)
class Api:
    """An API under a base URL, called with an API key (HTTP Basic). ``seconds``: timeout of a request."""

    base: str
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    seconds: float = SECONDS

    def call_with_retry(self, method: str, path: str) -> Reply:
        """Send an idempotent request (GET, DELETE), and retry transient errors: 429, 5xx, lost connections, timeouts.

        Retries after 0.5, 1, 2 and 4 s. Returns or raises the result of the last attempt, as :meth:`call` does.
        """
        for pause in _PAUSES:
            try:
                reply = self.call(method, path)
            except ConnectionRefusedError:  # no server listens there: not transient, and the user should not wait
                raise
            except (OSError, http.client.HTTPException):
                time.sleep(pause)
                continue
            if reply.status != http.client.TOO_MANY_REQUESTS and reply.status < http.client.INTERNAL_SERVER_ERROR:
                return reply
            time.sleep(pause)
        return self.call(method, path)

    def call(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request, with ``body`` as JSON unless it is ``None``; any HTTP status is returned, not raised.

        Raises :class:`OSError` or :class:`http.client.HTTPException` if no response arrives.
        """
        parts = urlsplit(self.base)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=self.seconds)
        headers = {"Accept": "application/json"}
        if self.key is not None:
            token = base64.b64encode(f"{self.key}:{self.secret or ''}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, parts.path.rstrip("/") + path, sent, headers=headers)
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        date = reply.headers.get("Date") or ""
        try:
            return Reply(reply.status, json.loads(text), date)
        except ValueError:
            return Reply(reply.status, None, date)
