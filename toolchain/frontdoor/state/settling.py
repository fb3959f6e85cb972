"""Settles one operation: looks up what it was about, and deletes that, tells it, or notes that it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.frontdoor.state.endpoints import Planes
from toolchain.frontdoor.state.lookup import KINDS, NEVER_LOOKED_UP
from toolchain.frontdoor.state.proof import doubt, is_twin_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from toolchain.frontdoor.setup.prepare import Prepared
    from toolchain.frontdoor.state.beginning import Beginning
    from toolchain.frontdoor.state.interrupted import Interrupted, Operation, Resource
    from toolchain.frontdoor.state.lookup import Found
    from toolchain.frontdoor.state.traces import Traces


@dataclass(frozen=True)
class Settled:
    """What came of an operation.

    ``gone``: URN and id of what was deleted. ``undone``: URN of a creation whose object is deleted. ``orphan``: type,
    identity and age of what the last command made and only a person may have deleted.
    """

    line: str
    gone: tuple[str, str] | None = None
    undone: str | None = None
    orphan: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Case:
    """What an operation is judged by.

    ``may_delete``: whether what the last command made is deleted, or only told. ``proven``: what is its, as
    ``Settled.orphan``. ``at_once``: URNs of creations whose first request met a conflict.
    """

    state: Interrupted
    environment: Mapping[str, str]
    beginning: Beginning
    may_delete: bool
    proven: Collection[tuple[str, ...]] = ()
    at_once: Collection[str] = ()

    @classmethod
    def of(
        cls, prepared: Prepared, state: Interrupted, beginning: Beginning, *, may_delete: bool, traces: Traces
    ) -> Case:
        """Return the case of a command on this stack; with the stack's endpoint, once its providers are gone."""
        endpoint = {"CONFLUENT_CLOUD_ENDPOINT": prepared.stack.endpoint} if prepared.stack.endpoint else {}
        return cls(state, {**prepared.environment, **endpoint}, beginning, may_delete, traces.orphans)


def settle(operation: Operation, case: Case) -> Iterator[Settled]:
    """Delete what a creation has left, if that is proven and allowed, or note what is gone."""
    resource = operation.resource
    if resource.type not in KINDS:
        return
    label, find, _ = KINDS[resource.type]
    planes = Planes.of(resource, case.state, case.environment)
    if operation.kind == "deleting":
        if resource.id and not any(_is_it(found, resource.id) for found in find(resource, planes)):
            line = f"{label} {resource.name} was deleted by the last command."
            yield Settled(line, gone=(resource.urn, resource.id))
    elif operation.kind == "creating" and resource.type not in NEVER_LOOKED_UP:
        yield from _settle_creation(resource, planes, case)


def _settle_creation(resource: Resource, planes: Planes, case: Case) -> Iterator[Settled]:
    label, find, plane_name = KINDS[resource.type]
    plane = planes.by_name(plane_name)
    namesakes = find(resource, planes)
    own = next((found for found in namesakes if resource.id and _is_it(found, resource.id)), None)
    for found in namesakes:
        if case.state.knows(resource.type, found.identity):
            continue
        what = f"{label} {found.identity} ({resource.name})"
        orphan = (resource.type, found.identity, found.created_at)
        reason = "" if orphan in case.proven else doubt(found, case.state, case.beginning, planes)
        if resource.urn in case.at_once:
            reason = reason or "it was there when the last command asked for it for the first time"
        is_twin = orphan in case.proven or (own is not None and is_twin_of(found, own))
        if resource.id and (reason or not is_twin):
            continue  # two clusters may have one name: it is in nobody's way
        if reason:
            yield Settled(
                f"{what} has the name that the program gives, but is left alone: {reason}. Delete it yourself (DELETE"
                f" {plane.api.base}{found.delete}), take it into the stack with `./pulumiw import`, or choose another"
                " name."
            )
        elif case.may_delete:
            plane.delete(found.delete)
            yield Settled(
                f"{what} was created by the last command, but the reply was lost: deleted.", undone=resource.urn
            )
        else:
            yield Settled(f"{what} was created by the last command, but the reply was lost.", orphan=orphan)


def _is_it(found: Found, identity: str) -> bool:
    return found.identity == identity or identity.endswith(f"/{found.identity}")
