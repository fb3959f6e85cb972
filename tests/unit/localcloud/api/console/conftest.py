"""A browser with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.localcloud.conftest import BASE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.unit.localcloud.conftest import Local

OWN = {"Origin": BASE, "X-Console": "1", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(local: Local) -> TestClient:
    """Return the local cloud's client with the cookie of a session."""
    link = local.call("POST", "/console/links")["url"]
    assert local.client.get(link).status_code == 200
    return local.client
