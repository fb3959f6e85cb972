"""The fast model, with its own weights."""

from __future__ import annotations

import logging

import numpy as np
import psutil
import pytest

from localcloud.control.free_memory import give_back
from localcloud.dataplane.embeddings.limits import MOST_CHARACTERS
from localcloud.dataplane.embeddings.wordllama_model import WordLlamaModel
from localcloud.dataplane.interface import InvalidError
from tests.support.embedding_models import check_independence_of_batch_and_thread, check_shape_type_and_length


@pytest.fixture(scope="module")
def model() -> WordLlamaModel:
    return WordLlamaModel()


def test_shape_type_and_length(model: WordLlamaModel) -> None:
    check_shape_type_and_length(model, 256)
    assert model.dimensions == 256


def test_near_meanings_are_near(model: WordLlamaModel) -> None:
    shoes, sneakers, invoice = model.embed(["running shoes", "sneakers for a run", "unpaid invoice"]).vectors
    assert shoes @ sneakers > shoes @ invoice + 0.2


def test_a_vector_does_not_depend_on_its_batch_or_thread(model: WordLlamaModel) -> None:
    texts = [f"small blue shirt {number} " + "long " * (number % 7) for number in range(300)]
    check_independence_of_batch_and_thread(model, texts)


def test_tokens_are_counted(model: WordLlamaModel) -> None:
    assert model.embed([]).tokens == 0
    assert model.embed(["shoes", "shoes"]).tokens == 2 * model.embed(["shoes"]).tokens > 0


def test_the_root_logger_is_left_alone(model: WordLlamaModel) -> None:
    before = list(logging.getLogger().handlers)
    WordLlamaModel().embed(["x"])
    assert model.dimensions == 256
    assert logging.getLogger().handlers == before


def words(count: int) -> str:
    return " ".join(["word"] * count)


def test_too_much_text_is_refused_before_it_fills_the_memory(model: WordLlamaModel) -> None:
    model.embed([words(8000)])
    before = psutil.Process().memory_info().rss
    for texts, why in (
        (["x", words(9000)], r"input\[1\] has 9000 tokens: at most 8192"),
        (["a b c d " * (1 << 20)], rf"input\[0\] has {8 << 20} characters: at most {MOST_CHARACTERS}"),
        ([words(4000)] * 2048, r"more than 300000 tokens by input\[75\]: send the rest"),
    ):
        with pytest.raises(InvalidError, match=why):
            model.embed(texts)
    # Of eight million characters the tokenizer alone would make two gigabytes.
    assert psutil.Process().memory_info().rss - before < 800 << 20


def test_texts_of_all_lengths_keep_their_places(model: WordLlamaModel) -> None:
    texts = [words(length) for length in (1, 8000, 3, 8000, 8000, 7000, 1)] + ["shoes"] * 130
    vectors = model.embed(texts).vectors
    assert np.array_equal(vectors[-1], model.embed(["shoes"]).vectors[0])
    assert np.allclose(vectors[:7], vectors[0], atol=1e-5)


def test_texts_that_were_embedded_are_not_kept(model: WordLlamaModel) -> None:
    def embed(first: int) -> int:
        for batch in range(20):
            model.embed([f"Two blanks  make {first}, {batch}, {number} be read whole. " * 3 for number in range(256)])
        give_back()
        return psutil.Process().memory_info().rss

    before = embed(1)
    assert embed(2) < before + (10 << 20)
