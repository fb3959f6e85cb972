"""How much text a call may bring: OpenAI's limits, and those that keep the tokenizer's memory bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.interface import InvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_TOKENS = 300_000
"""Of all texts of a call, as at OpenAI ("Embeddings", API reference)."""
LONGEST_TEXT = 8192
"""Tokens of one text, as at OpenAI."""
MOST_CHARACTERS = 1 << 18
"""Of one text, and of a batch: while the tokenizer works, a token takes a kilobyte."""
_BATCH = 64


def batches(texts: Sequence[str]) -> Iterator[range]:
    """Yield the texts' indices, as many at once as the tokenizer may have; :class:`InvalidError` for a huge text."""
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


def require_few(row: int, tokens: int, together: int) -> None:
    """Raise :class:`InvalidError` if text ``row`` has too many tokens, or all texts up to it have."""
    if tokens > LONGEST_TEXT:
        raise InvalidError(f"input[{row}] has {tokens} tokens: at most {LONGEST_TEXT} are allowed.")
    if together > MOST_TOKENS:
        raise InvalidError(
            f"input has more than {MOST_TOKENS} tokens by input[{row}]: send the rest of the texts in another request."
        )
