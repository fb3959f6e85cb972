"""JSON from outside: read as far as it is small enough to be worked on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 1_000_000
"""Characters of a schema."""
DEEPEST = 100
"""Levels of objects and lists within one another: what walks a schema does so by recursion."""


def read(text: str, what: str, parse_float: Callable[[str], Any] = float) -> Any:
    """Return what ``text`` holds; :class:`InvalidError` if it is no JSON, too long or nested too deeply.

    ``what`` begins the sentence: ``The schema``.
    """
    if len(text) > LONGEST:
        raise InvalidError(f"{what} has {len(text)} characters: at most {LONGEST} are allowed.")
    try:
        parsed = json.loads(text, parse_float=parse_float)
    except ValueError as error:
        raise InvalidError(f"{what} is no valid JSON: {error}.") from error
    except RecursionError:
        raise _too_deep(what) from None
    if is_deeper(parsed, DEEPEST):
        raise _too_deep(what)
    return parsed


def _too_deep(what: str) -> InvalidError:
    return InvalidError(f"{what} is nested more than {DEEPEST} levels deep: make it flatter.")


def is_deeper(value: Any, levels: int) -> bool:
    """Whether ``value`` has more than ``levels`` levels of dicts and lists within one another."""
    level = [value]
    for _ in range(levels + 1):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return False
    return True


def _parts(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
