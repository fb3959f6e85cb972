"""Proof that the last command created an object. Neither a conflict nor the object's name is one.

Two conditions must hold:
- The cloud says that the object was created after the command started.
- The object carries a mark of this stack: its random digits in the name, or an owner or environment that the stack
  manages.

If either is unproven, the object is taken for somebody else's, and is never deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.times import parse_time

if TYPE_CHECKING:
    from toolchain.frontdoor.state.command_start import CommandStart
    from toolchain.frontdoor.state.endpoints import Endpoints
    from toolchain.frontdoor.state.interrupted import InterruptedState
    from toolchain.frontdoor.state.lookup import CloudObject


def doubt_about(found: CloudObject, state: InterruptedState, start: CommandStart, endpoints: Endpoints) -> str:
    """Return why an object may be somebody else's, as the end of a sentence; empty if the last command created it."""
    return (
        _older(found, state, start)
        or _unmarked(found, state)
        or ("it is in use" if found.children and _has_any(found.children, endpoints) else "")
    )


def _older(found: CloudObject, state: InterruptedState, start: CommandStart) -> str:
    if found.cluster:
        listed = state.owns(found.cluster) and not start.had_connector(found.cluster, found.name)
        return "" if listed else "nothing shows that it was not there before the last command"
    if not found.created_at:
        return "the cloud does not say when it was created"
    if start.at is None:
        return "it is not known when the last command began"
    if start.is_before(found.created_at):
        return ""
    return f"it was created at {found.created_at}, before the last command"


def _unmarked(found: CloudObject, state: InterruptedState) -> str:
    if state.owns(found.parent) or (not found.cluster and state.has_own_suffix(found.name)):
        return ""
    return "nothing shows that this stack made it"


def _has_any(path: str, endpoints: Endpoints) -> bool:
    return next(endpoints.cloud.items(path), None) is not None


def is_duplicate_of(found: CloudObject, own: CloudObject) -> bool:
    """Whether ``found`` may come from a first request whose response was lost, and ``own`` from its retry."""
    first, second = parse_time(found.created_at), parse_time(own.created_at)
    return first is not None and second is not None and first < second
