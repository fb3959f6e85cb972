"""HTTP with one of Confluent Cloud's planes: Basic auth, JSON, retries, and errors in one line."""

from __future__ import annotations

import email.utils
import itertools
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from offline.plugins.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from offline.plugins.call import Cancellation

SECONDS = 60.0  # of silence, before a request is given up
_UPLOAD_SECONDS = 1200.0  # as the official provider
_LONGEST_PAUSE = 30.0
_LONGEST_DETAIL = 500
# Connect, IAM, API keys and role bindings are tried again more often, as the official provider does since 2.87.
_PATIENT = ("/connect/", "/iam/")
_LEAST_RETRIES_OF_PATIENT = 12


class ApiError(PluginError):
    """A reply that is no success; reads like ``409 Conflict: <detail>``."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(f"{status} {reason}: {detail}" if detail else f"{status} {reason}")
        self.status = status
        self.detail = detail


class Transport:
    """The connections of one provider, shared by all its planes."""

    def __init__(
        self, *, max_retries: int, cancellation: Cancellation, wire: httpx.BaseTransport | None = None
    ) -> None:
        self.max_retries = max_retries
        self.cancellation = cancellation
        self._wire = wire
        self._lock = threading.Lock()
        self._clients: dict[bool, httpx.Client] = {}

    def client(self, url: str) -> httpx.Client:
        """Return the client for ``url``: a proxy of the environment is not for this machine's own addresses."""
        loopback = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        with self._lock:
            if loopback not in self._clients:
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=32)
                self._clients[loopback] = httpx.Client(
                    transport=self._wire, timeout=SECONDS, limits=limits, trust_env=not loopback
                )
            return self._clients[loopback]


@dataclass(frozen=True)
class Api:
    """One plane: a base URL and the key it takes."""

    transport: Transport
    base: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def get(self, path: str, **query: Any) -> Any:
        """GET; the reply's JSON."""
        return self.call("GET", path, query=query)

    def find(self, path: str, *, gone: tuple[int, ...] = (404,), **query: Any) -> Any:
        """GET; None if the object is not there.

        With 403 in ``gone``, a refusal counts as absence too, as in the official provider, unless the key is at fault.
        """
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status in gone and not (error.status == HTTPStatus.FORBIDDEN and "invalid API key" in str(error)):
                return None
            raise

    def post(self, path: str, body: Any, **query: Any) -> Any:
        """POST; the reply's JSON, or None."""
        return self.call("POST", path, body=body, query=query)

    def put(self, path: str, body: Any = None, **query: Any) -> Any:
        """PUT; the reply's JSON, or None."""
        return self.call("PUT", path, body=body, query=query)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH; the reply's JSON, or None."""
        return self.call("PATCH", path, body=body)

    def delete(self, path: str, *, gone: tuple[int, ...] = (404,), **query: Any) -> Any:
        """DELETE; the reply's JSON, or None. What is not there is deleted."""
        try:
            return self.call("DELETE", path, query=query)
        except ApiError as error:
            if error.status in gone:
                return None
            raise

    def upload(self, url: str, form: Mapping[str, str], archive: Path) -> None:
        """Send a file as the last field of a form, to an address that needs no key; raises :class:`ApiError`."""
        try:
            with archive.open("rb") as file:
                files = {"file": (archive.name, file, "application/octet-stream")}
                reply = self.transport.client(url).post(url, data=dict(form), files=files, timeout=_UPLOAD_SECONDS)
        except httpx.TransportError as error:
            place = urlsplit(url).netloc
            raise PluginError(f"the upload to {place} failed: {error or type(error).__name__}") from None
        if not reply.is_success:
            raise self._error(reply)

    def call(self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """Send a request, again after 429, 5xx (not 501) and lost connections; raises :class:`ApiError`.

        As the official provider does, POST included: where only the reply was lost, the second request meets a 409, or
        makes a twin. Deliberately not sent again: 408, 409, 501. A 409 is not taken for one's own success: by its name
        alone an object could be somebody else's. ``pulumiw`` settles both after the command (docs/architecture.md).
        """
        _require_address(self.base)
        retries = self.transport.max_retries
        if path.startswith(_PATIENT):
            retries = max(retries, _LEAST_RETRIES_OF_PATIENT)
        for attempt in itertools.count():
            last = attempt >= retries
            try:
                reply = self._send(method, path, body, query)
            except httpx.TransportError as error:
                if last:
                    raise PluginError(f"{self.base} cannot be reached: {error or type(error).__name__}") from None
                self.transport.cancellation.sleep(2.0**attempt)
                continue
            if reply.is_success:
                return _json(reply)
            if last or not _passing(reply.status_code):
                raise self._error(reply)
            self.transport.cancellation.sleep(_pause(reply, attempt))
        raise AssertionError

    def _send(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None) -> httpx.Response:
        url = self.base.rstrip("/") + path
        auth = httpx.BasicAuth(self.key, self.secret) if self.key else None
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return self.transport.client(url).request(method, url, json=body, params=given or None, auth=auth)

    def _error(self, reply: httpx.Response) -> ApiError:
        detail = " ".join(_detail(reply).split())[:_LONGEST_DETAIL]
        if self.secret:
            detail = detail.replace(self.secret, "[secret]")
        return ApiError(reply.status_code, reply.reason_phrase, detail)


def _require_address(base: str) -> None:
    try:
        is_one = bool(urlsplit(base).hostname) and bool(httpx.URL(base)) and urlsplit(base).port != 0
    except (ValueError, httpx.InvalidURL):
        is_one = False
    if not is_one:
        raise PluginError(f"'{base}' is no address of an API: write one like http://127.0.0.1:8099")


def _json(reply: httpx.Response) -> Any:
    if not reply.content:
        return None
    try:
        return reply.json()
    except ValueError:
        raise PluginError(f"{reply.request.method} {reply.request.url.path} was answered with no JSON") from None


def _passing(status: int) -> bool:
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    return failed or status == HTTPStatus.TOO_MANY_REQUESTS


def _pause(reply: httpx.Response, attempt: int) -> float:
    told = reply.headers.get("Retry-After", "")
    if told and reply.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        if told.isdigit():
            return float(told)
        if date := email.utils.parsedate_tz(told):
            return max(0.0, email.utils.mktime_tz(date) - time.time())
    return min(2.0**attempt, _LONGEST_PAUSE)


def _detail(reply: httpx.Response) -> str:
    try:
        body = reply.json()
    except ValueError:
        return reply.text
    if not isinstance(body, dict):
        return reply.text
    errors = body.get("errors")
    if isinstance(errors, list) and errors:
        return "; ".join(str(error.get("detail") or error.get("title") or error) for error in errors)
    error = body.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return str(body.get("message") or error or reply.text)
