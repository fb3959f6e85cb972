"""The type of the function with which a policy reports a violation."""

from collections.abc import Callable

Report = Callable[..., None]
"""``report(sentence)``. The SDK's own ``ReportViolation`` asks for a URN as well, which it then does not use here."""
