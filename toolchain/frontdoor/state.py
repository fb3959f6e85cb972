"""The stack's state as it is kept, secrets sealed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolchain.frontdoor.prepare import Prepared


def deployment(prepared: Prepared) -> dict[str, Any]:
    """Return resources and pending operations, empty if they cannot be read: Pulumi itself says best what is wrong.

    The file backend's is read as it is, which saves the second that `pulumi stack export` takes.
    """
    stack = prepared.stack
    found: dict[str, Any] | None
    try:
        if stack.uses_file_backend:
            found = json.loads(stack.checkpoint.read_text(encoding="utf-8"))["checkpoint"].get("latest")
        else:
            found = json.loads(prepared.pulumi("stack", "export", "--stack", stack.name).stdout)["deployment"]
    except (OSError, ValueError, KeyError):
        return {}
    return found or {}
