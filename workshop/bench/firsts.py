"""When a topic got its first record, seen while a command runs: the stack's outputs come too late for that."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from workshop.clone import Clone

_POLL_SECONDS = 0.25


class Firsts:
    """``with Firsts(clone, topics) as firsts:`` asks the clone's local cloud, which has no topic yet, for its topics.

    ``seconds``: topic -> seconds from the block's beginning to its first record. Records count once they are written: a
    `read_committed` reader sees those of an INSERT with its next checkpoint, up to a second later.
    """

    def __init__(self, clone: Clone, topics: Iterable[str]) -> None:
        self.seconds: dict[str, float] = {}
        self._clone = clone
        self._wanted = frozenset(topics)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="first records", daemon=True)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        keys = self._clone.credentials()
        auth = keys["cloud_api_key"], keys["cloud_api_secret"]
        with httpx.Client(base_url=self._clone.endpoint, auth=auth, timeout=10) as cloud:
            while not self._over.wait(_POLL_SECONDS) and self._wanted - self.seconds.keys():
                try:
                    status = cloud.get("/local/v1/status").raise_for_status().json()
                except httpx.HTTPError:  # a busy machine; the next look tells
                    continue
                self.note(status["topics"], time.monotonic() - self._began)

    def note(self, topics: Iterable[Mapping[str, Any]], now: float) -> None:
        """Note the topics that have a record ``now``, in seconds, and had none before."""
        for topic in topics:
            if topic["name"] in self._wanted and topic["records"]:
                self.seconds.setdefault(topic["name"], now)
