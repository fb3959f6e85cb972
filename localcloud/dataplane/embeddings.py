"""The embedding model: wordllama's 256 dimensions, with the weights that its wheel carries."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.dataplane.interface import DataPlaneError, Embedded, InvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 256
MOST_TOKENS = 300_000
"""Tokens of all texts of a call, as at OpenAI ("Embeddings", API reference)."""
LONGEST_TEXT = 8192
"""Tokens of one text, as at OpenAI."""
MOST_CHARACTERS = 1 << 18
"""Characters of one text, and of a batch for the tokenizer: it needs about a kilobyte of memory for a token."""
_BATCH = 64


class WordLlamaModel:
    """The :class:`~localcloud.dataplane.interface.EmbeddingModel`. It loads in the background; calls wait for that.

    A vector is the mean of its text's token vectors, scaled to length 1, whatever else is in the batch.
    """

    dimensions = DIMENSIONS

    def __init__(self) -> None:
        """Start loading."""
        loader = ThreadPoolExecutor(1, thread_name_prefix="wordllama")
        self._loading = loader.submit(_load)
        loader.shutdown(wait=False)

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed each text for itself; safe to call from several threads. :class:`InvalidError` for too much text."""
        tokenizer, table = self._model()
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        tokens = 0
        for rows in _batches(texts):
            batch = tokenizer.encode_batch_fast([texts[row] for row in rows], add_special_tokens=False)
            for row, encoding in zip(rows, batch, strict=True):
                ids = encoding.ids
                tokens += len(ids)
                _require_few(row, len(ids), tokens)
                if ids:
                    # The sum has the same direction as the mean, and is scaled to length 1 below: no need to divide.
                    np.add.reduce(table.take(ids, axis=0, mode="clip"), axis=0, out=vectors[row])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[lengths[:, 0] == 0, 0] = 1.0  # a text without tokens: scaling its zero vector would give NaN
        vectors /= np.where(lengths == 0, 1, lengths)
        return Embedded(vectors, tokens)

    def _model(self) -> tuple[Any, Vectors]:
        try:
            return self._loading.result()
        except (ImportError, OSError) as error:
            raise DataPlaneError(f"The embedding model could not be loaded: {error}.") from error


def _batches(texts: Sequence[str]) -> Iterator[range]:
    """Yield batches of indexes of texts, each with at most :data:`MOST_CHARACTERS` characters."""
    start = characters = 0
    for row, text in enumerate(texts):
        if len(text) > MOST_CHARACTERS:
            raise InvalidError(f"input[{row}] has {len(text)} characters: at most {MOST_CHARACTERS} are allowed.")
        if row - start == _BATCH or characters + len(text) > MOST_CHARACTERS:
            yield range(start, row)
            start, characters = row, 0
        characters += len(text)
    if texts:
        yield range(start, len(texts))


def _require_few(row: int, tokens: int, together: int) -> None:
    if tokens > LONGEST_TEXT:
        raise InvalidError(f"input[{row}] has {tokens} tokens: at most {LONGEST_TEXT} are allowed.")
    if together > MOST_TOKENS:
        raise InvalidError(
            f"input has more than {MOST_TOKENS} tokens by input[{row}]: send the rest of the texts in another request."
        )


def _load() -> tuple[Any, Vectors]:
    """Return tokenizer and token vectors."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import wordllama  # noqa: PLC0415 - takes half a second, and only a server that is up needs it

    root.handlers[:], root.level = handlers, level  # the package configures the root logger when it is imported
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, dim=DIMENSIONS, disable_download=True)
    model.tokenizer.no_padding()  # padding makes one long text cost as much as a batch of them
    return model.tokenizer, model.embedding
