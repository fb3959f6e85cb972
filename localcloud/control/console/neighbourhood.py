"""Vectors compared: which are nearest to a question, and where they are on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    Matrix = np.ndarray[Any, np.dtype[np.float64]]


def cosines(vectors: Matrix, question: Matrix) -> Matrix:
    """Return the cosine similarity of each row to the question, from -1 to 1; 0 for a vector without a length."""
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(question)
    found: Matrix = np.divide(vectors @ question, lengths, out=np.zeros(len(vectors)), where=lengths > 0)
    return found


def flattened(vectors: Matrix) -> Matrix:
    """Return a point in a square of -1 to 1 for each row: its first two principal components (PCA).

    The signs are fixed by the largest loading of each component, so that equal vectors make equal maps.
    """
    if len(vectors) < 2:  # noqa: PLR2004 - a single point spreads in no direction
        return np.zeros((len(vectors), 2))
    centred = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    axes = np.zeros((2, vectors.shape[1]))
    axes[: min(2, len(components))] = components[:2]
    largest_loadings = axes[range(2), np.abs(axes).argmax(axis=1)]
    axes *= np.where(largest_loadings < 0, -1, 1)[:, None]
    points = centred @ axes.T
    largest = np.abs(points).max()
    flat: Matrix = points / largest if largest > 0 else points
    return flat
