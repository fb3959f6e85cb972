"""What a store says of the documents that a sink has written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from toolchain.frontdoor.verify.flow import Row


class StoreUnreadableError(Exception):
    """The store does not answer; ``str()`` is one sentence."""


class Store(Protocol):
    """A store that can be asked. Every method raises :class:`StoreUnreadableError`."""

    @property
    def place(self) -> str:
        """Where the documents are, without a secret."""

    def documents(self) -> int:
        """Return how many there are, without reading them."""

    def document(self, identifier: Any) -> Row | None:
        """Return the document that a record with this id becomes."""

    def missing(self, identifiers: Collection[Any]) -> list[Any]:
        """Return those that no document is made of."""

    def index_problem(self) -> str:
        """Return what keeps a search from finding the documents; empty if nothing does."""
