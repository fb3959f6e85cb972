"""A limit on the work of one request, for work that grows faster than the request's size."""

from __future__ import annotations

from localcloud.dataplane.interface import InvalidError


class Work:
    """A budget of steps, counted by the code that does the work; roughly a million take a second."""

    def __init__(self, steps: int, otherwise: str) -> None:
        """Allow ``steps``; ``otherwise`` is the error's sentence when they are used up."""
        self._left, self._otherwise = steps, otherwise

    def take(self, steps: int) -> None:
        """Use up ``steps``; :class:`InvalidError` if fewer are left."""
        self._left -= steps
        if self._left < 0:
            raise InvalidError(self._otherwise)
