"""What is wrong with a person's input is told in no word of Python."""

from __future__ import annotations

import json
import random

import pytest

from localcloud.dataplane.connect.datagen.datagen_config import check
from localcloud.dataplane.connect.datagen.quickstarts import names, quickstart
from tests.support.mistakes import mistaken
from tests.support.product import PRODUCT_SCHEMA, connector_config
from tests.support.words import PYTHON

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
