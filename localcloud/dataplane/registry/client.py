"""The Schema Registry as a connector uses it: through the API, with the rights of its principal."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from localcloud.dataplane.interface import DataPlaneError, RefusedError

TIMEOUT_SECONDS = 15.0
_NOT_FOUND = 404
_REFUSED = (401, 403)


class RegistryClient:
    """Client of the Schema Registry REST API that acts as ``principal``."""

    def __init__(self, base_url: str, principal: str, internal_token: str) -> None:
        self._base_url, self._auth = f"{base_url}/schema-registry", (principal, internal_token)

    def register(self, registry_id: str, subject: str, schema: str, schema_type: str) -> int:
        """Return the schema's id under ``subject``; registers it there if necessary.

        :class:`RefusedError` if the principal may not read or write the subject.
        """
        place = f"{self._base_url}/{registry_id}/subjects/{quote(subject, safe='')}"
        body = {"schema": schema, "schemaType": schema_type}
        found = self._post(place, body) or self._post(f"{place}/versions", body)
        if found is None:
            raise DataPlaneError(f"Schema Registry {registry_id} does not exist.")
        return int(found["id"])

    def _post(self, url: str, body: dict[str, str]) -> Any:
        """Return the reply, ``None`` for 404."""
        try:
            reply = httpx.post(url, json=body, auth=self._auth, timeout=TIMEOUT_SECONDS)
        except httpx.TransportError as error:
            raise DataPlaneError(f"The Schema Registry does not answer: {error}.") from error
        if reply.status_code == _NOT_FOUND:
            return None
        if reply.is_success:
            return reply.json()
        refusal = RefusedError if reply.status_code in _REFUSED else DataPlaneError
        raise refusal(f"Schema Registry: {reply.json()['message']}.")
