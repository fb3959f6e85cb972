"""Proves that an object which its own GET does not show has been deleted.

Confluent Cloud answers 404 or 403 for what is gone, but also for what is in another organization and for what the key
has no right to see. So a parent is gone only if the same key reads the list that would show it, in the organization
that the stack is in; and an environment only if the stack's own Flink key, which ends with it, is refused.
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.state.outside.addresses import API_KEY, ENVIRONMENT, ENVIRONMENTS, PARENTS, collection_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.state.interrupted import Interrupted, Resource
    from toolchain.frontdoor.state.outside.presence import Presence

_REFUSED = frozenset({http.client.UNAUTHORIZED, http.client.FORBIDDEN, http.client.NOT_FOUND})
_ORGANIZATION = re.compile(r"organization=([^/]+)")


@dataclass(frozen=True)
class Proof:
    """Judges by what the cloud shows and by the keys of the state, which has its secrets in the clear."""

    presence: Presence
    state: Interrupted

    def is_gone(self, parent: Resource) -> bool:
        """Return whether ``parent``, whose GET shows nothing, is deleted.

        ``False`` where the cloud does not say. :class:`Failure` where it is there and the key cannot see it.
        """
        if not self._sees_organization():
            return False
        if parent.type == API_KEY and self._opens_flink(parent.id):
            return not self._flink_answers(key=parent.id)
        listed = self.presence.listed(collection_of(parent))
        if listed is None or parent.id in listed:
            return False
        if parent.type == ENVIRONMENT and self._flink_answers(environment=parent.id):
            raise Failure(
                f"The cloud API key may not see environment {parent.id}, which is there: the stack's Flink key still"
                " opens it. Use a key that may see it; nothing was changed."
            )
        return True

    def _sees_organization(self) -> bool:
        """Return whether the key reads the environments of the stack's organization; fail if they are another one's."""
        listed = self.presence.listed(ENVIRONMENTS)
        own = set(self._organizations())
        if not listed or not own:
            return False
        seen = {match[1] for item in listed.values() if (match := _ORGANIZATION.search(_crn(item)))}
        if seen and not seen & own:
            raise Failure(
                f"The cloud API key is one of organization {', '.join(sorted(seen))}, but this stack is in organization"
                f" {', '.join(sorted(own))}: use a key of that one. Nothing was changed."
            )
        return bool(seen & own)

    def _organizations(self) -> Iterator[str]:
        for resource in self.state.resources:
            if named := resource.text("organizationId"):
                yield named
            if match := _ORGANIZATION.search(resource.text("crnPattern")):
                yield match[1]

    def _opens_flink(self, key: str) -> bool:
        return any(given.get("flinkApiKey") == key for given in self._flink_providers())

    def _flink_answers(self, **wanted: str) -> bool:
        """Return whether Flink lets in one of the state's keys: those for an ``environment``, or this one ``key``."""
        names = {"environment": "environmentId", "key": "flinkApiKey"}
        return any(
            _is_let_in(given)
            for given in self._flink_providers()
            if all(given.get(names[name]) == value for name, value in wanted.items())
        )

    def _flink_providers(self) -> Iterator[Mapping[str, Any]]:
        for resource in self.state.resources:
            if resource.type.startswith("pulumi:providers:") and resource.inputs.get("flinkRestEndpoint"):
                yield resource.inputs


def _is_let_in(given: Mapping[str, Any]) -> bool:
    """Whether a provider's key opens Flink: an endpoint that does not answer is no proof of the key's end."""
    api = Api(str(given["flinkRestEndpoint"]).rstrip("/"), given.get("flinkApiKey"), given.get("flinkApiSecret"))
    path = f"/sql/v1/organizations/{given.get('organizationId')}/environments/{given.get('environmentId')}/statements"
    try:
        status = api.patiently("GET", f"{path}?page_size=1").status
    except (OSError, http.client.HTTPException):
        return True
    return status not in _REFUSED


def _crn(item: Mapping[str, Any]) -> str:
    return str((item.get("metadata") or {}).get("resource_name") or "")


def label_of(parent: Resource) -> str:
    """Return what people call a parent, with its id."""
    return f"{PARENTS[parent.type]} {parent.id}"
