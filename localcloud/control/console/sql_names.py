"""What a statement makes, writes, reads and predicts with, by its text: enough to draw it between its neighbours.

Flink is the judge of a statement. A name that is found here and belongs to nothing is left out of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from localcloud.sql_tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAKERS = frozenset({"TABLE", "MODEL", "VIEW"})
_PREDICTORS = frozenset({"ML_PREDICT", "AI_EMBEDDING", "AI_COMPLETE"})
_SEARCHES = frozenset({"VECTOR_SEARCH_AGG", "KEY_SEARCH_AGG", "TEXT_SEARCH_AGG"})
_READ_AFTER = frozenset({"FROM", "JOIN"})
_OPTIONAL = frozenset({"IF", "NOT", "EXISTS"})


@dataclass
class SqlNames:
    """Names without catalog and database.

    ``made`` is ``TABLE``, ``MODEL``, ``VIEW`` or empty; of ``options`` the keys are in small letters.
    """

    made: str = ""
    name: str = ""
    writes: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=512)
def names_in(sql: str) -> SqlNames:
    """Return the names in a statement, which all callers share: the console asks for the same ones every second."""
    text = [token for token in tokens(sql) if token.kind not in {"blank", "comment"}]
    found, defined = SqlNames(), set()
    _note_what_is_made(text, found)
    for at, token in enumerate(text):
        word = token.text.upper() if token.kind == "word" else ""
        following = text[at + 1 : at + 3]
        if word == "INTO" and at and text[at - 1].text.upper() == "INSERT":
            found.writes.append(_path(text, at + 1)[0])
        elif word in _READ_AFTER:
            found.reads += _sources(text, at + 1)
        elif word == "TABLE" and at and text[at - 1].text == "(" and following and following[0].text != "(":
            found.reads.append(_path(text, at + 1)[0])
        elif word in _SEARCHES and len(following) > 1:
            found.reads.append(_path(text, at + 2)[0])
        elif word in _PREDICTORS and len(following) > 1:
            found.models.append(_argument(text, at + 2))
        elif word == "AS" and at and following and following[0].text == "(":
            defined.add(_unquoted(text[at - 1]))
    found.reads = _once(name for name in found.reads if name not in defined)
    found.writes, found.models = _once(found.writes), _once(found.models)
    return found


def _note_what_is_made(text: Sequence[Token], found: SqlNames) -> None:
    words = [token.text.upper() for token in text[:4]]
    if not words or words[0] != "CREATE":
        return
    at = next((place for place, word in enumerate(words) if word in _MAKERS), 0)
    if not at:
        return
    found.made, at = words[at], at + 1
    while at < len(text) and text[at].kind == "word" and text[at].text.upper() in _OPTIONAL:
        at += 1
    found.name = _path(text, at)[0]
    strings = [(place, token) for place, token in enumerate(text) if token.kind == "string"]
    for place, token in strings:
        if text[place + 1 : place + 2] == [Token("symbol", "=")] and len(text) > place + 2:
            found.options[_unquoted(token).lower()] = _unquoted(text[place + 2])


def _sources(text: Sequence[Token], at: int) -> list[str]:
    """Return the tables of a list that begins at ``at``: ``a, b AS x, c``."""
    found = []
    while at < len(text) and text[at].kind in {"word", "quoted"}:
        name, after = _path(text, at)
        if after < len(text) and text[after].text == "(":  # a function, or LATERAL TABLE(...)
            break
        found.append(name)
        if after < len(text) and text[after].text.upper() == "AS":
            after += 1
        if after + 1 < len(text) and text[after].kind in {"word", "quoted"} and text[after + 1].text == ",":
            after += 1
        if after >= len(text) or text[after].text != ",":
            break
        at = after + 1
    return [name for name in found if name.upper() not in {"LATERAL", "TABLE"}]


def _path(text: Sequence[Token], at: int) -> tuple[str, int]:
    """Return the last part of a dotted name, and where it ends."""
    name = ""
    while at < len(text) and text[at].kind in {"word", "quoted"}:
        name = _unquoted(text[at])
        at += 1
        if at >= len(text) or text[at].text != ".":
            break
        at += 1
    return name, at


def _argument(text: Sequence[Token], at: int) -> str:
    token = text[at]
    if token.kind == "string":
        return _unquoted(token).rpartition(".")[2].strip("`")
    if token.text.upper() == "MODEL":
        at += 1
    return _path(text, at)[0]


def _unquoted(token: Token) -> str:
    quote = {"string": "'", "quoted": "`"}.get(token.kind)
    if quote is None:
        return token.text
    return token.text.removeprefix(quote).removesuffix(quote).replace(quote * 2, quote)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, names)))
