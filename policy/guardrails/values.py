"""Reading what is known of a resource.

In a preview some inputs come from resources that do not exist yet. ``pulumi_policy`` raises when a policy touches one,
and drops whatever else the policy would have found: so these functions answer ``None`` for it. Such a value is judged
in ``up``, where the engine asks again, with all inputs known, before it makes the resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def known(props: Any, *path: str) -> Any:
    """Return the value at ``path``; ``None`` where it is absent or not known yet."""
    found = props
    for key in path:
        try:
            found = found[key] if isinstance(found, Mapping) and key in found else None
        except UnknownValueError:
            return None
    return found


def text(props: Any, *path: str) -> str:
    """Return the text at ``path``; empty where there is none yet."""
    found = known(props, *path)
    return found if isinstance(found, str) else ""


def texts(props: Any, *path: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of the map at ``path`` whose values are text, and known."""
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
    """Return names as a person would list them."""
    *most, last = list(names) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
