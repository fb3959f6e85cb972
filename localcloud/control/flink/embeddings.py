"""Embeds texts for ``/v1/embeddings``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.control.core.errors import InvalidError, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.control.core.plane import Plane

    Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Embeddings:
    """The embedding model, with OpenAI's parameter ``dimensions``."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def embed(self, texts: Sequence[str], dimensions: int | None) -> tuple[Vectors, int]:
        """Return one row of length 1 per text, cut to ``dimensions``, and the number of tokens."""
        model = self._plane.embeddings
        if dimensions is not None and not 1 <= dimensions <= model.dimensions:
            raise InvalidError(
                f"dimensions must be a number from 1 to {model.dimensions}, not {dimensions}.", pointer="dimensions"
            )
        with translated():
            embedded = model.embed(texts)
        vectors = embedded.vectors
        if dimensions is not None and dimensions < model.dimensions:
            vectors = np.ascontiguousarray(vectors[:, :dimensions])
            # A shortened vector is no longer of length 1, which OpenAI's are. A zero vector stays one.
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors /= np.where(lengths == 0, 1, lengths)
        return vectors, embedded.tokens
