"""Sections as events, looked at while somebody listens."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from anyio import CapacityLimiter

from localcloud.api.console import feed
from localcloud.api.console.feed import Feed
from localcloud.control.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "SECONDS", 0.001)


def parsed(data: bytes) -> dict[str, Any]:
    blocks = [block.split("\n") for block in data.decode().split("\n\n") if block]
    return {
        lines[0].removeprefix("event: "): json.loads(lines[1].removeprefix("data: "))
        for lines in blocks
        if len(lines) == 2
    }


async def next_news(source: AsyncGenerator[bytes]) -> dict[str, Any]:
    while True:
        if found := parsed(await asyncio.wait_for(anext(source), 10)):
            return found


def looks(fed: Feed) -> bool:
    """Ask by a call: mypy takes a property for a constant."""
    return fed.is_looking


class World:
    """A cloud that counts how often it is looked at."""

    def __init__(self) -> None:
        self.looks, self.is_closing = 0, False
        self.error: Exception | None = None
        self.sections: dict[str, Any] = {"a": 1, "b": [1]}

    def look(self) -> dict[str, Any]:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return dict(self.sections)

    def run(self, test: Callable[[Feed], Any]) -> None:
        async def main() -> None:
            await test(Feed(self.look, lambda: self.is_closing, CapacityLimiter(1)))

        asyncio.run(main())


def test_all_sections_come_first_and_then_what_changes() -> None:
    world = World()

    async def test(fed: Feed) -> None:
        source = fed.events()
        assert await next_news(source) == {"a": 1, "b": [1]}
        world.sections["b"] = [1, 2]
        assert await next_news(source) == {"b": [1, 2]}
        await source.aclose()

    world.run(test)


def test_nobody_looks_when_nobody_listens() -> None:
    world = World()

    async def test(fed: Feed) -> None:
        assert not looks(fed)
        first, second = fed.events(), fed.events()
        await next_news(first)
        await next_news(second)
        await first.aclose()
        assert looks(fed)
        await second.aclose()
        assert not looks(fed)
        await asyncio.sleep(0.05)
        before = world.looks
        await asyncio.sleep(0.05)
        assert world.looks == before
        again = fed.events()
        assert await next_news(again) == world.sections
        await again.aclose()

    world.run(test)


def test_one_look_serves_all_pages() -> None:
    world = World()

    async def test(fed: Feed) -> None:
        sources = [fed.events() for _ in range(20)]
        await asyncio.gather(*(next_news(source) for source in sources))
        assert world.looks < 20
        for source in sources:
            await source.aclose()

    world.run(test)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StorageError("The disk is full."), "The disk is full."),
        (ValueError("a mistake"), "The local cloud cannot be looked at: its log has the details."),
    ],
)
def test_a_look_that_fails_is_told_and_tried_again(error: Exception, sentence: str) -> None:
    world = World()
    world.error = error

    async def test(fed: Feed) -> None:
        source = fed.events()
        assert await next_news(source) == {"problem": sentence}
        world.error = None
        assert await next_news(source) == {"a": 1, "b": [1]}
        await source.aclose()

    world.run(test)


def test_the_end_of_the_cloud_ends_the_stream() -> None:
    world = World()

    async def test(fed: Feed) -> None:
        source = fed.events()
        await next_news(source)
        world.is_closing = True
        async for _ in source:
            pass
        assert not looks(fed)

    world.run(test)
