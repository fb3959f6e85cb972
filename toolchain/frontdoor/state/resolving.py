"""Resolves one pending or failed operation: looks up its object, then deletes it, reports it, or notes its absence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.state.endpoints import Endpoints
from toolchain.frontdoor.state.lookup import KINDS, NEVER_LOOKED_UP
from toolchain.frontdoor.state.ownership import doubt_about, is_duplicate_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from toolchain.frontdoor.setup.prepare import Prepared
    from toolchain.frontdoor.state.command_files import CommandFiles
    from toolchain.frontdoor.state.command_start import CommandStart
    from toolchain.frontdoor.state.interrupted import InterruptedState, Operation, Resource
    from toolchain.frontdoor.state.lookup import CloudObject


@dataclass(frozen=True)
class Outcome:
    """The outcome of an operation, with a ``line`` for the user.

    ``gone``: URN and id of an object that no longer exists. ``rolled_back``: URN of a creation whose object is deleted
    again. ``orphan``: type, identity and creation time of an object that the last command created, and that is deleted
    only if the user allows it.
    """

    line: str
    gone: tuple[str, str] | None = None
    rolled_back: str | None = None
    orphan: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class RecoveryContext:
    """The evidence by which an operation is resolved.

    ``may_delete``: whether orphans of the last command are deleted, or only reported. ``proven``: orphans that an
    earlier command has proven to be its own, as in ``Outcome.orphan``. ``failed_on_first_request``: URNs of creations
    that failed before the provider can have sent a retry.
    """

    state: InterruptedState
    environment: Mapping[str, str]
    start: CommandStart
    may_delete: bool
    proven: Collection[tuple[str, ...]] = ()
    failed_on_first_request: Collection[str] = ()

    @classmethod
    def of(
        cls, prepared: Prepared, state: InterruptedState, start: CommandStart, *, may_delete: bool, files: CommandFiles
    ) -> RecoveryContext:
        """Return the context of a command on this stack.

        The stack's endpoint is added, since a state without providers (after a `destroy`) does not name it.
        """
        endpoint = {"CONFLUENT_CLOUD_ENDPOINT": prepared.stack.endpoint} if prepared.stack.endpoint else {}
        return cls(state, {**prepared.environment, **endpoint}, start, may_delete, files.orphans)


def resolve(operation: Operation, context: RecoveryContext) -> Iterator[Outcome]:
    """Delete a creation's orphan if that is proven and allowed; note it if a deletion's object no longer exists."""
    resource = operation.resource
    if resource.type not in KINDS:
        return
    label, find, _ = KINDS[resource.type]
    endpoints = Endpoints.of(resource, context.state, context.environment)
    if operation.kind == "deleting":
        if resource.id and not any(_has_identity(found, resource.id) for found in find(resource, endpoints)):
            line = f"{label} {resource.name} was deleted by the last command."
            yield Outcome(line, gone=(resource.urn, resource.id))
    elif operation.kind == "creating" and resource.type not in NEVER_LOOKED_UP:
        yield from _resolve_creation(resource, endpoints, context)


def _resolve_creation(resource: Resource, endpoints: Endpoints, context: RecoveryContext) -> Iterator[Outcome]:
    label, find, endpoint_name = KINDS[resource.type]
    endpoint = endpoints.by_name(endpoint_name)
    namesakes = find(resource, endpoints)
    own = next((found for found in namesakes if resource.id and _has_identity(found, resource.id)), None)
    for found in namesakes:
        if context.state.knows(resource.type, found.identity):
            continue
        what = f"{label} {found.identity} ({resource.name})"
        orphan = (resource.type, found.identity, found.created_at)
        reason = "" if orphan in context.proven else doubt_about(found, context.state, context.start, endpoints)
        # A conflict on the very first request cannot come from this creation: the object existed before.
        if resource.urn in context.failed_on_first_request:
            reason = reason or "it was there when the last command asked for it for the first time"
        is_duplicate = orphan in context.proven or (own is not None and is_duplicate_of(found, own))
        if resource.id and (reason or not is_duplicate):
            continue  # the cloud allows two objects of one name: somebody else's does no harm
        if reason:
            yield Outcome(
                f"{what} has the name that the program gives, but is left alone: {reason}. Delete it yourself"
                f" (DELETE {endpoint.api.base}{found.delete}), take it into the stack with `./pulumiw import`, or"
                " choose another name."
            )
        elif context.may_delete:
            endpoint.delete(found.delete)
            yield Outcome(
                f"{what} was created by the last command, but the reply was lost: deleted.", rolled_back=resource.urn
            )
        else:
            yield Outcome(f"{what} was created by the last command, but the reply was lost.", orphan=orphan)


def _has_identity(found: CloudObject, identity: str) -> bool:
    return found.identity == identity or identity.endswith(f"/{found.identity}")
