"""Flink SQL, token by token: what is a word, a literal, a quoted name or a comment.

Flink is the judge of a statement, so nothing is refused here: what is never closed reaches to the end of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<comment> (?:--|//)[^\r\n]* | /\*(?!\+).*?(?:\*/|\Z) )  # a hint, /*+ ... */, is code
    | (?P<string> '(?:[^']|'')*'? )
    | (?P<quoted> `(?:[^`]|``)*`? )
    | (?P<blank> \s+ )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<symbol> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a statement as it is written; ``kind`` is a group of the pattern above."""

    kind: str
    text: str


def tokens(sql: str) -> Iterator[Token]:
    """Split a text; nothing of it is left out."""
    for match in _TOKEN.finditer(sql):
        yield Token(str(match.lastgroup), match[0])


def keywords(sql: str) -> list[str]:
    """Return the unquoted words in capitals, and everything else that is neither blank nor comment as it is."""
    return [
        token.text.upper() if token.kind == "word" else token.text
        for token in tokens(sql)
        if token.kind not in {"blank", "comment"}
    ]


def without_comments(sql: str) -> str:
    """Return the text with a blank for each comment."""
    return "".join(" " if token.kind == "comment" else token.text for token in tokens(sql))
