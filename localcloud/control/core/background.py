"""Work that continues after its request has been answered, such as starting a broker."""

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
    """A thread pool that logs every exception of its work."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="background")

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run ``work`` in a thread; the future has its result or exception."""
        try:
            # A copy of the caller's context: log lines of the work carry the id of the request that caused it.
            return self._pool.submit(contextvars.copy_context().run, _logged, work, *args)
        except RuntimeError:  # closed
            refused: Future[Any] = Future()
            refused.set_exception(UnavailableError("The local cloud is stopping."))
            return refused

    def close(self) -> None:
        """Cancel work that has not begun; running work ends by itself."""
        # No wait: running work waits for the data plane, which is closed next and makes that work fail.
        self._pool.shutdown(wait=False, cancel_futures=True)


def _logged(work: Callable[..., Any], *args: Any) -> Any:
    try:
        return work(*args)
    except Exception as error:
        _log.warning("%s failed: %s", work.__qualname__, error)
        raise
