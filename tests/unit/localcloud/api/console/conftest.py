"""A browser with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.localcloud.conftest import BASE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.unit.localcloud.conftest import Local

OWN = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(local: Local) -> TestClient:
    """Return the local cloud's client with the cookie and the key of a session."""
    local.client.headers["X-Console"] = log_in(local)
    return local.client


def log_in(local: Local) -> str:
    """Open a session, and return its key."""
    link = local.call("POST", "/console/links")["url"]
    reply = local.client.get(link, follow_redirects=False)
    assert reply.status_code == 303
    return str(reply.headers["location"].partition("#key=")[2])
