"""The fast embedding model: wordllama's 256 dimensions, with the weights that its wheel carries."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.dataplane.embeddings.limits import batches, require_few
from localcloud.dataplane.embeddings.word_tokens import WordTokens
from localcloud.dataplane.interface import DataPlaneError, Embedded

if TYPE_CHECKING:
    from collections.abc import Sequence

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 256


class WordLlamaModel:
    """The :class:`~localcloud.dataplane.interface.EmbeddingModel`. It loads in the background; calls wait for that.

    A vector is the mean of its text's token vectors, scaled to length 1, whatever else is in the batch.
    """

    dimensions = DIMENSIONS
    can_be_shortened = True  # it was trained for that (wordllama's README, "Matryoshka")

    def __init__(self) -> None:
        """Start loading."""
        loader = ThreadPoolExecutor(1, thread_name_prefix="wordllama")
        self._loading = loader.submit(_load)
        loader.shutdown(wait=False)

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed each text for itself; safe to call from several threads. :class:`InvalidError` for too much text."""
        words, table = self._model()
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        tokens = 0
        for rows in batches(texts):
            for row, ids in zip(rows, words.of([texts[row] for row in rows]), strict=True):
                tokens += len(ids)
                require_few(row, len(ids), tokens)
                if ids:
                    # The sum has the same direction as the mean, and is scaled to length 1 below: no need to divide.
                    np.add.reduce(table.take(ids, axis=0, mode="clip"), axis=0, out=vectors[row])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[lengths[:, 0] == 0, 0] = 1.0  # a text without tokens: scaling its zero vector would give NaN
        vectors /= np.where(lengths == 0, 1, lengths)
        return Embedded(vectors, tokens)

    def _model(self) -> tuple[WordTokens, Vectors]:
        try:
            return self._loading.result()
        except (ImportError, OSError, ValueError) as error:
            raise DataPlaneError(f"The embedding model could not be loaded: {error}.") from error


def _load() -> tuple[WordTokens, Vectors]:
    """Return what tokenizes, and the token vectors."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import wordllama  # noqa: PLC0415 - takes half a second, and only a server that is up needs it

    root.handlers[:], root.level = handlers, level  # the package configures the root logger when it is imported
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, dim=DIMENSIONS, disable_download=True)
    model.tokenizer.no_padding()  # padding makes one long text cost as much as a batch of them
    # A text that is read whole is one word to it, and its cache would keep 10,000 in each thread, 40 MB and more.
    model.tokenizer.model._resize_cache(0)  # noqa: SLF001 - tokenizers has no public way
    return WordTokens(model.tokenizer), model.embedding
