"""Finds out which objects of a state are gone: the parents first, then what went with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.state.interrupted import Resource
from toolchain.frontdoor.state.outside.addresses import API_KEY, ENVIRONMENT, IN_FLINK, PARENTS, address_of, part_of
from toolchain.frontdoor.state.outside.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.state.interrupted import Interrupted
    from toolchain.frontdoor.state.outside.presence import Presence


def parents_in(resources: list[Resource]) -> list[Resource]:
    """Return the parents of a state, with the environment that a stack only lives in (``environmentId``)."""
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
class Census:
    """A state with its secrets in the clear, held against the cloud."""

    state: Interrupted
    presence: Presence

    @cached_property
    def gone_parents(self) -> list[Resource]:
        """Parents that are proven to be deleted, the outermost ones first.

        :class:`Failure` where the key cannot see what is there.
        """
        parents = [*parents_in(self.state.resources), *self._keys_of_providers()]
        missing = self.presence.missing((address_of(parent) or "" for parent in parents), patient=True)
        suspects = [parent for parent in parents if address_of(parent) in missing]
        proof = Proof(self.presence, self.state)
        found: list[Resource] = []
        for parent in sorted(suspects, key=lambda one: list(PARENTS).index(one.type)):
            inside = self._part_of(parent) & {one.id for one in found}
            if inside or proof.is_gone(parent):
                found.append(parent)
        return found

    @cached_property
    def gone(self) -> list[Resource]:
        """All resources of the state that are gone: the parents, and what went with them.

        What the control plane shows is asked for, one by one. What only Flink or Kafka could show went with its
        environment or its cluster.
        """
        ids = {parent.id for parent in self.gone_parents}
        affected = [one for one in self.state.resources if one.id in ids or self._part_of(one) & ids]
        missing = self.presence.missing(filter(None, map(address_of, affected)), patient=True)
        return [one for one in affected if one.id and address_of(one) in {None, *missing}]

    def without_a_key(self) -> list[Resource]:
        """Return statements and connections that are there, and which nobody can ask about: their key is gone."""
        keys = {parent.id for parent in self.gone_parents if parent.type == API_KEY}
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
        """Yield the Flink keys that providers use and the state has no resource for: a refresh drops what is gone."""
        known = {one.id for one in self.state.resources if one.type == API_KEY}
        for user in self.state.resources:
            key = str(self._provider(user).get("flinkApiKey") or "") if user.type in IN_FLINK else ""
            if key and key not in known:
                known.add(key)
                yield Resource("", API_KEY, key, user.provider, {})

    def _part_of(self, resource: Resource) -> frozenset[str]:
        return part_of(resource, self._provider(resource))

    def _provider(self, resource: Resource) -> Mapping[str, Any]:
        return self.state.provider_settings(resource)

    def outermost(self) -> list[Resource]:
        """Return the gone parents that are part of no other one."""
        ids = {parent.id for parent in self.gone_parents}
        return [parent for parent in self.gone_parents if not self._part_of(parent) & ids]
