"""Principals: the users and service accounts that own keys, and that statements and connectors run as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.resources import ServiceAccount, User

if TYPE_CHECKING:
    from localcloud.control.core.store import Store


def principal_exists(store: Store, identifier: str) -> bool:
    """Whether ``identifier`` is a user or a service account."""
    return bool(store.get(ServiceAccount, identifier) or store.get(User, identifier))
