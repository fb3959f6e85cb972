"""Finds the resources of a state whose objects were deleted: first the parents, then the objects deleted with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.state.deleted_outside.addresses import (
    API_KEY,
    ENVIRONMENT,
    IN_FLINK,
    PARENTS,
    address_of,
    containers_of,
)
from toolchain.frontdoor.state.deleted_outside.deletion_proof import DeletionProof
from toolchain.frontdoor.state.interrupted import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.state.deleted_outside.control_plane import ControlPlane
    from toolchain.frontdoor.state.interrupted import InterruptedState


def parents_in(resources: list[Resource]) -> list[Resource]:
    """Return the parents among ``resources``, and an environment that the stack uses without managing it.

    Such an environment (setting ``environmentId``) has no resource, so its parent here has an empty URN.
    """
    found = [one for one in resources if one.type in PARENTS and one.id]
    known = {one.id for one in found}
    guests = {one.text("environment", "id"): one for one in found} | {
        one.text("managedResource", "environment", "id"): one for one in found
    }
    for identity, inside in guests.items():
        if identity and identity not in known:
            found.append(replace(inside, urn="", type=ENVIRONMENT, id=identity, inputs={}))
    return found


@dataclass(frozen=True)
class DeletedResources:
    """Compares a state, its secrets decrypted, with the cloud."""

    state: InterruptedState
    control_plane: ControlPlane

    @cached_property
    def deleted_parents(self) -> list[Resource]:
        """Parents that are proven to be deleted, the outermost ones first.

        Raises :class:`Failure` if a parent exists and the API key lacks the right to see it.
        """
        parents = [*parents_in(self.state.resources), *self._keys_of_providers()]
        missing = self.control_plane.missing((address_of(parent) or "" for parent in parents), retry=True)
        suspects = [parent for parent in parents if address_of(parent) in missing]
        proof = DeletionProof(self.control_plane, self.state)
        found: list[Resource] = []
        # Outermost first: what is inside a deleted parent needs no proof of its own, and often could not have one.
        for parent in sorted(suspects, key=lambda one: list(PARENTS).index(one.type)):
            inside = self._containers_of(parent) & {one.id for one in found}
            if inside or proof.is_gone(parent):
                found.append(parent)
        return found

    @cached_property
    def gone(self) -> list[Resource]:
        """All resources of the state that were deleted: the parents, and what was deleted with them.

        Each object that the control plane shows is asked for. Objects that only Flink or Kafka could show were deleted
        with their environment or cluster: no endpoint is left to ask.
        """
        ids = {parent.id for parent in self.deleted_parents}
        affected = [one for one in self.state.resources if one.id in ids or self._containers_of(one) & ids]
        missing = self.control_plane.missing(filter(None, map(address_of, affected)), retry=True)
        return [one for one in affected if one.id and address_of(one) in {None, *missing}]

    def without_a_key(self) -> list[Resource]:
        """Return statements and connections that exist, but cannot be read or deleted: their API key was deleted."""
        keys = {parent.id for parent in self.deleted_parents if parent.type == API_KEY}
        gone = {one.urn for one in self.gone}
        return [
            one
            for one in self.state.resources
            if one.type in IN_FLINK and one.urn not in gone and self._provider(one).get("flinkApiKey") in keys
        ]

    def environments_of(self, resources: list[Resource]) -> frozenset[str]:
        """Return the ids of the environments that statements and connections are in."""
        return frozenset(str(self._provider(one).get("environmentId") or "") for one in resources)

    def _keys_of_providers(self) -> Iterator[Resource]:
        """Yield the Flink keys that providers use and the state has no resource for.

        A `refresh` has dropped such a key from the state because it was deleted.
        """
        known = {one.id for one in self.state.resources if one.type == API_KEY}
        for user in self.state.resources:
            key = str(self._provider(user).get("flinkApiKey") or "") if user.type in IN_FLINK else ""
            if key and key not in known:
                known.add(key)
                yield Resource("", API_KEY, key, user.provider, {})

    def _containers_of(self, resource: Resource) -> frozenset[str]:
        return containers_of(resource, self._provider(resource))

    def _provider(self, resource: Resource) -> Mapping[str, Any]:
        return self.state.provider_settings(resource)

    def outermost(self) -> list[Resource]:
        """Return the deleted parents that no other deleted parent contains."""
        ids = {parent.id for parent in self.deleted_parents}
        return [parent for parent in self.deleted_parents if not self._containers_of(parent) & ids]
