"""What every embedding model of the local cloud promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.dataplane.interface import EmbeddingModel


def check_shape_type_and_length(model: EmbeddingModel, dimensions: int) -> None:
    """Check that each text has a vector of ``dimensions`` numbers and of length 1, also one without a word."""
    vectors = model.embed(["blue shoes", "a red hat", "", "\N{SNOWMAN}" * 50]).vectors
    assert vectors.shape == (4, dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert model.embed([]).vectors.shape == (0, dimensions)


def check_independence_of_batch_and_thread(model: EmbeddingModel, texts: Sequence[str]) -> None:
    """Check that a text has the same vector alone, in a batch, and beside others in threads."""
    batch = model.embed(texts).vectors
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: model.embed([text]).vectors[0], texts))
    assert np.array_equal(batch, np.array(alone))
