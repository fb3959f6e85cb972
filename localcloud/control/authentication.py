"""Who calls: an API key and its secret in, the caller out."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.control.errors import UnauthenticatedError
from localcloud.control.resources import ApiKey

if TYPE_CHECKING:
    from localcloud.control.store import Store
    from localcloud.credentials import Credentials

INTERNAL_USER = "internal"
_WRONG = "Unauthorized: the API key is unknown or its secret is wrong."


@dataclass(frozen=True, kw_only=True)
class Caller:
    """``key`` is ``None`` for the organization's administrator; the data plane's own parts are ``is_internal``."""

    principal_id: str
    key: ApiKey | None = None
    is_internal: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether it is the organization's administrator, by the key of ``credentials.json``."""
        return self.key is None and not self.is_internal


class Authenticator:
    """Knows the keys. Compares in constant time, and says no alike to an unknown key and to a wrong secret."""

    def __init__(self, store: Store, credentials: Credentials, admin_id: str) -> None:
        self._store = store
        self._credentials = credentials
        self._admin_id = admin_id

    def caller(self, user: str, password: str) -> Caller:
        """Return who that is, else :class:`UnauthenticatedError`."""
        if user == INTERNAL_USER and _same(password, self._credentials.internal_token):
            return Caller(principal_id=INTERNAL_USER, is_internal=True)
        if user == self._credentials.cloud_api_key:
            if _same(password, self._credentials.cloud_api_secret):
                return Caller(principal_id=self._admin_id)
            raise UnauthenticatedError(_WRONG)
        key = self._store.get(ApiKey, user)
        if _same(sha256(password), key.secret_sha256 if key else sha256("")) and key:
            return Caller(principal_id=key.owner_id, key=key)
        raise UnauthenticatedError(_WRONG)

    def is_embeddings_key(self, token: str) -> bool:
        """Whether ``token`` is the key of the embeddings API."""
        return _same(token, self._credentials.openai_api_key)


def sha256(secret: str) -> str:
    """Return the hash of a secret, as it is kept: hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
