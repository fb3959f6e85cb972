"""``docs/local-cloud-statements.md``: SQL of Confluent's documentation, and what comes of it on either cloud."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from workshop.docs.statement_suite import Documented, Outcome, load

_LONGEST = 150
"""Characters of rows that are shown."""
_HEAD = """\
# Statements of Confluent's documentation

Written by `./pulumiw docs` from `tests/statements`; `tests/integration/on_one_cloud/test_documented_statements.py` runs
them all. They are rewritten from Confluent's reference, guides, tutorials and workshops, over tables of our own. What
Confluent Cloud does is told as its pages tell it: no account was asked. A line that ends in **differs** is where the
local cloud does something else; all others do the same.

{total} statements, {differing} of which differ.
"""


def render() -> str:
    """Return the page."""
    statements = [one for found in load().values() for one in found]
    by_page = sorted(statements, key=lambda one: (one.page.title.casefold(), one.page.url))
    lines = [_HEAD.format(total=len(statements), differing=sum(bool(one.differs) for one in statements))]
    for page, found in groupby(by_page, key=lambda one: one.page):
        lines += [f"\n## {page.title}\n", page.url, ""]
        lines += ["| statement | Confluent Cloud | local cloud |", "|---|---|---|"]
        lines += [_row(one) for one in found]
    return "\n".join(lines) + "\n"


def _row(one: Documented) -> str:
    with_properties = f" with {', '.join(f'`{key}` = `{value}`' for key, value in one.properties.items())}"
    sql = _cell(one.sql)
    fence = "``" if "`" in sql else "`"
    pad = " " if "`" in sql else ""
    statement = f"{fence}{pad}{sql}{pad}{fence}{with_properties if one.properties else ''}"
    return f"| {statement} | {_sentence(one.cloud)} | {_here(one)} |"


def _here(one: Documented) -> str:
    if one.differs:
        return f"{_sentence(one.differs)} {_came(one)} **differs**"
    return _came(one)


def _came(one: Documented) -> str:
    if one.outcome is Outcome.REFUSED:
        return f"Refused: “{_cell(one.expected).rstrip('.')}”."
    if one.outcome is Outcome.ROWS:
        return _listed(one.expected) or _counted(len(one.expected), "row")
    if one.outcome is Outcome.CHANGELOG:
        return _listed(one.expected) or _counted(len(one.expected), "change")
    if one.outcome is Outcome.SHOWS:
        return f"Shown: {', '.join(_cell(part) for part in one.expected)}."
    return "RUNNING." if one.outcome is Outcome.RUNS else "COMPLETED."


def _listed(rows: list[Any]) -> str:
    """Return the rows as text, empty if there are none or it would be long."""
    shown = _cell("; ".join(", ".join(map(_value, row)) for row in rows))
    return f"{shown}." if rows and len(shown) <= _LONGEST else ""


def _value(cell: Any) -> str:
    if cell is None:
        return "NULL"
    return f"[{', '.join(map(_value, cell))}]" if isinstance(cell, list) else str(cell)


def _counted(number: int, what: str) -> str:
    return f"{number or 'No'} {what}{'' if number == 1 else 's'}."


def _cell(text: str) -> str:
    """Return text for a cell: in one line, and no end of the cell within it."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _sentence(text: str) -> str:
    said = _cell(text).rstrip(".")
    return f"{said[0].upper()}{said[1:]}."
