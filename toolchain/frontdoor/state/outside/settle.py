"""Before a command, and after one that failed: takes out of the state what was deleted outside Pulumi.

Neither kind of provider can do that alone. Statements and connections are read with a key that ends with its
environment, so a `refresh` is answered 401; and for the official provider an object that is not found on deletion is
an error. The state is all that is changed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.state.deployment import deployment, export_state, import_state
from toolchain.frontdoor.state.endpoints import Planes
from toolchain.frontdoor.state.interrupted import Interrupted, Resource
from toolchain.frontdoor.state.outside.addresses import API_KEY, ENVIRONMENT, IN_FLINK, address_of
from toolchain.frontdoor.state.outside.census import Census, parents_in
from toolchain.frontdoor.state.outside.forget import without_outputs, without_resources
from toolchain.frontdoor.state.outside.presence import Presence
from toolchain.frontdoor.state.outside.proof import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.setup.prepare import Prepared

_SETTLES = frozenset({"up", "preview", "refresh", "destroy"})
_MAY_BE_SLOW = frozenset({"refresh", "destroy"})


@dataclass(frozen=True)
class Settled:
    """What came of it. ``changed``: the state is another one now; ``flags``: what `pulumi` has to be told besides."""

    changed: bool = False
    flags: tuple[str, ...] = ()


def settle(prepared: Prepared, request: Request, *, after_failure: bool = False) -> Settled:
    """Hold the state's parents against the cloud, and take out what is proven to be gone.

    Usually nothing is, and that costs the time of one request: each parent is asked for, all at once. Where only
    decrypting the state would tell, `up` and `preview` begin without it, and it is done if they fail.
    """
    if request.command not in _SETTLES or request.asks_for_help:
        return Settled()
    if not (_is_trouble(prepared) if _is_cheap(prepared) else after_failure or request.command in _MAY_BE_SLOW):
        return Settled()
    state = Interrupted(export_state(prepared, "--show-secrets"))
    parents = parents_in(state.resources)
    if not parents:
        return Settled()
    census = Census(state, _presence(parents, state, prepared))
    if not census.gone_parents:
        return Settled()
    keyless = census.without_a_key()
    dropped = _left_to_the_environment(census, keyless, prepared, request)
    flags = _flags_for(keyless, request)
    gone = [*census.gone, *dropped]
    if gone:
        _forget(prepared, census, gone)
    say(f"pulumiw: {_sentence(census)}")
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
    return Settled(changed=bool(gone), flags=flags)


def _presence(parents: Sequence[Resource], state: Interrupted, prepared: Prepared) -> Presence:
    return Presence(Planes.of(parents[0], state, prepared.environment).cloud.api)


def _is_cheap(prepared: Prepared) -> bool:
    """Whether the state can be read without `pulumi stack export`, and the cloud key without decrypting it."""
    return prepared.stack.uses_file_backend and not prepared.stack.config("confluentcloud:cloudApiKey")


def _is_trouble(prepared: Prepared) -> bool:
    """Whether a parent is not shown, or a statement has outlived its key."""
    state = Interrupted({"deployment": deployment(prepared)})
    parents = parents_in(state.resources)
    if not parents:
        return False
    types = {one.type for one in state.resources}
    if types & IN_FLINK and API_KEY not in types:
        return True
    return bool(_presence(parents, state, prepared).missing(address_of(one) or "" for one in parents))


def _left_to_the_environment(
    census: Census, keyless: Sequence[Resource], prepared: Prepared, request: Request
) -> Sequence[Resource]:
    """Return what a `destroy` deletes together with the stack's own environment, since it has no key to do it singly.

    :class:`Failure` where the environment is not the stack's own, and stays.
    """
    gone = {one.urn for one in census.gone}
    state = deployment(prepared).get("resources") or []
    if not keyless or not request.destroys_all or any(one.get("protect") for one in state if one["urn"] not in gone):
        return ()  # a `destroy` of what is protected is refused
    if request.asks:  # whoever then says no has lost the statements from the state
        raise Failure(
            "The stack's Flink key was deleted outside Pulumi: run `./pulumiw destroy --yes`, which deletes statements"
            " and connections with their environment, or `./pulumiw up`, which makes a new key."
        )
    own = {one.id for one in census.state.resources if one.type == ENVIRONMENT and one.urn not in gone}
    if stays := sorted(census.environments_of(list(keyless)) - own):
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
    if request.command != "refresh" or request.chooses_targets:
        return ()
    return tuple(part for one in keyless for part in ("--exclude", one.urn))


def _forget(prepared: Prepared, census: Census, gone: Sequence[Resource]) -> None:
    state: dict[str, Any] = export_state(prepared)
    changed = without_resources(state, {(one.urn, one.id) for one in gone})
    parents = {parent.type for parent in census.gone_parents}
    if parents & {ENVIRONMENT, API_KEY}:
        changed = without_outputs(changed, everything=ENVIRONMENT in parents)
    import_state(prepared, changed)


def _sentence(census: Census) -> str:
    outermost = census.outermost()
    *others, last = [label_of(parent) for parent in outermost]
    named = f"{', '.join(others)} and {last}" if others else last
    inside = len({one.urn for one in census.gone} - {parent.urn for parent in outermost})
    also = f", and with {'them' if others else 'it'} what was part of {'them' if others else 'it'} ({inside} objects)"
    was, them = ("were", "them") if others else ("was", "it")
    return (
        f"{named} {was} deleted outside Pulumi{also if inside else ''}. The state no longer lists {them}; nothing was"
        " deleted on the cloud."
    )
