"""The statements of Confluent's documentation pages, rewritten: ``tests/statements/*.yaml``.

Each file is a list of pages (``page``, ``url``, ``statements``), and its statements are run in their order. A statement
has its text (``sql``) and what Confluent Cloud does with it, as the page says (``cloud``). What the local cloud must do
is under one of the names of :class:`Outcome`, and ``differs`` says where these two are not the same. ``properties`` are
the statement's own; ``ordered`` compares rows in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

STATEMENTS = Path(__file__).resolve().parents[2] / "tests" / "statements"
FIRST = "shop"
"""The file whose tables the others read."""
INSERTED = "+I"
_KEYS = {"sql", "cloud", "differs", "properties", "ordered"}
_NULL = "null"


class Outcome(StrEnum):
    """What must come of a statement."""

    ROWS = "rows"
    """A query of what is there now ends with these rows."""
    CHANGELOG = "changelog"
    """A continuous query gives these changes, each with its kind in front. Without retractions it ends with them."""
    RUNS = "runs"
    """It runs without end, and gives at least so many rows."""
    SHOWS = "shows"
    """Each of these texts is in what it returns."""
    COMPLETES = "completes"
    """It is COMPLETED."""
    REFUSED = "refused"
    """It is FAILED, with these words in ``status.detail``."""


@dataclass(frozen=True)
class Page:
    """A page of Confluent's documentation, or a tutorial."""

    title: str
    url: str


@dataclass(frozen=True)
class Documented:
    """A statement of a page."""

    name: str
    page: Page
    sql: str
    cloud: str
    outcome: Outcome
    expected: Any
    differs: str = ""
    is_ordered: bool = False
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_unending(self) -> bool:
        """Whether it runs until it is stopped: a query of what is there now would fold retractions into final rows."""
        changes = self.expected if self.outcome is Outcome.CHANGELOG else []
        return self.outcome is Outcome.RUNS or any(change[0] != INSERTED for change in changes)


def load(folder: Path = STATEMENTS) -> dict[str, list[Documented]]:
    """Return the statements by file, that of the tables first; ``ValueError`` names an entry that is wrong."""
    files = sorted(folder.glob("*.yaml"), key=lambda file: (file.stem != FIRST, file.stem))
    return {file.stem: _statements(file) for file in files}


def _statements(file: Path) -> list[Documented]:
    found: list[Documented] = []
    # BaseLoader: every cell is text, as it is in the API's rows.
    for page in yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader):  # noqa: S506 - makes text and nothing else
        source = Page(page["page"], page["url"])
        found += [
            _statement(f"{file.stem}-{len(found) + at}", source, entry)
            for at, entry in enumerate(page["statements"], 1)
        ]
    return found


def _statement(name: str, page: Page, entry: dict[str, Any]) -> Documented:
    outcomes = entry.keys() - _KEYS
    if len(outcomes) != 1 or not outcomes <= set(Outcome) or not {"sql", "cloud"} <= entry.keys():
        raise ValueError(f"{name}: it needs sql, cloud and one of {', '.join(Outcome)}; it has {', '.join(entry)}.")
    (outcome,) = outcomes
    return Documented(
        name=name,
        page=page,
        sql=entry["sql"].strip(),
        cloud=entry["cloud"],
        outcome=Outcome(outcome),
        expected=_nulls(entry[outcome]),
        differs=entry.get("differs", ""),
        is_ordered="ordered" in entry,
        properties=entry.get("properties", {}),
    )


def _nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_nulls(inner) for inner in value]
    return None if value == _NULL else value
