"""Runs the statements of ``tests/statements``: the files side by side, each file's statements in their order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.local_cloud import ENDED
from workshop.docs.statement_suite import FIRST, INSERTED, Outcome, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.local_cloud import LocalCloud, Ran
    from workshop.docs.statement_suite import Documented

AT_ONCE = 6
KINDS = {0: INSERTED, 1: "-U", 2: "+U", 3: "-D"}
NOW = {"sql.snapshot.mode": "now"}
WHAT_IS_THERE = {"sql.tables.scan.bounded.mode": "latest-offset"}
DROPS = {"VIEWS": "VIEW", "TABLES": "TABLE", "MODELS": "MODEL", "CONNECTIONS": "CONNECTION"}


@dataclass
class Came:
    """What came of a statement."""

    phase: str = ""
    detail: str = ""
    rows: list[Any] = field(default_factory=list)
    error: Exception | None = None


def run_all(cloud: LocalCloud) -> dict[str, Came]:
    """Run every statement, return what came of each by its name."""
    files = load()
    first = dict(_run_file(cloud, files.pop(FIRST)))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        others = threads.map(lambda statements: list(_run_file(cloud, statements)), files.values())
        return first | {name: came for found in others for name, came in found}


def _run_file(cloud: LocalCloud, statements: Iterable[Documented]) -> Iterator[tuple[str, Came]]:
    for one in statements:
        try:
            yield one.name, _run(cloud, one)
        except Exception as error:  # noqa: BLE001 - raised again by the test of this statement
            yield one.name, Came(error=error)


def _run(cloud: LocalCloud, one: Documented) -> Came:
    defaults = {Outcome.ROWS: NOW, Outcome.SHOWS: NOW, Outcome.CHANGELOG: {} if one.is_unending else WHAT_IS_THERE}
    ran = cloud.post(one.sql, **_named(defaults.get(one.outcome, {}) | one.properties))
    if one.is_unending:
        return _unending(one, ran, int(one.expected) if one.outcome is Outcome.RUNS else len(one.expected))
    status = ran.until("RUNNING", *ENDED)
    if status["phase"] == "FAILED" or one.outcome in {Outcome.COMPLETES, Outcome.REFUSED}:
        status = ran.until(*ENDED)
        return Came(status["phase"], status.get("detail", ""))
    rows = ran.rows()
    status = ran.until(*ENDED)
    return Came(status["phase"], status.get("detail", ""), [_row(one, row) for row in rows])


def _unending(one: Documented, ran: Ran, count: int) -> Came:
    status = ran.until("RUNNING", *ENDED)
    rows = [_row(one, row) for row in (ran.rows(count) if count else [])]
    came = Came(status["phase"], status.get("detail", ""), rows)
    ran.delete()
    return came


def _row(one: Documented, row: Any) -> Any:
    return [KINDS[row.get("op", 0)], *row["row"]] if one.outcome is Outcome.CHANGELOG else row["row"]


def _named(properties: dict[str, str]) -> dict[str, str]:
    return {key.replace("-", "_").replace(".", "__"): value for key, value in properties.items()}


def drop_all(cloud: LocalCloud) -> None:
    """Drop what the statements have made, so that other tests of this cloud find it as it was."""
    for plural, kind in DROPS.items():
        for name, *_ in cloud.query(f"SHOW {plural}"):
            cloud.run(f"DROP {kind} `{name}`")
