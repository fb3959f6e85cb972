"""Amounts on the command line: ``--price NAME=AMOUNT``, ``--usage NAME=AMOUNT``."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping


def named_amount(flag: str, text: str, units: Mapping[str, str]) -> tuple[str, float]:
    """Parse ``NAME=AMOUNT``; ``units``: each allowed name -> its unit. Raises :class:`Failure` for any other text."""
    name, separator, amount = text.partition("=")
    if name not in units:
        near = get_close_matches(name, units, n=1)
        hint = f"write {near[0]}" if near else f"the names are {', '.join(units)}"
        raise Failure(f"{flag} {text}: {name or 'nothing'} is not a name it takes: {hint}.")
    try:
        value = float(amount)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        said = f"{amount!r} is no amount" if separator else "the amount is missing"
        raise Failure(f"{flag} {text}: {said}: write for example {flag} {name}=0.25 ({units[name]}).")
    return name, value
