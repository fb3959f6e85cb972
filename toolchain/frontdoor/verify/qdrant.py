"""A sink's points in Qdrant."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from toolchain.frontdoor.stores.qdrant import Collection, QdrantError
from toolchain.frontdoor.verify.store import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Collection as Several

    from toolchain.frontdoor.verify.flow import Row

Answer = TypeVar("Answer")


class Qdrant:
    """The collection that a sink fills, with its outputs ``store`` and ``secrets``."""

    def __init__(self, store: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self._collection = Collection.of(store, secrets)
        self.place = self._collection.place

    def documents(self) -> int:
        """Return how many there are."""
        return self._ask(self._collection.count)

    def document(self, identifier: Any) -> Row | None:
        """Return the payload of the point that a record with this id becomes."""
        found = self._ask(lambda: self._collection.get([identifier]))
        return dict(found[0].get("payload") or {}) if found else None

    def missing(self, identifiers: Several[Any]) -> list[Any]:
        """Return those that no point is made of."""
        possible = [one for one in identifiers if _is_id(one)]  # Qdrant refuses to look for any other
        found = {str(one["id"]) for one in self._ask(lambda: self._collection.get(possible))}
        return [one for one in identifiers if str(one) not in found]

    def index_problem(self) -> str:
        """A collection finds its points by itself."""
        return ""

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except QdrantError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                sentence = f"{self.place} does not exist: run `./pulumiw up`, which makes it."
                raise StoreUnreadableError(sentence) from None
            raise StoreUnreadableError(f"{error}.") from None


def _is_id(identifier: Any) -> bool:
    """Whether a point can have it: an unsigned integer or a UUID."""
    if isinstance(identifier, int):
        return identifier >= 0
    try:
        UUID(str(identifier))
    except ValueError:
        return False
    return True
