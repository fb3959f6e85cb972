"""Whether the last command made what was found. A conflict does not say so, and neither does a name.

Two things must hold. The cloud says that the object was created after the command began. And the object carries what
only this stack writes: random digits that the stack has drawn, or an owner or an environment that is the stack's own.
Where either cannot be shown, the object is taken for somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.state.beginning import time_of

if TYPE_CHECKING:
    from toolchain.frontdoor.state.beginning import Beginning
    from toolchain.frontdoor.state.endpoints import Planes
    from toolchain.frontdoor.state.interrupted import Interrupted
    from toolchain.frontdoor.state.lookup import Found


def doubt(found: Found, state: Interrupted, beginning: Beginning, planes: Planes) -> str:
    """Return why an object may be somebody else's, as the end of a sentence; empty if it is the last command's."""
    return (
        _older(found, state, beginning)
        or _unmarked(found, state)
        or ("it is in use" if found.children and _has_any(found.children, planes) else "")
    )


def _older(found: Found, state: Interrupted, beginning: Beginning) -> str:
    if found.cluster:
        listed = state.owns(found.cluster) and not beginning.had_connector(found.cluster, found.name)
        return "" if listed else "nothing shows that it was not there before the last command"
    if not found.created_at:
        return "the cloud does not say when it was created"
    if beginning.at is None:
        return "it is not known when the last command began"
    if beginning.is_before(found.created_at):
        return ""
    return f"it was created at {found.created_at}, before the last command"


def _unmarked(found: Found, state: Interrupted) -> str:
    if state.owns(found.parent) or (not found.cluster and state.has_marked(found.name)):
        return ""
    return "nothing shows that this stack made it"


def _has_any(path: str, planes: Planes) -> bool:
    return next(planes.cloud.items(path), None) is not None


def is_twin_of(found: Found, own: Found) -> bool:
    """Whether an object may be what the first of two requests made, and ``own``, in the state, what the second did."""
    first, second = time_of(found.created_at), time_of(own.created_at)
    return first is not None and second is not None and first < second
