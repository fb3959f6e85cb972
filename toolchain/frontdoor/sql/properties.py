"""`SET`, `RESET` and `USE`: what the shell keeps itself and sends with each statement, as Confluent's shell does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from localcloud.masking import MASK, is_secret_name
from localcloud.sql_tokens import Token, tokens

CATALOG, DATABASE = "sql.current-catalog", "sql.current-database"
_DRY_RUN = "sql.dry-run"
_CLIENT, _SECRETS = "client.", "sql.secrets."
_SET_USAGE = "Write the key and its value in quotes: SET 'sql.state-ttl' = '1 h'; and SET; alone lists all properties."
_RESET_USAGE = "Write the key in quotes: RESET 'sql.state-ttl'; and RESET; alone resets all properties."
_USE_USAGE = "Write USE CATALOG catalog; or USE database; or USE catalog.database; with backticks around `my-name`."
_PAIR, _KEY = 3, 1  # numbers of tokens


class PropertyRefusedError(Exception):
    """A `SET`, `RESET` or `USE` that cannot be followed; ``str()`` is a sentence for the user."""


@dataclass(frozen=True)
class Properties:
    """The catalog and the database of unqualified names, and the other properties that are set.

    ``database``: ``None`` after `USE CATALOG`, until `USE` chooses one.
    """

    catalog: str
    database: str | None
    others: dict[str, str] = field(default_factory=dict)

    def sent(self) -> dict[str, str]:
        """Return what goes with a statement, by Confluent's names."""
        database = {} if self.database is None else {DATABASE: self.database}
        return {**self.others, CATALOG: self.catalog, **database}

    def shown(self) -> list[tuple[str, str]]:
        """Return all properties by name, with ``***`` for the value of one that holds a secret."""
        return [(key, MASK if holds_secret(key) else value) for key, value in sorted(self.sent().items())]


class Change(NamedTuple):
    """What a command makes of the properties, and whether it chooses catalog or database, which may not be there."""

    properties: Properties
    moves: bool


def holds_secret(key: str) -> bool:
    """Whether a property of this name has a secret for its value."""
    return key.startswith(_SECRETS) or is_secret_name(key)


def changed(statement: str, now: Properties, first: Properties) -> Change | None:
    """Return what `SET`, `RESET` or `USE` makes of the properties; ``None`` for any other statement.

    ``first``: what `RESET` goes back to. Raises :class:`PropertyRefusedError`.
    """
    words = [token for token in tokens(statement) if token.kind not in {"blank", "comment"}]
    command, arguments = words[0].text.upper() if words else "", words[1:]
    if command == "SET":
        return _set(arguments, now)
    if command == "RESET":
        return _reset(arguments, now, first)
    if command == "USE":
        return Change(_use(arguments, now), moves=True)
    return None


def _set(arguments: list[Token], now: Properties) -> Change:
    if not arguments:
        return Change(now, moves=False)
    if len(arguments) != _PAIR or arguments[1].text != "=" or {arguments[0].kind, arguments[2].kind} != {"string"}:
        raise PropertyRefusedError(_SET_USAGE)
    key, value = _text(arguments[0]), _text(arguments[2])
    if key == CATALOG:
        return Change(Properties(value, None, now.others), moves=True)
    if key == DATABASE:
        return Change(Properties(now.catalog, value, now.others), moves=True)
    if key == _DRY_RUN:
        raise PropertyRefusedError(f"{_DRY_RUN} is not for a shell: write EXPLAIN in front of the statement.")
    if key.startswith(_CLIENT):
        raise PropertyRefusedError(
            f"{key} is a setting of Confluent's own shell: this one has the flags --json, --limit and --seconds."
        )
    return Change(Properties(now.catalog, now.database, {**now.others, key: value}), moves=False)


def _reset(arguments: list[Token], now: Properties, first: Properties) -> Change:
    if not arguments:
        return Change(first, moves=False)
    if len(arguments) != _KEY or arguments[0].kind != "string":
        raise PropertyRefusedError(_RESET_USAGE)
    key = _text(arguments[0])
    if key == CATALOG:
        return Change(Properties(first.catalog, first.database, now.others), moves=False)
    if key == DATABASE:
        return Change(Properties(now.catalog, first.database, now.others), moves=now.catalog != first.catalog)
    if key not in now.others:
        raise PropertyRefusedError(f"{key} is not set: SET; lists all properties.")
    others = {name: value for name, value in now.others.items() if name != key}
    return Change(Properties(now.catalog, now.database, others), moves=False)


def _use(arguments: list[Token], now: Properties) -> Properties:
    is_catalog = len(arguments) > 1 and arguments[0].text.upper() == "CATALOG"
    names = _names(arguments[1:] if is_catalog else arguments)
    if is_catalog and len(names) == 1:
        return Properties(names[0], None, now.others)
    if not is_catalog and len(names) in {1, 2}:
        catalog = names[0] if len(names) > 1 else now.catalog
        return Properties(catalog, names[-1], now.others)
    raise PropertyRefusedError(_USE_USAGE)


def _names(arguments: list[Token]) -> list[str]:
    """Return the parts of a name; ``env-1`` is one part without backticks, too."""
    if any(token.text == "." for token in (*arguments[:1], *arguments[-1:])):
        return []
    parts = [""]
    for token in arguments:
        if token.text == ".":
            parts.append("")
        else:
            parts[-1] += _text(token)
    return parts if all(parts) else []


def _text(token: Token) -> str:
    quote = token.text[0] if token.kind in {"string", "quoted"} else ""
    return token.text[1:-1].replace(quote * 2, quote) if quote else token.text
