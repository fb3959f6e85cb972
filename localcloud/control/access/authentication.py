"""Authentication: an API key and its secret in, the caller out."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.control.core.errors import UnauthenticatedError
from localcloud.control.core.resources import ApiKey, ServiceAccount, User

if TYPE_CHECKING:
    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults
    from localcloud.credentials import Credentials

INTERNAL_USER = "internal"
_WRONG = "Unauthorized: the API key is unknown or its secret is wrong."


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated caller. ``key`` is ``None`` for the administrator and for components of the data plane.

    A data plane component is ``is_internal`` when it acts for itself, with every right, and ``on_behalf`` when it acts
    for a principal, with the rights of that principal.
    """

    principal_id: str
    key: ApiKey | None = None
    is_internal: bool = False
    on_behalf: bool = False

    @property
    def is_of_data_plane(self) -> bool:
        """Whether the caller is a data plane component, for itself or on behalf of a principal."""
        return self.is_internal or self.on_behalf

    @property
    def is_admin(self) -> bool:
        """Whether the caller is the organization's administrator, with the key of ``credentials.json``."""
        return self.key is None and not self.is_of_data_plane


class Authenticator:
    """Authenticates API keys.

    Secrets are compared in constant time, and an unknown key gets the same answer as a wrong secret: nobody can find
    out which keys exist.
    """

    def __init__(self, store: Store, credentials: Credentials, admin_id: str, faults: Faults) -> None:
        self._store = store
        self._credentials = credentials
        self._admin_id = admin_id
        self._faults = faults

    def caller(self, user: str, password: str) -> Caller:
        """Return the caller with these credentials, else :class:`UnauthenticatedError`."""
        if self.is_internal(password):
            if user == INTERNAL_USER:
                return Caller(principal_id=INTERNAL_USER, is_internal=True)
            if self._is_principal(user):  # the principal that a statement or connector runs as
                return Caller(principal_id=user, on_behalf=True)
            raise UnauthenticatedError(_WRONG)
        if user == self._credentials.cloud_api_key:
            if _same(password, self._credentials.cloud_api_secret):
                return Caller(principal_id=self._admin_id)
            raise UnauthenticatedError(_WRONG)
        key = self._store.get(ApiKey, user)
        # An unknown key is compared, too: else the time of the answer would tell that it is unknown.
        is_right = _same(sha256(password), key.secret_sha256 if key else sha256(""))
        if is_right and key and self._faults.is_in_effect(key.created_at):
            return Caller(principal_id=key.owner_id, key=key)
        raise UnauthenticatedError(_WRONG)

    def is_internal(self, password: str) -> bool:
        """Whether the password is the token that only data plane components have."""
        return _same(password, self._credentials.internal_token)

    def _is_principal(self, identifier: str) -> bool:
        return bool(self._store.get(ServiceAccount, identifier) or self._store.get(User, identifier))

    def is_embeddings_key(self, token: str) -> bool:
        """Whether ``token`` is the key of the embeddings API."""
        return _same(token, self._credentials.openai_api_key)


def sha256(secret: str) -> str:
    """Return the SHA-256 of a secret in hex, as stored. Unsalted: secrets are random, so no dictionary holds them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
