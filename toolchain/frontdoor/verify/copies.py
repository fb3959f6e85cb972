"""Whether a store has what it should have been given.

Counting a table's ids would read all of it, at any size of the table. So these are looked at, which costs the same for
a million records as for a hundred:

- some records of the table, the first that a bounded statement gives: each has to be a document. They were read before
  anything was waited for, so a sink that keeps up has copied them;
- the record that came into the table during the check: once it is a document, the sink has reached the end of that
  record's partition, so what is missing is no longer on its way;
- how many documents and records there are. More documents than records are somebody else's, or older than the topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolchain.frontdoor.verify.flow import Row
    from toolchain.frontdoor.verify.store import Store

_SETTLING_POLLS = 5  # a record of another partition may be some seconds behind the one that has arrived


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a store should have. ``sample``: ids of records that were there when the check began.

    ``fresh``: the record that came during it, ``None`` if there was none. ``records``: of all tables of the sink, some
    time ago; ``recount``: says how many there are now.
    ``column``: which holds the id. ``tables``: as text. ``repair``: the command that has the sink copy all once more.
    """

    sample: Sequence[Any]
    fresh: Row | None
    records: int
    recount: Callable[[], int]
    column: str
    tables: str
    repair: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What was found. ``note``: worth a sentence, but no fault."""

    documents: int
    missing: int
    problems: Sequence[str]
    note: str = ""


def compare(
    store: Store, expected: Expected, left: Callable[[], int], *, wait: bool, pause: Callable[[], None]
) -> Compared:
    """Look for the records in the store; with ``wait``, until they are there, or ``left()`` seconds have passed."""
    identifiers = list(dict.fromkeys(one for one in expected.sample if one is not None))
    has_arrived = _has_arrived(store, expected, left if wait else lambda: 0, pause)
    missing = store.missing(identifiers)
    for _ in range(_SETTLING_POLLS if wait else 0):
        if not missing or left() <= 0:
            break
        pause()
        missing = store.missing(missing)
    found = [_without_id(expected)]
    if wait:  # else the cause is known, and told
        found.append(_not_copied(store, expected, len(missing), len(identifiers), has_arrived=has_arrived))
    problems = [problem for problem in found if problem]
    documents = store.documents()
    extra = documents - expected.records
    if extra > 0:  # or records that came after they were counted
        extra = documents - expected.recount()
    note = (
        f"{store.place} has {extra} more documents than {expected.tables} has records: something else writes there, or"
        " they are of records that the topic no longer has."
    )
    return Compared(documents=documents, missing=len(missing), problems=problems, note=note if extra > 0 else "")


def _has_arrived(store: Store, expected: Expected, left: Callable[[], int], pause: Callable[[], None]) -> bool:
    """Wait until the fresh record is a document, or a newer one of the same id has changed that."""
    if expected.fresh is None:
        return True
    identifier = expected.fresh.get(expected.column)
    first = found = store.document(identifier)
    while not _is_made_of(found, expected.fresh) and found == first and left() > 0:
        pause()
        found = store.document(identifier)
    return _is_made_of(found, expected.fresh) or found != first


def _is_made_of(document: Row | None, record: Row) -> bool:
    plain = {name: value for name, value in record.items() if isinstance(value, (str, int))}
    return document is not None and all(document.get(name) == value for name, value in plain.items())


def _without_id(expected: Expected) -> str:
    count = sum(one is None for one in expected.sample)
    if not count:
        return ""
    return (
        f"{count} of {len(expected.sample)} records of {expected.tables} that were looked at have no {expected.column}:"
        " each replaces the one before it in one document, so let the INSERT fill the column, or name another one as"
        " the sink's id."
    )


def _not_copied(store: Store, expected: Expected, missing: int, looked_at: int, *, has_arrived: bool) -> str:
    if not has_arrived:
        older = f", and {missing} of {looked_at} older ones are not" if missing else ""
        return (
            f"{store.place} lags behind {expected.tables}: a record that came during the check is not there yet{older}."
        )
    if not missing:
        return ""
    absent = f"{missing} of {looked_at} records of {expected.tables} that were looked at are not in {store.place}"
    if expected.fresh is None:
        return f"{absent}: they are still being copied, or were deleted there."
    return (
        f"{absent}, though newer ones are: they were deleted there, or are dead letters. `{expected.repair}` copies all"
        " of them again."
    )
