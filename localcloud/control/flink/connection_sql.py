"""``CREATE``, ``ALTER`` and ``DROP CONNECTION``: what such a statement says, and its text without the secrets in it.

Flink is never given one. Its text has secrets, and Flink cannot execute it; so it is read here, and done by
:class:`~localcloud.control.flink.connections.Connections`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from localcloud.control.core.errors import InvalidError
from localcloud.masking import REDACTED
from localcloud.near_miss import hint
from localcloud.sql_tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECRETS: Mapping[str, str] = {
    "api-key": "API_KEY",
    "aws-access-key": "AWS_ACCESS_KEY_ID",
    "aws-secret-key": "AWS_SECRET_ACCESS_KEY",
    "aws-session-token": "AWS_SESSION_TOKEN",
    "service-key": "SERVICE_KEY",
    "username": "USERNAME",
    "password": "PASSWORD",
    "token": "BEARER_TOKEN",
    "token-endpoint": "OAUTH2_TOKEN_ENDPOINT",
    "client-id": "OAUTH2_CLIENT_ID",
    "client-secret": "OAUTH2_CLIENT_SECRET",
    "scope": "OAUTH2_SCOPE",
    "sse-endpoint": "SSE_ENDPOINT",
    "transport-type": "TRANSPORT_TYPE",
}
"""Options of the statement, and what the connections' API calls each (Confluent's CLI, ``pkg/flink/utils.go``)."""
_TYPE, _ENDPOINT = "type", "endpoint"
_SHOWN = {_TYPE, _ENDPOINT, "sse-endpoint", "token-endpoint", "transport-type"}
_VERBS = {"CREATE": "WITH", "ALTER": "SET", "DROP": ""}
_CONDITIONS = {"CREATE": ["IF", "NOT", "EXISTS"], "ALTER": ["IF", "EXISTS"], "DROP": ["IF", "EXISTS"]}
_USAGE = {
    "CREATE": "CREATE CONNECTION [IF NOT EXISTS] name [COMMENT '...'] WITH ('type' = '...', 'endpoint' = '...', ...)",
    "ALTER": "ALTER CONNECTION [IF EXISTS] name SET ('api-key' = '...')",
    "DROP": "DROP CONNECTION [IF EXISTS] name",
}


@dataclass(frozen=True, kw_only=True)
class ConnectionChange:
    """What a statement asks for; ``if_condition``: whether it has ``IF [NOT] EXISTS``; ``secrets`` as the API's."""

    verb: str
    path: tuple[str, ...]
    if_condition: bool
    comment: str = ""
    type: str = ""
    endpoint: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The connection's name, without catalog and database."""
        return self.path[-1]

    @property
    def sql_kind(self) -> str:
        """The statement's kind, as traits have it."""
        return f"{self.verb}_CONNECTION"


def is_change(sql: str) -> bool:
    """Whether a statement changes connections."""
    first = [token.text.upper() for token in islice(_code(sql), 2)]  # a statement can be long
    return len(first) == 2 and first[0] in _VERBS and first[1] == "CONNECTION"  # noqa: PLR2004 - two words


def redacted(sql: str) -> str:
    """Return the text of a change of connections with a mask in place of each value that may be a secret.

    Unlike Confluent Cloud's, the values of misspelled options are masked, too. Any other text is returned as it is.
    """
    if not is_change(sql):
        return sql
    parts: list[str] = []
    before: list[Token] = []
    for token in tokens(sql):
        is_value = token.kind == "string" and bool(before) and before[-1].text == "="
        key = _unquoted(before[-2]).lower() if is_value and len(before) > 1 else ""
        parts.append(f"'{REDACTED}'" if is_value and key not in _SHOWN else token.text)
        if token.kind not in {"blank", "comment"}:
            before.append(token)
    return "".join(parts)


def read(sql: str) -> ConnectionChange:
    """Return what a change of connections says; :class:`InvalidError` if it is not well-formed."""
    return _Reader(sql).change()


def _code(sql: str) -> Iterator[Token]:
    return (token for token in tokens(sql) if token.kind not in {"blank", "comment"})


def _unquoted(token: Token) -> str:
    quote = {"string": "'", "quoted": "`"}.get(token.kind)
    return token.text if quote is None else token.text[1:].removesuffix(quote).replace(quote * 2, quote)


class _Reader:
    """Reads a statement from left to right; no error repeats a value."""

    def __init__(self, sql: str) -> None:
        self._tokens = list(_code(sql))
        while self._tokens and self._tokens[-1].text == ";":
            self._tokens.pop()
        self._verb = self._tokens[0].text.upper()
        self._at = 2

    def _wrong(self, what: str) -> InvalidError:
        return InvalidError(f"{self._verb} CONNECTION {what}: write {_USAGE[self._verb]}.")

    def _next(self, kind: str = "") -> Token | None:
        """Take the next token if it is of that kind (``""``: any)."""
        if self._at >= len(self._tokens) or kind not in ("", self._tokens[self._at].kind):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, *words: str) -> bool:
        """Take these words or symbols, if they are next."""
        found = [token.text.upper() for token in self._tokens[self._at : self._at + len(words)]]
        if found != list(words):
            return False
        self._at += len(words)
        return True

    def change(self) -> ConnectionChange:
        if_condition = self._takes(*_CONDITIONS[self._verb])
        path = self._path()
        comment = self._comment() if self._verb == "CREATE" else ""
        options = self._options() if _VERBS[self._verb] else {}
        if self._next() is not None:
            raise self._wrong("has more than one statement needs")
        return ConnectionChange(
            verb=self._verb,
            path=path,
            if_condition=if_condition,
            comment=comment,
            type=options.pop(_TYPE, ""),
            endpoint=options.pop(_ENDPOINT, ""),
            secrets={SECRETS[key]: value for key, value in options.items()},
        )

    def _path(self) -> tuple[str, ...]:
        path: list[str] = []
        while True:
            part = self._next("word") or self._next("quoted")
            if part is None:
                raise self._wrong("has no name" if not path else "has a name that ends in a dot")
            path.append(_unquoted(part))
            if not self._takes("."):
                return tuple(path)

    def _comment(self) -> str:
        if not self._takes("COMMENT"):
            return ""
        said = self._next("string")
        if said is None:
            raise self._wrong("has no text after COMMENT")
        return _unquoted(said)

    def _options(self) -> dict[str, str]:
        clause = _VERBS[self._verb]
        if not self._takes(clause, "("):
            raise self._wrong(f"has no {clause} ('option' = 'value', ...) after its name")
        options: dict[str, str] = {}
        while not self._takes(")"):
            if options and not self._takes(","):
                raise self._wrong("has options that no comma separates")
            key, value = self._pair()
            if key in options:
                raise self._wrong(f"has the option '{key}' twice")
            options[key] = value
        if not options:
            raise self._wrong("has no options")
        return options

    def _pair(self) -> tuple[str, str]:
        key = self._next("string")
        is_pair = key is not None and self._takes("=")
        value = self._next("string") if is_pair else None
        if key is None or value is None or value.text == "'" or not value.text.endswith("'"):
            raise self._wrong("has an option that is not 'name' = 'value'")
        name = _unquoted(key).lower()
        if name not in SECRETS and name not in {_TYPE, _ENDPOINT}:
            options = (_TYPE, _ENDPOINT, *SECRETS)
            known = ", ".join(f"'{option}'" for option in options)
            raise InvalidError(
                f"{self._verb} CONNECTION has an unknown option '{name}': use {known}.{hint(name, options)}"
            )
        if _unquoted(value) == REDACTED:
            raise InvalidError(
                f"The option '{name}' of {self._verb} CONNECTION is the mask {REDACTED}, which statements are shown"
                " with: write the secret itself."
            )
        return name, _unquoted(value)
