"""Secrets in what a person sends: found by the name of their option or by their own shape.

Statements are stored and listed as they were sent (clients compare that text with their own), so one that has a secret
is refused before it is stored: :func:`secret_in`. What is said about a request is :func:`masked`, where replies,
details and log lines are written.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise

from localcloud.sql_tokens import without_comments

MASK = "***"
REDACTED = "<REDACTED>"
"""Stands for a secret in a statement that is stored without it, as on Confluent Cloud."""

_SECRET_NAME = re.compile(
    r"secret|passw|pasword|passphrase|credential|jaas|aws[._-](?!region)|(?<!max[._-])tokens?$"
    r"|(?:api|access|private|service|account|auth|encryption)[._-]*key",
    re.IGNORECASE,
)
# Prefixes that providers give their keys so that scanners find them, and what is a secret in any system.
_SHAPE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bAIza[0-9A-Za-z_-]{35}"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})"
    r"|\bcflt[A-Za-z0-9+/]{56,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"
    r"|(?<=://)[^\s/:@']{1,200}:[^\s/@']{1,200}(?=@)"
)
# A name has a limit, so that a text full of quotes takes no more time than a long one.
_NAME = re.compile(
    r"(?P<name>'(?:[^']|''){1,100}+'|\"[^\"]{1,100}+\"|`[^`]{1,100}+`|(?<![\w.-])[\w.-]{1,100}+)"
    r"(?P<is>\s{0,20}[=:]\s{0,20})"
)
_VALUE = re.compile(r"'(?:[^']|'')*'?|\"[^\"]*\"?|[^\s'\"&,;)]+")
_QUOTES = "'\"`"
_REFERENCE = re.compile(r"\{\{.*\}\}")
# A long text without blanks that changes between capitals, small letters and digits again and again, and has no words
# or groups of digits set apart, as names and UUIDs have.
_LONG = re.compile(r"[\w+/=.~-]{20,}")
_UNBROKEN = re.compile(r"[A-Za-z0-9]{16,}")
_LEAST_CHANGES = 6
_LONGEST_VALUE = 1000  # of an option, looked at to tell whether it is one
# Options whose values are names that tools may have made up, or lists of numbers.
_NEVER_SECRET = re.compile(
    r"(?:connection|connector|format|mode|offsets|model_version|description|tag)$", re.IGNORECASE
)


def is_secret_name(name: str) -> bool:
    """Whether an option of this name holds a secret: ``api-key``, ``OPENAI.API_KEY``, ``aws-secret-key``."""
    return bool(_SECRET_NAME.search(name.strip(_QUOTES)))


def secret_in(sql: str) -> str | None:
    """Return where a text has a secret (``in the option 'api-key'``), ``None`` if it has none; never the secret."""
    code = without_comments(sql)
    for option in chain(_NAME.finditer(sql), _NAME.finditer(code)):
        if _is_secret_option(option, is_code=option.string is code):
            return f"in the option '{masked(option['name'].strip(_QUOTES))}'"
    shape = _SHAPE.search(sql)
    if shape is None:
        return None
    line = sql.count("\n", 0, shape.start()) + 1
    return f"on line {line}"


def masked(text: str) -> str:
    """Return the text with every value of a secret option, and whatever has a secret's shape, as ``***``."""
    parts, done = [], 0
    for option in _NAME.finditer(text):
        value = _VALUE.match(text, option.end()) if is_secret_name(option["name"]) else None
        if value is None or value.start() < done:
            continue
        quote = value[0][0] if value[0][0] in _QUOTES else ""
        parts += [text[done : value.start()], quote, MASK, quote]
        done = value.end()
    return _SHAPE.sub(MASK, "".join([*parts, text[done:]]))


def _is_secret_option(option: re.Match[str], *, is_code: bool) -> bool:
    """Whether that is a quoted option whose value is a secret by the option's name, or in code by itself."""
    name, place = option["name"], option.end()
    found = _VALUE.match(option.string, place, place + _LONGEST_VALUE) if name[0] in "'\"" else None
    value = found[0].strip(_QUOTES) if found else ""
    if not value or value == REDACTED or _REFERENCE.fullmatch(value):
        return False
    if is_secret_name(name):
        return True
    is_option = is_code and name[0] == "'" and "=" in option["is"]
    return is_option and not _NEVER_SECRET.search(name.strip(_QUOTES)) and _is_random(value)


def _is_random(value: str) -> bool:
    return bool(_LONG.fullmatch(value)) and any(_changes(part) >= _LEAST_CHANGES for part in _UNBROKEN.findall(value))


def _changes(letters: str) -> int:
    kinds = [(letter.isupper(), letter.isdigit()) for letter in letters]
    return sum(one != other for one, other in pairwise(kinds))
