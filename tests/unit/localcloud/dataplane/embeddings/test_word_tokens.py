"""Tokens word by word: exactly those of the tokenizer of the model's wheel."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tokenizers
import wordllama

from localcloud.dataplane.embeddings import word_tokens
from localcloud.dataplane.embeddings.word_tokens import WordTokens

if TYPE_CHECKING:
    from collections.abc import Sequence


class Counting:
    """A tokenizer that keeps what it was asked for."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode_batch_fast(self, texts: Sequence[str], *, add_special_tokens: bool) -> Any:
        """Tokenize."""
        self.asked += texts
        return self._tokenizer.encode_batch_fast(texts, add_special_tokens=add_special_tokens)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    folder = Path(wordllama.__file__).parent
    loaded = wordllama.WordLlama.load(cache_dir=folder, dim=256, disable_download=True).tokenizer
    loaded.no_padding()
    return loaded


def check(tokenizer: Any, words: WordTokens, texts: list[str]) -> None:
    whole = [one.ids for one in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    assert words.of(texts) == whole


def test_tokens_are_those_of_the_whole_text(tokenizer: Any) -> None:
    texts = [
        "kids girls summer Levis shirt , price: 9.5 , store number: 7",
        *("", " ", "a  b", " a", "a ", "a   b c", "tab\tb c", "a\n b", "日本 語🙂 a", "e\u0301 é"),
        *("▁", "x▁ y", "▁x y", "a ▁b", "<s> a", "a<s>b c", "x </s>", "<unk>", "< s>"),
    ]
    words = WordTokens(tokenizer)
    for _ in range(2):  # unknown words, then known ones
        check(tokenizer, words, texts)


def test_any_texts_have_the_tokens_of_the_whole_text(tokenizer: Any) -> None:
    drawn = random.Random(11)
    words = WordTokens(tokenizer)
    for _ in range(50):
        letters = drawn.choice(["ab ", "ab▁ <s>", "xyé日 \t\n-1", "aaaa bbbb cccc ,:."])
        check(
            tokenizer,
            words,
            ["".join(drawn.choices(letters, k=drawn.randrange(24))) for _ in range(64)],
        )


def test_a_word_is_tokenized_once(tokenizer: Any) -> None:
    counting = Counting(tokenizer)
    words = WordTokens(counting)
    words.of(["red shirt", "red socks"])
    words.of(["red socks and a red shirt"])
    assert sorted(counting.asked) == ["a", "and", "red", "shirt", "socks"]


def test_words_are_forgotten_when_they_are_many(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_tokens, "MOST_CHARACTERS", 8)
    counting = Counting(tokenizer)
    words = WordTokens(counting)
    for text in ("one two", "three", "one"):
        check(tokenizer, words, [text])
    assert sorted(counting.asked) == ["one", "one", "three", "two"]


def test_a_tokenizer_whose_tokens_cross_words_is_refused() -> None:
    model = tokenizers.models.BPE({"a": 0, "▁": 1, "b": 2, "▁b": 3, "a▁b": 4}, [("▁", "b"), ("a", "▁b")])
    with pytest.raises(ValueError, match="into the next word"):
        WordTokens(tokenizers.Tokenizer(model))
