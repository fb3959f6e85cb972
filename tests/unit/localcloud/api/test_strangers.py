"""What the API says to somebody without a key, and to a web page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from workshop.docs.coverage_page import routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.unit.localcloud.conftest import Local

FOR_EVERYONE = ("GET", "/healthz")
SERVED = sorted({(method, route.path) for _, route, method in routes()} - {FOR_EVERYONE})
PAGE = {"Origin": "http://evil.example", "Content-Type": "text/plain"}


def request(
    local: Local, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes = b"{}"
) -> Any:
    """Send it as it is, without a key of its own."""
    return local.client.request(method, re.sub(r"{[^}]*}", "x", path), content=content, headers=headers)


@pytest.mark.parametrize("given", ["", "Basic eDp5", "Bearer x", "Basic internal:", "Negotiate x"])
@pytest.mark.parametrize("content", [b"{}", b"{"])  # the second: that it is refused before its body is read
def test_no_operation_is_for_strangers(local: Local, given: str, content: bytes) -> None:
    for method, path in SERVED:
        for headers in ({}, PAGE):
            authorization = {"Authorization": given} if given else {}
            reply = request(local, method, path, {**headers, **authorization}, content)
            assert reply.status_code == 401, f"{method} {path} -> {reply.status_code} {reply.text}"
            assert reply.headers["www-authenticate"] in {"Basic", "Bearer"}


def test_everyone_may_ask_whether_it_is_up(local: Local) -> None:
    assert request(local, *FOR_EVERYONE).json().keys() == {"service", "version", "ready", "failed", "detail"}


def test_no_web_page_is_told_anything(local: Local) -> None:
    for method, path in (*SERVED, FOR_EVERYONE):
        asked = request(local, "OPTIONS", path, {**PAGE, "Access-Control-Request-Method": method})
        assert asked.status_code == 501
        for reply in (asked, request(local, method, path, PAGE)):
            assert not [name for name in reply.headers if name.startswith("access-control-")]
