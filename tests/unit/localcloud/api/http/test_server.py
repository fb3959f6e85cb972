"""The HTTP server: idle connections."""

from __future__ import annotations

from unittest.mock import Mock

from localcloud.api.http.server import Server

HTTPX_SECONDS = 5  # httpx.Limits.keepalive_expiry, https://www.python-httpx.org/advanced/resource-limits/
GO_SECONDS = 90  # IdleConnTimeout of net/http's DefaultTransport, which the official provider uses


def test_the_client_closes_an_idle_connection_not_the_server() -> None:
    config = Server(Mock(), Mock(), backlog=1).config
    assert config.timeout_keep_alive > max(HTTPX_SECONDS, GO_SECONDS)
