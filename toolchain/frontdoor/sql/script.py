"""Splits what is typed or piped into statements: at each `;` outside strings, names, comments and statement sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.sql_tokens import keywords, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SET = ["STATEMENT", "SET", "BEGIN"]
_WORDS = frozenset({"quit", "exit", "help"})


def is_command(line: str) -> bool:
    r"""Whether a line is a command of the shell that needs no `;`: ``\q``, ``help``."""
    text = line.strip()
    return text.startswith("\\") or text.lower() in _WORDS


def split_first(text: str) -> tuple[str, str] | None:
    """Return the first complete statement, without its `;`, and the rest; ``None`` if no statement is complete."""
    words: list[str] = []
    place, cases = 0, 0
    in_set, at_end = False, False  # of a statement set, which has a `;` after each INSERT
    for token in tokens(text):
        place += len(token.text)
        if token.kind in {"blank", "comment"}:
            continue
        if token.text == ";" and (at_end or not in_set):
            return text[: place - 1].strip(), text[place:]
        word = token.text.upper() if token.kind == "word" else token.text
        at_end = word == "END" and not cases
        cases += {"CASE": 1, "END": -min(cases, 1)}.get(word, 0)
        words = [*words[-2:], word]
        in_set = in_set or words == _SET
    return None


def has_code(text: str) -> bool:
    """Whether there is anything but blanks, comments and `;`."""
    return any(word != ";" for word in keywords(text))


def statements(lines: Iterable[str]) -> Iterator[str]:
    """Yield each statement and command as soon as its last line has been read; the last one needs no `;`."""
    text = ""
    for line in lines:
        if not has_code(text) and is_command(line):
            text = ""
            yield line.strip()
            continue
        text += line
        while found := split_first(text):
            statement, text = found
            if has_code(statement):
                yield statement
    if has_code(text):
        yield text.strip()
