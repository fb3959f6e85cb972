"""Whether models answer: one whose provider refuses is created all right, and what predicts with it fails later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from components.hook_calls import connected, in_thread, known_address

if TYPE_CHECKING:
    import pulumi

    from components.flink_address import Address


class ModelAnswers:
    """One answer of each model, asked for when it is made: what else the INSERT needs takes its time meanwhile."""

    def __init__(self, address: pulumi.Output[Address]) -> None:
        self._address = address
        self._asked: dict[str, asyncio.Task[None]] = {}

    def ask(self, model: str, database: str) -> asyncio.Task[None]:
        """Have it answer once, from now on; the error of the task is its provider's own."""
        task = asyncio.create_task(self._ask(model, database))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may come to hear of it
        self._asked[model] = task
        return task

    async def wait_for(self, model: str, database: str) -> None:
        """Return when it has answered; ask it if nobody has."""
        await (self._asked.get(model) or self.ask(model, database))

    async def _ask(self, model: str, database: str) -> None:
        address = await known_address(self._address)

        def predict() -> None:
            with connected(address, database) as flink:
                flink.predict(model)

        await in_thread(predict, "The INSERT was not created")
