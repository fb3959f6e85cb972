"""Who calls: an API key and its secret in, the caller out."""

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
    """``key`` is ``None`` for the organization's administrator, and for the data plane's own parts.

    These are ``is_internal`` when they act for themselves, ``on_behalf`` when they act as a principal, with its rights.
    """

    principal_id: str
    key: ApiKey | None = None
    is_internal: bool = False
    on_behalf: bool = False

    @property
    def is_of_data_plane(self) -> bool:
        """Whether it is a part of the data plane, for itself or on behalf of a principal."""
        return self.is_internal or self.on_behalf

    @property
    def is_admin(self) -> bool:
        """Whether it is the organization's administrator, by the key of ``credentials.json``."""
        return self.key is None and not self.is_of_data_plane


class Authenticator:
    """Knows the keys. Compares in constant time, and says no alike to an unknown key and to a wrong secret."""

    def __init__(self, store: Store, credentials: Credentials, admin_id: str, faults: Faults) -> None:
        self._store = store
        self._credentials = credentials
        self._admin_id = admin_id
        self._faults = faults

    def caller(self, user: str, password: str) -> Caller:
        """Return who that is, else :class:`UnauthenticatedError`."""
        if self.is_internal(password):
            if user == INTERNAL_USER:
                return Caller(principal_id=INTERNAL_USER, is_internal=True)
            if self._is_principal(user):  # a statement or a connector, as whom it runs
                return Caller(principal_id=user, on_behalf=True)
            raise UnauthenticatedError(_WRONG)
        if user == self._credentials.cloud_api_key:
            if _same(password, self._credentials.cloud_api_secret):
                return Caller(principal_id=self._admin_id)
            raise UnauthenticatedError(_WRONG)
        key = self._store.get(ApiKey, user)
        is_right = _same(sha256(password), key.secret_sha256 if key else sha256(""))
        if is_right and key and self._faults.is_in_effect(key.created_at):
            return Caller(principal_id=key.owner_id, key=key)
        raise UnauthenticatedError(_WRONG)

    def is_internal(self, password: str) -> bool:
        """Whether only the data plane's own parts have that password."""
        return _same(password, self._credentials.internal_token)

    def _is_principal(self, identifier: str) -> bool:
        return bool(self._store.get(ServiceAccount, identifier) or self._store.get(User, identifier))

    def is_embeddings_key(self, token: str) -> bool:
        """Whether ``token`` is the key of the embeddings API."""
        return _same(token, self._credentials.openai_api_key)


def sha256(secret: str) -> str:
    """Return the hash of a secret, as it is kept: hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
