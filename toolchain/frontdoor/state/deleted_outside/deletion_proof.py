"""Proves that an object whose GET is answered 404 or 403 was deleted.

Confluent Cloud answers the same for objects of another organization and for objects that the key may not see. So two
more facts are needed:
- The same key reads the list that would contain the object, in the stack's own organization.
- For an environment: Flink refuses the stack's own Flink key, which is deleted with its environment.
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.state.deleted_outside.addresses import (
    API_KEY,
    ENVIRONMENT,
    ENVIRONMENTS,
    PARENTS,
    collection_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.frontdoor.state.deleted_outside.control_plane import ControlPlane
    from toolchain.frontdoor.state.interrupted import InterruptedState, Resource

_REFUSED = frozenset({http.client.UNAUTHORIZED, http.client.FORBIDDEN, http.client.NOT_FOUND})
_ORGANIZATION = re.compile(r"organization=([^/]+)")


@dataclass(frozen=True)
class DeletionProof:
    """Decides with the control plane's answers and with the Flink keys of a state whose secrets are decrypted."""

    control_plane: ControlPlane
    state: InterruptedState

    def is_gone(self, parent: Resource) -> bool:
        """Return whether ``parent``, whose GET shows nothing, was deleted; ``False`` if that is not proven.

        Raises :class:`Failure` if it exists and the API key lacks the right to see it.
        """
        if not self._sees_organization():
            return False
        # A Flink key can be tried, which proves more than a list of those keys that the caller may see.
        if parent.type == API_KEY and self._opens_flink(parent.id):
            return not self._flink_answers(key=parent.id)
        listed = self.control_plane.listed(collection_of(parent))
        if listed is None or parent.id in listed:
            return False
        if parent.type == ENVIRONMENT and self._flink_answers(environment=parent.id):
            raise Failure(
                f"The cloud API key may not see environment {parent.id}, which is there: the stack's Flink key still"
                " opens it. Use a key that may see it; nothing was changed."
            )
        return True

    def _sees_organization(self) -> bool:
        """Return whether the key lists the environments of the stack's organization.

        Raises :class:`Failure` if the key belongs to another organization.
        """
        listed = self.control_plane.listed(ENVIRONMENTS)
        own = set(self._organizations())
        # Without a known organization nothing can be concluded from an empty list: the key may be one of another's.
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
        """Return whether Flink accepts one of the state's keys: any key of an ``environment``, or the key ``key``."""
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
    """Whether Flink accepts a provider's key; true without a response, which is no proof of the key's deletion."""
    api = Api(str(given["flinkRestEndpoint"]).rstrip("/"), given.get("flinkApiKey"), given.get("flinkApiSecret"))
    path = f"/sql/v1/organizations/{given.get('organizationId')}/environments/{given.get('environmentId')}/statements"
    try:
        status = api.call_with_retry("GET", f"{path}?page_size=1").status
    except (OSError, http.client.HTTPException):
        return True
    return status not in _REFUSED


def _crn(item: Mapping[str, Any]) -> str:
    return str((item.get("metadata") or {}).get("resource_name") or "")


def label_of(parent: Resource) -> str:
    """Return a parent's label for the user, with its id."""
    return f"{PARENTS[parent.type]} {parent.id}"
