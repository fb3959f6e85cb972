"""Embeds texts for ``/v1/embeddings``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.control.core.errors import InvalidError, ModelNotFoundError, translated
from localcloud.dataplane import interface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.control.core.plane import Plane
    from localcloud.dataplane.interface import EmbeddingModel

    Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Embeddings:
    """Embedding models by name, with OpenAI's parameter ``dimensions``."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def names(self) -> list[str]:
        """Return the names of the models."""
        return list(self._plane.embeddings.names())

    def require(self, name: str) -> EmbeddingModel:
        """Return the model of that name; :class:`ModelNotFoundError`, in OpenAI's words, if there is none."""
        try:
            return self._plane.embeddings.model(name)
        except interface.NotFoundError:
            raise ModelNotFoundError(
                f"The model `{name}` does not exist or you do not have access to it. The models of this server are"
                f" {', '.join(self.names())}."
            ) from None

    def text(self, tokens: Sequence[int], place: str) -> str:
        """Return the text of OpenAI's tokens; :class:`InvalidError` for a token that there is not."""
        with translated():
            try:
                return self._plane.embeddings.text(tokens, place)
            except interface.InvalidError as error:
                raise InvalidError(str(error), pointer="input") from None

    def embed(self, name: str, texts: Sequence[str], dimensions: int | None) -> tuple[Vectors, int]:
        """Return one row of length 1 per text, cut to ``dimensions``, and the number of tokens."""
        model = self.require(name)
        _check(model, dimensions)
        with translated():
            embedded = model.embed(texts)
        vectors = embedded.vectors
        if dimensions is not None and dimensions < model.dimensions:
            vectors = np.ascontiguousarray(vectors[:, :dimensions])
            # A shortened vector is no longer of length 1, which OpenAI's are. A zero vector stays one.
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors /= np.where(lengths == 0, 1, lengths)
        return vectors, embedded.tokens


def _check(model: EmbeddingModel, dimensions: int | None) -> None:
    if dimensions in (None, model.dimensions):
        return
    if not model.can_be_shortened:
        raise InvalidError("This model does not support specifying dimensions.", pointer="dimensions")
    if not 1 <= dimensions <= model.dimensions:
        raise InvalidError(
            f"dimensions must be a number from 1 to {model.dimensions}, not {dimensions}.", pointer="dimensions"
        )
