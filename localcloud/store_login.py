"""The stores that have a server on this machine, and how to get into one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

STORES = ("mongodb", "elasticsearch", "neo4j", "pinecone", "qdrant", "milvus")
_SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class StoreLogin:
    """Where a store's server listens, and whom it lets in. ``password``: an API key where the store has no users."""

    port: int
    username: str
    password: str = field(repr=False)

    @classmethod
    def on(cls, port: int) -> StoreLogin:
        """Return a new login."""
        return cls(port=port, username="admin", password=secrets.token_urlsafe(_SECRET_BYTES))
