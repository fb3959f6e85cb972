"""Products for people, and for programs (one JSON object a line)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.sql.render import jsonable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = "content"  # the column that was embedded
_SCORE = "score"


def as_json(product: Mapping[str, Any]) -> str:
    """Return the product's columns and its score as one line of JSON."""
    return json.dumps(jsonable(product), ensure_ascii=False)


def as_line(product: Mapping[str, Any]) -> str:
    """Return score and text; without a column ``content``, all columns."""
    columns = {name: value for name, value in product.items() if name != _SCORE}
    text = columns.get(_TEXT) or ", ".join(f"{name} {value}" for name, value in columns.items())
    return f"  {product[_SCORE]:.4f}  {' '.join(str(text).split())}"
