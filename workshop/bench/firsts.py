"""Seconds to a topic's first record, observed while `up` runs: the stack's outputs come only at its end."""

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


class FirstRecords:
    """Polls a clone's local cloud, which has no topic yet: ``with FirstRecords(clone, topics) as firsts:``.

    ``seconds``: by topic, the seconds from the beginning of the block to the topic's first record. A record counts when
    it is written. A `read_committed` consumer sees an INSERT's records with the next checkpoint, up to 1 s later.
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
                except httpx.HTTPError:  # a busy machine: the next poll will do
                    continue
                self.note(status["topics"], time.monotonic() - self._began)

    def note(self, topics: Iterable[Mapping[str, Any]], now: float) -> None:
        """Store ``now`` (seconds) for the topics that have a record and had none before."""
        for topic in topics:
            if topic["name"] in self._wanted and topic["records"]:
                self.seconds.setdefault(topic["name"], now)
