"""Mistakes in a schema's text: odd values, lost keys, lost characters."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

SCALARS: tuple[Any, ...] = (None, True, -1, 0, 1e300, 10**40, "", "\u0000", "int", "record", "nope")
LISTS: tuple[Any, ...] = ([], [[]], [None], [1], ["null", "int", "string"])
OBJECTS: tuple[Any, ...] = (
    {},
    {"a": 1},
    {"type": {}},
    {"type": "record"},
    {"min": 5, "max": 1},
    {"options": []},
    {"regex": "["},
)
ODD = (*SCALARS, *LISTS, *OBJECTS)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container in a JSON value with each of its keys."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [place for inner in value.values() for place in places(inner)]
    if isinstance(value, list):
        return [(value, at) for at in range(len(value))] + [place for inner in value for place in places(inner)]
    return []


def mistaken(schema: str, rng: random.Random) -> str:
    """Return a schema with one to three odd values, lost keys, or a lost character."""
    value = json.loads(schema)
    for _ in range(rng.randrange(1, 4)):
        holder, key = rng.choice(places(value))
        if rng.random() < 0.3:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))
        if not places(value):
            break
    text = json.dumps(value)
    return text if rng.random() < 0.9 else text[:-1]
