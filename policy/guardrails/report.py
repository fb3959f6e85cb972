"""How a policy on one resource tells what is wrong with it."""

from collections.abc import Callable

Report = Callable[..., None]
"""``report(sentence)``. The SDK's own ``ReportViolation`` asks for a URN as well, which it then does not use here."""
