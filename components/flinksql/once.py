"""Work of the program that is no resource's, and so has no hook that Pulumi repeats."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pulumi

from components.flinksql.errors import HookError


async def done_once(content: Any, last: str | None, work: Callable[[], Awaitable[None]], *, at_first: bool) -> str:
    """Return the digest of ``content``, once ``work`` is done where it differs from ``last``.

    A component writes it as an output, and is given it as ``last`` by the next `up`: the work is done by every `up`
    until one ends well, also after a refusal. ``at_first``: whether it is done where no digest was written yet.
    """
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    is_due = at_first if last is None else last != digest
    if is_due and not pulumi.runtime.is_dry_run():
        try:
            await work()
        except HookError as error:
            raise pulumi.RunError(str(error)) from None
    return digest
