"""What every unit test stands on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.no_process import NoProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

_guard = NoProcess()


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[None]:
    """Give each test a current loop: Pulumi's SDK takes one for granted, and ``asyncio.run`` leaves none behind."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    yield
    asyncio.set_event_loop(asyncio.new_event_loop())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test start processes only if it is marked ``process``: without those, the unit tests take seconds."""
    _guard.watch(None if item.get_closest_marker("process") else item.nodeid)


def pytest_runtest_teardown() -> None:
    """Watch nothing between tests, nor in the integration tests that follow."""
    _guard.watch(None)
