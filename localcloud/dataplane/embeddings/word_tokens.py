"""Tokens of a text word by word: words come again, and a word's tokens do not depend on what is beside it.

Llama's tokenizer takes a whole text for one word: it writes ``▁`` for each blank and merges neighbours into larger
tokens. But none of its tokens has a ``▁`` behind another character, so what is before a blank is never merged with what
follows it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = "▁"
MOST_CHARACTERS = 1 << 18
"""Of the words that are remembered: then they are forgotten, and take at most some 20 MB."""


class WordTokens:
    """Remembers the tokens of words. Safe to use from several threads."""

    def __init__(self, tokenizer: Any) -> None:
        """``tokenizer``: of the library ``tokenizers``; :class:`ValueError` if a word's tokens may depend on others."""
        if any(_BLANK in token.lstrip(_BLANK) for token in tokenizer.get_vocab(with_added_tokens=False)):
            raise ValueError("a token of its tokenizer reaches into the next word")
        self._tokenizer = tokenizer
        self._special = [_BLANK, *(token.content for token in tokenizer.get_added_tokens_decoder().values())]
        self._known: dict[str, list[int]] = {}
        self._characters = 0

    def of(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the tokens of each text: those that the tokenizer gives the whole text."""
        by_word = [self._words(text) for text in texts]
        known = self._remembered({word for words in by_word for word in words})
        whole = iter(self._encoded([text for text, words in zip(texts, by_word, strict=True) if not words]))
        return [list(chain.from_iterable(map(known.__getitem__, words))) or next(whole) for words in by_word]

    def _words(self, text: str) -> list[str]:
        """Return the words of a text, none if it must be read as a whole: several blanks together may be one token."""
        words = text.split(" ")
        is_whole = "" in words or any(special in text for special in self._special)
        return [] if is_whole else words

    def _remembered(self, words: set[str]) -> dict[str, list[int]]:
        """Return tokens by word, of all these words and perhaps others."""
        known = self._known
        new = [word for word in words if word not in known]
        known.update(zip(new, self._encoded(new), strict=True))
        self._characters += sum(map(len, new))
        if self._characters > MOST_CHARACTERS:
            self._known, self._characters = {}, 0
        return known

    def _encoded(self, texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
