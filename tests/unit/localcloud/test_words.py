"""What is wrong with a person's input is told in no word of Python."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from localcloud.dataplane.connect.datagen.datagen_config import check
from localcloud.dataplane.connect.datagen.quickstarts import names, quickstart
from tests.support.product import PRODUCT_SCHEMA, connector_config
from tests.support.words import PYTHON

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
            holder[key] = rng.choice(ODD)
        if not places(value):
            break
    text = json.dumps(value)
    return text if rng.random() < 0.9 else text[:-1]


SCHEMAS = [PRODUCT_SCHEMA, *(json.dumps(found.schema) for name in names() if (found := quickstart(name)))]


@pytest.mark.parametrize("seed", range(4))
def test_mistakes_in_a_generated_record(seed: int) -> None:
    rng = random.Random(seed)
    refused = 0
    for _ in range(150):
        schema = mistaken(rng.choice(SCHEMAS), rng)
        errors = check(connector_config(**{"schema.string": schema}))
        said = " ".join(message for messages in errors.values() for message in messages)
        refused += bool(said)
        assert "\n" not in said
        assert not PYTHON.search(said), f"{said}\n{schema}"
    assert refused > 75
