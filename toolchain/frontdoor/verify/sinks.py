"""Checks of the sinks: what they could not deliver, and whether their stores have what they were given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import confluent_sql

from toolchain.frontdoor.verify.copies import Expected, compare
from toolchain.frontdoor.verify.report import SinkHealth
from toolchain.frontdoor.verify.store import Store, StoreUnreadableError
from toolchain.frontdoor.verify.stores import store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from toolchain.frontdoor.sql.session import Session
    from toolchain.frontdoor.verify.report import Report

_QUERY_SECONDS = 120
_SAMPLE = 500
_MISSING = re.compile(r"does ?n[o']t exist|not found|unknown topic", re.IGNORECASE)


class Sink(Protocol):
    """A sink of the stack."""

    @property
    def name(self) -> str:
        """Name in the stack."""

    @property
    def topics(self) -> Sequence[str]:
        """The tables that it copies."""

    @property
    def id_column(self) -> str:
        """Of which a document's id is made."""

    @property
    def dead_letter_topic(self) -> str:
        """Topic of the records that it could not deliver."""

    @property
    def store(self) -> Store | None:
        """Where it copies to, ``None`` if that cannot be asked from here."""

    def dead_letters(self) -> int:
        """Return how many records it could not deliver."""

    def records(self) -> int:
        """Return how many records its tables have."""

    def sample(self) -> list[Any]:
        """Return the ids of some records of its tables."""


@dataclass(frozen=True)
class DeployedSink:
    """A sink by the stack's outputs. ``output``: its own of ``sinks``; ``secrets``: its own of ``sinkSecrets``."""

    name: str
    session: Session
    output: Mapping[str, Any]
    secrets: Mapping[str, str]

    @property
    def topics(self) -> Sequence[str]:
        """The tables that it copies, also through topics that are made of them."""
        tables = self.output.get("tables") or self.output["topics"]  # an older stack's outputs have none
        return [str(table) for table in tables]

    @property
    def id_column(self) -> str:
        """Of which a document's id is made."""
        return str(self.output["store"]["id"])

    @property
    def dead_letter_topic(self) -> str:
        """Topic of the records that it could not deliver."""
        return str(self.output["deadLetters"])

    @property
    def store(self) -> Store | None:
        """Where it copies to, ``None`` if that cannot be asked from here."""
        return store_of(self.output, self.secrets)

    def dead_letters(self) -> int:
        """Count them in one bounded statement. The topic may not be there before there is one."""
        count = f"SELECT COUNT(*) AS records FROM `{self.dead_letter_topic}`"  # noqa: S608 - of the stack's own connector
        try:
            return sum(int(row[0]) for row in self.session.fetch(count, seconds=_QUERY_SECONDS))
        except confluent_sql.Error as error:
            if _MISSING.search(str(error)):
                return 0
            raise

    def records(self) -> int:
        """Count them in a bounded statement each, which reads all of them."""
        counts = (f"SELECT COUNT(*) AS records FROM `{topic}`" for topic in self.topics)  # noqa: S608 - as above
        return sum(int(row[0]) for statement in counts for row in self.session.fetch(statement, seconds=_QUERY_SECONDS))

    def sample(self) -> list[Any]:
        """Return the ids of the first records that a bounded statement gives, however many there are."""
        some = (f"SELECT `{self.id_column}` FROM `{topic}` LIMIT {_SAMPLE}" for topic in self.topics)  # noqa: S608 - as above
        return [row[0] for statement in some for row in self.session.fetch(statement, seconds=_QUERY_SECONDS)]


def check_sink(
    sink: Sink, report: Report, sample: Sequence[Any], left: Callable[[], int], *, wait: bool, pause: Callable[[], None]
) -> None:
    """Add the sink's health to ``report``, after that of the flows that fill its tables.

    ``sample``: what :meth:`Sink.sample` said when the check began. ``left``, ``wait`` and ``pause``: as for a flow.
    """
    dead = sink.dead_letters()
    if dead:
        report.problems.append(
            f"Sink {sink.name} could not deliver {dead} records: they are in the topic {sink.dead_letter_topic}, each"
            " with the reason in its headers."
        )
    health = SinkHealth(sink.name, dead)
    try:
        if (store := sink.store) is not None:
            found = compare(store, _expected(sink, report, sample), left, wait=wait, pause=pause)
            report.problems += [f"Sink {sink.name}: {problem}" for problem in found.problems]
            report.notes += [f"Sink {sink.name}: {found.note}"] if found.note else []
            report.problems += [problem] if (problem := store.index_problem()) else []
            health = SinkHealth(sink.name, dead, found.documents, len(sample), found.missing)
    except StoreUnreadableError as error:
        report.problems.append(str(error))
    report.sinks.append(health)


def _expected(sink: Sink, report: Report, sample: Sequence[Any]) -> Expected:
    fresh = (report.rows[topic] for topic in sink.topics if topic in report.rows)
    records = {lag.sink_topic: lag.target for lag in report.lags}
    return Expected(
        sample=sample,
        fresh=next(fresh, None),
        records=sum(records.get(topic, 0) for topic in sink.topics),
        recount=sink.records,
        column=sink.id_column,
        tables=", ".join(sink.topics),
        repair=f"./pulumiw up --replace '**::{sink.name}-sink-connector'",
    )
