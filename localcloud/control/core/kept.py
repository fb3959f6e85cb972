"""Answers that are dear and need not be true to the second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Q = TypeVar("Q")
A = TypeVar("A")


class Kept(Generic[Q, A]):
    """Keeps the answer to the last question for ``seconds``. Of several callers at once one finds it out, for all.

    While an answer is found out again, the others get the old one.
    """

    def __init__(self, seconds: float, find: Callable[[Q], A], clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._find, self._clock = seconds, find, clock
        self._lock = threading.Lock()
        self._last: tuple[Q, A, float] | None = None

    def ask(self, question: Q) -> A:
        """Return the answer; one that is too old is found out again."""
        known = self._known(question, is_being_found=self._lock.locked())
        if known is None:
            with self._lock:
                known = self._known(question, is_being_found=False)
                if known is None:
                    known = (self._find(question),)
                    self._last = question, known[0], self._clock()
        return known[0]

    def _known(self, question: Q, *, is_being_found: bool) -> tuple[A] | None:
        if self._last is None:
            return None
        asked, answer, found = self._last
        is_young = self._clock() - found < self._seconds
        return (answer,) if asked == question and (is_young or is_being_found) else None
