"""Objects by their id, for whoever decides about rights: nothing is checked, and ``None`` is what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.principals import principal_exists
from localcloud.control.core.resources import ComputePool, RoleBinding, Statement

if TYPE_CHECKING:
    from localcloud.control.core.store import Store


class Lookups:
    """Reads what is stored; services answer everybody else, and with an error for what is missing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pool(self, pool_id: str) -> ComputePool | None:
        """Return a compute pool."""
        return self._store.get(ComputePool, pool_id)

    def role_binding(self, binding_id: str) -> RoleBinding | None:
        """Return a role binding."""
        return self._store.get(RoleBinding, binding_id)

    def statement(self, environment_id: str, name: str) -> Statement | None:
        """Return a statement of an environment."""
        return next(iter(self._store.named(Statement, environment_id, name)), None)

    def has_principal(self, identifier: str) -> bool:
        """Whether that is a user or a service account."""
        return principal_exists(self._store, identifier)
