"""A name that is known, for one that was mistyped."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def hint(name: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean ...?"`` with the known name that is most like ``name``, or nothing if none is."""
    near = difflib.get_close_matches(name, sorted(known), 1, cutoff=0.8)
    return f" Did you mean {near[0]}?" if near else ""
