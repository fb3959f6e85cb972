"""The page of what is served tells the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop.docs.coverage_page import NOT_SERVED, SHALLOW, routes

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def test_what_is_shallow_is_served() -> None:
    served = {(method, route.path) for _, route, method in routes()}
    assert SHALLOW.keys() <= served


@pytest.mark.parametrize("prefix", NOT_SERVED)
def test_what_is_not_served_says_so(local: Local, prefix: str) -> None:
    assert f"does not have GET {prefix}/x" in local.detail("GET", f"{prefix}/x", status=501)
