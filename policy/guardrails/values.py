"""Reads inputs of a resource; unknown ones count as absent.

In a preview some inputs depend on resources that do not exist yet. ``pulumi_policy`` raises if a policy reads one, and
drops the policy's other findings. So these functions return ``None`` for it. The value is checked in ``up``: there the
engine calls the policy with all inputs known, before it creates the resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def known(props: Any, *path: str) -> Any:
    """Return the value at ``path``; ``None`` if it is absent or unknown."""
    found = props
    for key in path:
        try:
            found = found[key] if isinstance(found, Mapping) and key in found else None
        except UnknownValueError:
            return None
    return found


def text(props: Any, *path: str) -> str:
    """Return the text at ``path``; empty if it is absent or unknown."""
    found = known(props, *path)
    return found if isinstance(found, str) else ""


def texts(props: Any, *path: str) -> Iterator[tuple[str, str]]:
    """Yield key and value of the map at ``path``, for values that are known texts."""
    found = known(props, *path)
    for key in found if isinstance(found, Mapping) else ():
        value = known(found, key)
        if isinstance(value, str):
            yield key, value


def stack_of(urn: str) -> str:
    """Return the stack that a URN (``urn:pulumi:<stack>::<project>::<types>::<name>``) belongs to."""
    return urn.split("::", 1)[0].rpartition(":")[2]


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether ``name`` matches one of ``patterns`` (``*`` and ``?`` as in a shell)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def listed(names: Iterable[str]) -> str:
    """Return names as an enumeration: ``a, b and c``."""
    *most, last = list(names) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
