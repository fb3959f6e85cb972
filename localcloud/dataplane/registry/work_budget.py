"""How much work one request may cause, where its size alone does not say."""

from __future__ import annotations

from localcloud.dataplane.interface import InvalidError


class Work:
    """A number of steps, used up by whoever does them; roughly a million of them take a second."""

    def __init__(self, steps: int, otherwise: str) -> None:
        """Allow ``steps``; ``otherwise`` is the sentence for more."""
        self._left, self._otherwise = steps, otherwise

    def take(self, steps: int) -> None:
        """Use up some; :class:`InvalidError` if there are not as many left."""
        self._left -= steps
        if self._left < 0:
            raise InvalidError(self._otherwise)
