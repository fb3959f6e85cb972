"""What the measurement of `ask` fills the store with, and how it sums up."""

from __future__ import annotations

import json

import numpy as np
import pytest

from workshop.bench.measure import percentile
from workshop.bench.sink_stack import product, vectors


def test_vectors_are_of_length_one_and_the_same_each_time() -> None:
    made = vectors(50, 384, seed=3)
    assert made.shape == (50, 384)
    assert np.linalg.norm(made, axis=1) == pytest.approx(np.ones(50), abs=1e-6)
    assert (made == vectors(50, 384, seed=3)).all()
    assert (made != vectors(50, 384, seed=4)).any()


def test_each_row_has_an_id_of_its_own_and_is_json() -> None:
    rows = [product(number, [1.0, 0.0]) for number in range(10)]
    assert len({row["product_id"] for row in rows}) == len(rows)
    assert json.loads(json.dumps(rows)) == rows


def test_a_percentile_is_above_so_many_values() -> None:
    values = [float(number) for number in range(1, 1001)]
    assert percentile(values, 50) == pytest.approx(500, abs=1)
    assert percentile(values, 99) == pytest.approx(990, abs=1)
