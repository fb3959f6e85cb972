"""Removes from the state what was deleted outside Pulumi, before a command and after a failed one.

Neither the official nor the bundled provider can do that alone. They read statements and connections with a key that
is deleted with its environment, so a `refresh` is answered 401. And the official provider fails on the deletion of an
object that no longer exists. Only the state is changed here, never the cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.state.deleted_outside.addresses import API_KEY, ENVIRONMENT, IN_FLINK, address_of
from toolchain.frontdoor.state.deleted_outside.control_plane import ControlPlane
from toolchain.frontdoor.state.deleted_outside.deleted_resources import DeletedResources, parents_in
from toolchain.frontdoor.state.deleted_outside.deletion_proof import label_of
from toolchain.frontdoor.state.deleted_outside.state_edits import without_outputs, without_resources
from toolchain.frontdoor.state.deployment import deployment, export_state, import_state
from toolchain.frontdoor.state.endpoints import Endpoints
from toolchain.frontdoor.state.interrupted import InterruptedState, Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.setup.prepare import Prepared

_RECONCILED_COMMANDS = frozenset({"up", "preview", "refresh", "destroy"})
_MAY_DECRYPT = frozenset({"refresh", "destroy"})


@dataclass(frozen=True)
class Reconciled:
    """``changed``: whether the state was edited. ``flags``: further flags that `pulumi` needs for this command."""

    changed: bool = False
    flags: tuple[str, ...] = ()


def reconcile(prepared: Prepared, request: Request, *, after_failure: bool = False) -> Reconciled:
    """Compare the state's parents with the cloud, and remove what is proven to be deleted from the state.

    Usually nothing is, which costs the time of one request: the parents are requested concurrently. If the state must
    be decrypted for it (about a second), `up` and `preview` start without, and it is done if they fail.

    ``after_failure``: whether the command has just failed. Raises :class:`Failure` if the user must do something first.
    """
    if request.command not in _RECONCILED_COMMANDS or request.asks_for_help:
        return Reconciled()
    if not (_needs_reconciling(prepared) if _is_cheap(prepared) else after_failure or request.command in _MAY_DECRYPT):
        return Reconciled()
    state = InterruptedState(export_state(prepared, "--show-secrets"))
    parents = parents_in(state.resources)
    if not parents:
        return Reconciled()
    deleted = DeletedResources(state, _control_plane(parents, state, prepared))
    if not deleted.deleted_parents:
        return Reconciled()
    keyless = deleted.without_a_key()
    dropped = _left_to_the_environment(deleted, keyless, prepared, request)
    flags = _flags_for(keyless, request)
    gone = [*deleted.gone, *dropped]
    if gone:
        _forget(prepared, deleted, gone)
    say(f"pulumiw: {_sentence(deleted)}")
    if dropped:
        say(
            f"pulumiw: without that key {len(dropped)} statements and connections cannot be deleted singly: they are"
            " deleted with their environment."
        )
    if flags:
        say(
            f"pulumiw: {len(keyless)} statements and connections are not refreshed, for their key is gone:"
            " `up` makes a new one."
        )
    return Reconciled(changed=bool(gone), flags=flags)


def _control_plane(parents: Sequence[Resource], state: InterruptedState, prepared: Prepared) -> ControlPlane:
    return ControlPlane(Endpoints.of(parents[0], state, prepared.environment).cloud.api)


def _is_cheap(prepared: Prepared) -> bool:
    """Whether the state and the cloud API key can be read without `pulumi stack export`."""
    return prepared.stack.uses_file_backend and not prepared.stack.config("confluentcloud:cloudApiKey")


def _needs_reconciling(prepared: Prepared) -> bool:
    """Whether a parent is missing on the cloud, or a statement's Flink key is no longer in the state."""
    state = InterruptedState({"deployment": deployment(prepared)})
    parents = parents_in(state.resources)
    if not parents:
        return False
    types = {one.type for one in state.resources}
    if types & IN_FLINK and API_KEY not in types:
        return True
    return bool(_control_plane(parents, state, prepared).missing(address_of(one) or "" for one in parents))


def _left_to_the_environment(
    deleted: DeletedResources, keyless: Sequence[Resource], prepared: Prepared, request: Request
) -> Sequence[Resource]:
    """Return the statements and connections without a key that a `destroy` deletes together with their environment.

    Raises :class:`Failure` if the stack does not manage that environment, so that they would be left over.
    """
    gone = {one.urn for one in deleted.gone}
    state = deployment(prepared).get("resources") or []
    if not keyless or not request.destroys_all or any(one.get("protect") for one in state if one["urn"] not in gone):
        return ()  # Pulumi refuses a `destroy` of protected resources
    if request.asks:  # if the user then answered no, the statements would be missing from the state
        raise Failure(
            "The stack's Flink key was deleted outside Pulumi: run `./pulumiw destroy --yes`, which deletes statements"
            " and connections with their environment, or `./pulumiw up`, which makes a new key."
        )
    own = {one.id for one in deleted.state.resources if one.type == ENVIRONMENT and one.urn not in gone}
    if stays := sorted(deleted.environments_of(list(keyless)) - own):
        raise Failure(
            f"The stack's Flink key was deleted outside Pulumi, and its statements in environment {', '.join(stays)}"
            " cannot be deleted without one: run `./pulumiw up`, which makes a new key, and then `destroy` again."
        )
    return keyless


def _flags_for(keyless: Sequence[Resource], request: Request) -> tuple[str, ...]:
    if not keyless:
        return ()
    if request.command in {"up", "preview"} and request.refreshes:
        raise Failure(
            "The stack's Flink key was deleted outside Pulumi, so its statements cannot be refreshed: run"
            " `./pulumiw up` without --refresh first, which makes a new key."
        )
    # Only `refresh` reads them: `up` makes a new key first, and `destroy` has them deleted with their environment.
    if request.command != "refresh" or request.chooses_targets:
        return ()
    return tuple(part for one in keyless for part in ("--exclude", one.urn))


def _forget(prepared: Prepared, deleted: DeletedResources, gone: Sequence[Resource]) -> None:
    # Exported again: in this one secrets are encrypted, so that it may be written.
    state: dict[str, Any] = export_state(prepared)
    changed = without_resources(state, {(one.urn, one.id) for one in gone})
    parents = {parent.type for parent in deleted.deleted_parents}
    if parents & {ENVIRONMENT, API_KEY}:
        changed = without_outputs(changed, everything=ENVIRONMENT in parents)
    import_state(prepared, changed)


def _sentence(deleted: DeletedResources) -> str:
    outermost = deleted.outermost()
    *others, last = [label_of(parent) for parent in outermost]
    named = f"{', '.join(others)} and {last}" if others else last
    inside = len({one.urn for one in deleted.gone} - {parent.urn for parent in outermost})
    also = f", and with {'them' if others else 'it'} what was part of {'them' if others else 'it'} ({inside} objects)"
    was, them = ("were", "them") if others else ("was", "it")
    return (
        f"{named} {was} deleted outside Pulumi{also if inside else ''}. The state no longer lists {them}; nothing was"
        " deleted on the cloud."
    )
