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
    """Keeps the answer to the last question for ``seconds``. Of several callers at once one finds it out, for all."""

    def __init__(self, seconds: float, find: Callable[[Q], A], clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._find, self._clock = seconds, find, clock
        self._lock = threading.Lock()
        self._last: tuple[Q, A, float] | None = None

    def ask(self, question: Q) -> A:
        """Return an answer that is no older than that."""
        with self._lock:
            if self._last is not None:
                asked, answer, found = self._last
                if asked == question and self._clock() - found < self._seconds:
                    return answer
            answer = self._find(question)
            self._last = question, answer, self._clock()
            return answer
