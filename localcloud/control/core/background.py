"""Work that goes on after its request was answered."""

from __future__ import annotations

import contextvars
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

_THREADS = 16
_log = logging.getLogger(__name__)


class Background:
    """A pool of threads that logs what goes wrong in it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="background")

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        """Start ``work``; its result, or what it raised, is in the future too."""
        try:
            # With the caller's context, so that what is logged there bears the id of the request it is for.
            return self._pool.submit(contextvars.copy_context().run, _logged, work, *args)
        except RuntimeError:  # closed
            refused: Future[Any] = Future()
            refused.set_exception(UnavailableError("The local cloud is stopping."))
            return refused

    def close(self) -> None:
        """Drop what has not begun; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _logged(work: Callable[..., Any], *args: Any) -> Any:
    try:
        return work(*args)
    except Exception as error:
        _log.warning("%s failed: %s", work.__qualname__, error)
        raise
