"""What can be made to go wrong on purpose: the ways in which the real cloud is slow."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from localcloud.control.errors import InvalidError
from localcloud.control.ids import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LONGEST_SECONDS = 3600.0


class Faults:
    """``rights_delay``: seconds until a new role binding, ACL or API key takes effect (30 to 120 s in the cloud)."""

    def __init__(self) -> None:
        self.rights_delay = 0.0
        self._since = now()

    def set_rights_delay(self, seconds: float) -> None:
        """Delay what is made from now on; nothing is delayed any more at 0."""
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise InvalidError(f"rights-delay must be 0 to {LONGEST_SECONDS:.0f} seconds, not {seconds:g}.")
        self.rights_delay, self._since = seconds, now()

    def is_in_effect(self, created_at: datetime) -> bool:
        """Whether a right made then holds now."""
        return (
            not self.rights_delay
            or created_at < self._since
            or now() - created_at >= timedelta(seconds=self.rights_delay)
        )

    def when_in_effect(self, action: Callable[[], None]) -> None:
        """Run ``action`` again when what was made just now takes effect, if that is later than now."""
        if self.rights_delay:
            timer = threading.Timer(self.rights_delay + 0.05, action)
            timer.daemon = True
            timer.start()
