"""The vectors of one namespace, in memory: every search compares them all, so it is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Numbers = np.ndarray[Any, np.dtype[np.float32]]

METRICS = ("cosine", "dotproduct", "euclidean")
_FIRST_ROWS = 64


@dataclass(frozen=True)
class Vector:
    """A vector by its id; ``metadata``: flat, may be empty."""

    id: str
    values: Numbers
    metadata: Mapping[str, Any]


class Vectors:
    """The rows of a matrix. The one who calls has a lock."""

    def __init__(self, dimension: int, metric: str) -> None:
        self._metric = metric
        self._matrix = np.empty((_FIRST_ROWS, dimension), np.float32)
        self._ids: list[str] = []
        self._metadata: list[Mapping[str, Any]] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, vector: Vector) -> None:
        """Add it, or replace the one with its id."""
        row = self._rows.get(vector.id)
        if row is None:
            row = len(self._ids)
            if row == len(self._matrix):
                self._matrix = np.concatenate([self._matrix, np.empty_like(self._matrix)])
            self._rows[vector.id] = row
            self._ids.append(vector.id)
            self._metadata.append(vector.metadata)
        self._matrix[row] = vector.values
        self._metadata[row] = vector.metadata

    def remove(self, vector_id: str) -> None:
        """Remove it, if it is there: the last row takes its place."""
        row = self._rows.pop(vector_id, None)
        if row is None:
            return
        last_id, last_metadata, last = self._ids.pop(), self._metadata.pop(), len(self._ids)
        if row != last:
            self._matrix[row] = self._matrix[last]
            self._ids[row], self._metadata[row], self._rows[last_id] = last_id, last_metadata, row

    def get(self, vector_id: str) -> Vector | None:
        """Return the vector of that id, ``None`` if there is none."""
        row = self._rows.get(vector_id)
        return None if row is None else self._vector(row)

    def matching(self, test: Callable[[Mapping[str, Any]], bool]) -> list[str]:
        """Return the ids of the vectors whose metadata pass ``test``."""
        return [self._ids[row] for row in self._passing(test)]

    def ids(self) -> list[str]:
        """Return all ids, sorted."""
        return sorted(self._ids)

    def nearest(
        self, values: Numbers, count: int, test: Callable[[Mapping[str, Any]], bool] | None
    ) -> list[tuple[Vector, float]]:
        """Return the ``count`` nearest vectors whose metadata pass ``test`` with their scores, the nearest first.

        Scores: cosine; dot product; the square of the Euclidean distance, of which the smallest is the nearest.
        """
        rows: Sequence[int] = range(len(self)) if test is None else list(self._passing(test))
        if not rows:
            return []
        scores = self._scores(self._matrix[: len(self)] if test is None else self._matrix[rows], values)
        nearness = -scores if self._metric == "euclidean" else scores
        count = min(count, len(scores))
        best = np.argpartition(-nearness, count - 1)[:count]
        ordered = best[np.argsort(-nearness[best], kind="stable")]
        return [(self._vector(rows[place]), float(scores[place])) for place in ordered]

    def _scores(self, matrix: Numbers, values: Numbers) -> Numbers:
        if self._metric == "euclidean":
            distances: Numbers = np.square(matrix - values).sum(axis=1)
            return distances
        dots: Numbers = matrix @ values
        if self._metric == "cosine":
            dots /= np.linalg.norm(matrix, axis=1) * np.linalg.norm(values)
        return dots

    def _passing(self, test: Callable[[Mapping[str, Any]], bool]) -> Iterator[int]:
        return (row for row, metadata in enumerate(self._metadata) if test(metadata))

    def _vector(self, row: int) -> Vector:
        return Vector(self._ids[row], self._matrix[row], self._metadata[row])
