"""Reading one Flink SQL statement well enough to name what it makes and what it refers to.

Flink is the judge of a statement. What is read here is what the program itself has to know before Flink is there: that
a file holds one whole statement, of which kind, and which models, tables and connection it is about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Self

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | (?:--|//)[^\r\n]* | /\*.*?\*/ )
    | (?P<string> '(?:[^']|'')*' )
    | (?P<quoted> `(?:[^`]|``)*` )
    | (?P<word> [A-Za-z_][\w$]* )
    | (?P<number> \d[\w.]* )
    | (?P<symbol> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CONDITION = ["IF", "NOT", "EXISTS"]
_PREDICTIONS = ("AI_EMBEDDING", "ML_PREDICT")
_NEVER_CLOSED = {
    "'": "a string that starts with '",
    "`": "a name that starts with `",
    "/*": "a comment that starts with /*",
}


class SqlTextError(ValueError):
    """Not one whole statement of a known kind; ``str()`` is the end of a sentence about its file."""


class Kind(StrEnum):
    """The statements that the pipeline is made of, by the words they start with."""

    CREATE_MODEL = "CREATE MODEL"
    CREATE_TABLE = "CREATE TABLE"
    INSERT_INTO = "INSERT INTO"

    @property
    def makes(self) -> str | None:
        """What Flink keeps when the statement is deleted (``MODEL``, ``TABLE``); ``None`` for one that only runs."""
        verb, noun = self.value.split()
        return noun if verb == "CREATE" else None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A piece of a statement that is neither blank nor comment; ``value`` has its quotes removed."""

    kind: str
    value: str
    start: int

    def is_word(self, word: str) -> bool:
        """Whether this is the unquoted keyword ``word``."""
        return self.kind == "word" and self.value.upper() == word


def tokens(text: str) -> Iterator[Token]:
    """Split ``text``; raises :class:`SqlTextError` at a quote or comment that is never closed."""
    for match in _TOKEN.finditer(text):
        kind, value = str(match.lastgroup), match.group()
        opening = "/*" if text.startswith("/*", match.start()) else value
        if kind == "symbol" and opening in _NEVER_CLOSED:
            line = text.count("\n", 0, match.start()) + 1
            raise SqlTextError(f"has {_NEVER_CLOSED[opening]} on line {line} and never ends")
        if kind in {"string", "quoted"}:
            value = value[1:-1].replace(value[0] * 2, value[0])
        if kind != "blank":
            yield Token(kind=kind, value=value, start=match.start())


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement, word for word as in ``file``; ``target`` is the model or table that it makes or fills."""

    kind: Kind
    text: str
    target: str
    file: str = ""

    @classmethod
    def parse(cls, text: str, file: str = "") -> Self:
        """Read ``text``, else :class:`SqlTextError`."""
        found = list(tokens(text))
        kind = _kind(found)
        ends = [index for index, token in enumerate(found) if token.kind == "symbol" and token.value == ";"]
        if ends and ends[0] < len(found) - 1:
            raise SqlTextError("holds more than one statement: leave one in it")
        _check_parentheses(text, found)
        return cls(kind=kind, text=text.strip(), target=_target(found, kind), file=file)

    @property
    def is_conditional(self) -> bool:
        """Whether it leaves alone what is there already (IF NOT EXISTS)."""
        return self.if_not_exists == self.text

    @property
    def drop(self) -> str:
        """The statement that drops what this one makes, every version of it."""
        name = self.target + ("$all" if self.kind is Kind.CREATE_MODEL else "")
        return f"DROP {self.kind.makes} IF EXISTS {quote(name)}"

    @cached_property
    def _tokens(self) -> Sequence[Token]:
        return list(tokens(self.text))

    @property
    def options(self) -> dict[str, str]:
        """The ``'KEY' = 'value'`` pairs of its WITH clause, keys in upper case."""
        triples = zip(self._tokens, self._tokens[1:], self._tokens[2:], strict=False)
        return {
            key.value.upper(): value.value
            for key, equals, value in triples
            if (key.kind, equals.value, value.kind) == ("string", "=", "string")
        }

    @property
    def names(self) -> set[str]:
        """Every name that the statement mentions, quoted or not."""
        return {token.value for token in self._tokens if token.kind in {"quoted", "word"}}

    @property
    def predicts_with(self) -> set[str]:
        """The models that it calls, through ``AI_EMBEDDING`` or ``ML_PREDICT``."""
        triples = zip(self._tokens, self._tokens[1:], self._tokens[2:], strict=False)
        return {
            model.value
            for call, _, model in triples
            if any(call.is_word(name) for name in _PREDICTIONS) and model.kind in {"string", "quoted"}
        }

    @property
    def if_not_exists(self) -> str:
        """Its text as one that leaves alone what is there already; the text itself if it is such a one."""
        makes, *condition = self._tokens[1:5]
        if [token.value.upper() for token in condition] == _CONDITION:
            return self.text
        end = makes.start + len(makes.value)
        return f"{self.text[:end]} {' '.join(_CONDITION)}{self.text[end:]}"

    def with_option(self, key: str, value: str) -> Self:
        """Return the statement with one more option at the end of its WITH clause."""
        last = max(token.start for token in self._tokens if token.value == ")")
        before = self.text[:last].rstrip()
        literal = value.replace("'", "''")
        text = f"{before},\n  '{key}' = '{literal}'\n{self.text[last:]}"
        return replace(self, text=text)


def _check_parentheses(text: str, found: Sequence[Token]) -> None:
    open_at: list[Token] = []
    for token in found:
        if token.kind == "symbol" and token.value == "(":
            open_at.append(token)
        elif token.kind == "symbol" and token.value == ")":
            if not open_at:
                line = text.count("\n", 0, token.start) + 1
                raise SqlTextError(f"has a ) on line {line} that closes nothing")
            open_at.pop()
    if open_at:
        line = text.count("\n", 0, open_at[-1].start) + 1
        raise SqlTextError(f"has a ( on line {line} that is never closed")


def _kind(found: Sequence[Token]) -> Kind:
    *most, last = Kind
    wanted = f"write one {', '.join(most)} or {last} statement"
    if not found:
        raise SqlTextError(f"is empty: {wanted}")
    starts = " ".join(token.value for token in found[:2])
    if starts.upper() not in set(Kind):
        raise SqlTextError(f"starts with {starts!r}: {wanted}")
    return Kind(starts.upper())


def quote(name: str) -> str:
    """Return ``name`` as an identifier that Flink takes literally."""
    return f"`{name.replace('`', '``')}`"


def _target(found: Sequence[Token], kind: Kind) -> str:
    rest = list(found)[len(kind.value.split()) :]
    if [token.value.upper() for token in rest[:3]] == _CONDITION:
        rest = rest[3:]
    name = ""
    while rest and rest[0].kind in {"word", "quoted"}:
        name = rest.pop(0).value
        if not rest or rest[0].value != ".":
            break
        rest.pop(0)
    if not name:
        raise SqlTextError(f"has no name after {kind}")
    return name
