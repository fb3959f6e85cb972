"""Metadata filters: which vectors a query or a deletion is about."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.stores.pinecone.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ORDERS = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
_WORDS = ("$eq", "$ne", *_ORDERS, "$in", "$nin", "$exists")


def test_of(condition: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of a vector's metadata; :class:`RefusedError` if ``condition`` is no filter."""
    tests = [_test(key, value) for key, value in condition.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def _test(key: str, value: Any) -> Callable[[Mapping[str, Any]], bool]:
    if key in {"$and", "$or"}:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise RefusedError(f"The {key} operator needs a list of filters.")
        tests, holds = [test_of(one) for one in value], all if key == "$and" else any
        return lambda metadata: holds(test(metadata) for test in tests)
    if key.startswith("$"):
        raise RefusedError(f"{key} is not a valid operator at the top of a filter: use $and or $or.")
    conditions = value if isinstance(value, dict) else {"$eq": value}
    tests = [_comparison(key, word, wanted) for word, wanted in conditions.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def _comparison(field: str, word: str, wanted: Any) -> Callable[[Mapping[str, Any]], bool]:
    if word in _ORDERS:
        if not _is_number(wanted):
            raise RefusedError(f"The {word} operator must be followed by a number, got {wanted!r} instead.")
        order = _ORDERS[word]
        return lambda metadata: _is_number(metadata.get(field)) and order(metadata[field], wanted)
    if word in {"$in", "$nin"}:
        if not isinstance(wanted, list):
            raise RefusedError(f"The {word} operator must be followed by a list, got {wanted!r} instead.")
        return lambda metadata: any(_equals(metadata.get(field), one) for one in wanted) == (word == "$in")
    if word == "$exists":
        return lambda metadata: (field in metadata) == bool(wanted)
    if word in {"$eq", "$ne"}:
        return lambda metadata: _equals(metadata.get(field), wanted) == (word == "$eq")
    raise RefusedError(f"{word} is not a valid operator: use one of {', '.join(_WORDS)}.")


def _equals(found: Any, wanted: Any) -> bool:
    """Whether a field has the value, or among its values, if it is a list."""
    if isinstance(found, list):
        return wanted in found
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
