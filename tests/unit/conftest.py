"""What every unit test stands on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[None]:
    """Give each test a current loop: Pulumi's SDK takes one for granted, and ``asyncio.run`` leaves none behind."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    yield
    asyncio.set_event_loop(asyncio.new_event_loop())
