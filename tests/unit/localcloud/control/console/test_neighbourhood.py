"""Cosines and the map."""

from __future__ import annotations

import numpy as np

from localcloud.control.console.neighbourhood import cosines, flattened


def test_cosines_do_not_depend_on_length() -> None:
    vectors = np.array([[2.0, 0.0], [0.0, 0.1], [-5.0, 0.0], [0.0, 0.0]])
    assert cosines(vectors, np.array([3.0, 0.0])).tolist() == [1.0, 0.0, -1.0, 0.0]


def test_the_map_shows_the_directions_in_which_vectors_differ_most() -> None:
    rng = np.random.default_rng(7)
    plane = rng.normal(size=(50, 2)) * [10, 3]
    rotation = np.linalg.qr(rng.normal(size=(64, 64)))[0][:2]
    flat = flattened(plane @ rotation + 5)
    centred = plane - plane.mean(axis=0)
    between = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    really = np.linalg.norm(centred[:, None] - centred[None], axis=2)
    assert np.allclose(between / between.max(), really / really.max())
    assert np.abs(flat).max() == 1


def test_equal_vectors_make_equal_maps() -> None:
    vectors = np.random.default_rng(1).normal(size=(9, 16))
    assert np.array_equal(flattened(vectors), flattened(vectors.copy()))


def test_few_or_equal_vectors_have_a_map_too() -> None:
    for vectors in (np.zeros((0, 8)), np.ones((1, 8)), np.ones((3, 8)), np.array([[1.0], [2.0], [4.0]])):
        flat = flattened(vectors)
        assert flat.shape == (len(vectors), 2)
        assert np.isfinite(flat).all()
