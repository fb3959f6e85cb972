"""What could be typed next: keywords, and the names that the cloud has told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from localcloud.sql_tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The words of Confluent's statements, clauses and types, and the functions of this pipeline. Which are reserved is not
# asked for: https://docs.confluent.io/cloud/current/flink/reference/keywords.html
_WORDS = (
    "ALTER AND ARRAY AS ASC BETWEEN BIGINT BOOLEAN BY BYTES CASE CAST CATALOG CATALOGS COLUMNS CONNECTION CONNECTIONS"
    " COUNT CREATE CROSS CURRENT_TIMESTAMP CURRENT_WATERMARK DATABASE DATABASES DATE DECIMAL DESC DESCRIBE DESCRIPTOR"
    " DISTINCT DISTRIBUTED DOUBLE DROP ELSE END ENFORCED EXECUTE EXISTS EXPLAIN EXTENDED FALSE FLOAT FOR FROM FULL"
    " FUNCTIONS GROUP HAVING IF IN INNER INPUT INSERT INT INTERVAL INTO IS JOBS JOIN KEY LATERAL LEFT LIKE LIMIT MAP"
    " MATCH_RECOGNIZE METADATA MODEL MODELS NOT NULL ON OPTIONS OR ORDER OUTER OUTPUT OVER PARTITION PRIMARY RESET"
    " RIGHT ROW SELECT SET SHOW STATEMENT STRING TABLE TABLES THEN TIMESTAMP TIMESTAMP_LTZ TRUE UNION UNNEST USE"
    " USING VALUES VARCHAR VIEW VIEWS WATERMARK WHEN WHERE WITH"
    " AI_EMBEDDING AVG COALESCE CONCAT CUMULATE HOP KEY_SEARCH_AGG LOWER MAX MIN ML_PREDICT SUM TUMBLE UPPER"
    " VECTOR_SEARCH_AGG"
)
KEYWORDS = tuple(_WORDS.split())
_TABLE_FOLLOWS = frozenset({"FROM", "JOIN", "INTO", "TABLE", "VIEW", "DESCRIBE", "DESC", "LIKE", "\\D"})
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PART = re.compile(r"[\w$-]*\Z")


@dataclass(frozen=True)
class Names:
    """The names in reach of a session. ``columns``: table -> its columns."""

    catalogs: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Completion(NamedTuple):
    """A text that could stand in place of the last ``length`` characters, and what it is."""

    text: str
    length: int
    kind: str


def completions(before: str, names: Names) -> list[Completion]:
    """Return what fits behind ``before``, the text of the statement up to the cursor, likeliest first."""
    text = before.rpartition(";")[2]
    found = list(tokens(text))
    if found and found[-1].kind in {"string", "comment"}:
        return []
    part = _PART.search(text)
    typed = found[-1].text if found and found[-1].kind == "quoted" else part[0] if part else ""
    ahead = text[: len(text) - len(typed)]
    candidates = _behind_dot(ahead, names) if ahead.endswith(".") else _anywhere(ahead, text, names)
    wanted = typed.strip("`").lower()
    fitting = [(text, kind) for text, kind in candidates if text.lower().startswith(wanted)]
    return [Completion(_written(text, kind, typed), len(typed), kind) for text, kind in dict(fitting).items()]


def _behind_dot(ahead: str, names: Names) -> list[tuple[str, str]]:
    """Return a table's columns, or what a database or a catalog has; tables are known of the present database only."""
    found = re.search(r"(?:`([^`]*)`|([\w$-]+))\.\Z", ahead)
    owner = (found[1] or found[2]) if found else ""
    if owner in names.columns:
        return _of_kind(names.columns[owner], "column")
    if owner in names.databases:
        return _of_kind(names.tables, "table")
    return _of_kind(names.databases, "database") if owner in names.catalogs else []


def _anywhere(ahead: str, text: str, names: Names) -> list[tuple[str, str]]:
    words = [token.text.upper() for token in tokens(ahead) if token.kind not in {"blank", "comment"}]
    tables, databases = _of_kind(names.tables, "table"), _of_kind(names.databases, "database")
    catalogs = _of_kind(names.catalogs, "catalog")
    if words[-2:] == ["USE", "CATALOG"]:
        return catalogs
    if words[-1:] == ["USE"]:
        return [("CATALOG", "keyword"), *databases, *catalogs]
    if words[-1:] and (words[-1] in _TABLE_FOLLOWS or words[-2:] == ["\\", "D"]):
        return [*tables, *databases, *catalogs, *_of_kind(KEYWORDS, "keyword")]
    if words[-1:] == ["MODEL"]:
        return [*_of_kind(names.models, "model"), *_of_kind(KEYWORDS, "keyword")]
    mentioned = {token.text.strip("`") for token in tokens(text)} & names.columns.keys()
    columns = [column for table in sorted(mentioned) for column in names.columns[table]]
    return [*_of_kind(columns, "column"), *_of_kind(KEYWORDS, "keyword"), *tables, *_of_kind(names.models, "model")]


def _of_kind(texts: Iterable[str], kind: str) -> list[tuple[str, str]]:
    return [(text, kind) for text in texts]


def _written(text: str, kind: str, typed: str) -> str:
    """Return a keyword in the case that is typed, and a name with backticks where it needs them."""
    if kind == "keyword":
        return text.lower() if typed and typed == typed.lower() else text
    return text if _PLAIN.fullmatch(text) and text.upper() not in KEYWORDS and "`" not in typed else f"`{text}`"
