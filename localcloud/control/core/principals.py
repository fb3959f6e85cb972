"""Who can be named as owner of a key, as principal of a statement, as account of a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.resources import ServiceAccount, User

if TYPE_CHECKING:
    from localcloud.control.core.store import Store


def principal_exists(store: Store, identifier: str) -> bool:
    """Whether that is a user or a service account."""
    return bool(store.get(ServiceAccount, identifier) or store.get(User, identifier))
