"""The columns that a CREATE TABLE declares, with their types as they are written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.flinksql.text import Statement, Token, quote, tokens

_OPENING, _CLOSING = "(<", ")>"
_NO_COLUMN = ("PRIMARY", "CONSTRAINT", "WATERMARK", "UNIQUE", "PERIOD")
_ENDS_TYPE = ("NOT", "NULL", "COMMENT", "PRIMARY", "CONSTRAINT")
_NO_TYPE = ("AS", "METADATA")
_FIRST_WORD = re.compile(r"[^A-Z_]")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A physical column; ``type``: in capitals, without NOT NULL: ``ARRAY<FLOAT>``, ``DECIMAL(10, 2)``."""

    name: str
    type: str

    @property
    def kind(self) -> str:
        """First word of the type: ``ARRAY``, ``DECIMAL``."""
        return _FIRST_WORD.split(self.type, maxsplit=1)[0]


def columns_of(table: Statement) -> list[Column]:
    """Return the physical columns of a CREATE TABLE, in order; none of one that takes them from a query."""
    found = (_column(part) for part in _parts(list(tokens(table.text))))
    return [column for column in found if column is not None]


def _parts(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Split what is between the first parentheses at its own commas."""
    first = next((index for index, token in enumerate(found) if token.value == "(" or token.is_word("WITH")), None)
    if first is None or found[first].value != "(":
        return
    depth = 0
    part: list[Token] = []
    for token in found[first + 1 :]:
        if token.kind == "symbol" and token.value in _CLOSING:
            depth -= 1
            if depth < 0:
                break
        if token.kind == "symbol" and token.value in _OPENING:
            depth += 1
        if token.kind == "symbol" and token.value == "," and not depth:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _column(part: Sequence[Token]) -> Column | None:
    if len(part) <= 1 or any(part[0].is_word(word) for word in _NO_COLUMN):
        return None
    if any(part[1].is_word(word) for word in _NO_TYPE):
        return None
    kept: list[Token] = []
    for token in part[1:]:
        if any(token.is_word(word) for word in _NO_TYPE):
            return None
        if any(token.is_word(word) for word in _ENDS_TYPE) and "<" not in [one.value for one in kept]:
            break
        kept.append(token)
    return Column(name=part[0].value, type=_text(kept))


def _text(kept: Sequence[Token]) -> str:
    text = ""
    for token in kept:
        word = quote(token.value) if token.kind == "quoted" else token.value
        if token.kind == "word" and "<" not in text:  # else it may be a field's name
            word = word.upper()
        text += f" {word}" if text and text[-1] not in "<(" and word not in (*_CLOSING, *_OPENING, ",") else word
    return text
