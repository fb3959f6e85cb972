"""What passes by itself: for this the hooks ask again, as the provider does for its own requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSES = (1.0, 2.0, 4.0, 8.0)
_TOO_MANY, _FAILED, _NOT_IMPLEMENTED = 429, 500, 501


def passes(error: BaseException) -> bool:
    """Whether the driver met too many requests, a server that failed, or a connection that was lost."""
    import httpx  # noqa: PLC0415 - a fifth of a second that only a hook in trouble has to spend

    status: int | None = getattr(error, "http_status_code", None)
    if status is None:
        return isinstance(error.__cause__, httpx.TransportError)
    return status == _TOO_MANY or (status >= _FAILED and status != _NOT_IMPLEMENTED)


def patiently(run: Callable[[], None]) -> None:
    """Do what may be done twice, again while its error is one that passes."""
    for pause in PAUSES:
        try:
            return run()
        except Exception as error:
            if not passes(error):
                raise
        time.sleep(pause)
    return run()
