"""Unchecked reads by id, for authorization: it must find a resource before it can tell who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.principals import principal_exists
from localcloud.control.core.resources import ComputePool, RoleBinding, Statement

if TYPE_CHECKING:
    from localcloud.control.core.store import Store


class Lookups:
    """Reads stored resources, ``None`` for a missing one. All other callers use the services, which raise instead."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pool(self, pool_id: str) -> ComputePool | None:
        """The compute pool of that id."""
        return self._store.get(ComputePool, pool_id)

    def role_binding(self, binding_id: str) -> RoleBinding | None:
        """The role binding of that id."""
        return self._store.get(RoleBinding, binding_id)

    def statement(self, environment_id: str, name: str) -> Statement | None:
        """The statement of that name in an environment."""
        return next(iter(self._store.named(Statement, environment_id, name)), None)

    def has_principal(self, identifier: str) -> bool:
        """Whether ``identifier`` is a user or a service account."""
        return principal_exists(self._store, identifier)
