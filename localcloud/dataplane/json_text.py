"""JSON from a user: parsed if it is small enough to be worked on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.interface import InvalidError
from localcloud.json_size import is_deeper

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 1_000_000
"""Characters of a schema."""
DEEPEST = 100
"""Levels of objects and lists within one another: schemas are walked by recursion."""

_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*"?)|//[^\r\n]*|/\*.*?\*/', re.DOTALL)


def without_comments(text: str) -> str:
    """Return the text with a blank for each ``//`` and ``/* */``, which Avro's own parser takes within JSON."""
    return _STRING_OR_COMMENT.sub(lambda match: match[1] or " ", text)


def parse(text: str, what: str, parse_float: Callable[[str], Any] = float) -> Any:
    """Return the value of the JSON ``text``; ``what`` begins the sentence of an error, such as ``The schema``.

    :class:`InvalidError` if it is no JSON, longer than :data:`LONGEST` or nested deeper than :data:`DEEPEST`.
    """
    if len(text) > LONGEST:
        raise InvalidError(f"{what} has {len(text)} characters: at most {LONGEST} are allowed.")
    try:
        parsed = json.loads(text, parse_float=parse_float)
    except json.JSONDecodeError as error:
        reason = f"{error.msg[0].lower()}{error.msg[1:]}"
        raise InvalidError(f"{what} is no valid JSON: line {error.lineno}, column {error.colno}: {reason}.") from error
    except ValueError as error:  # Python's limit on the digits of a number
        raise InvalidError(f"{what} is no valid JSON: it has a number of too many digits.") from error
    except RecursionError:
        raise _too_deep(what) from None
    if is_deeper(parsed, DEEPEST):
        raise _too_deep(what)
    return parsed


def _too_deep(what: str) -> InvalidError:
    return InvalidError(f"{what} is nested more than {DEEPEST} levels deep: make it flatter.")
