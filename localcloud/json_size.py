"""How deeply JSON is nested: whatever walks JSON by recursion asks this first, so that no input exhausts the stack."""

from __future__ import annotations

from typing import Any


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
