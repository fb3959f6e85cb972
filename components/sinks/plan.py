"""Which tables each sink copies, checked against the statements before anything is created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from components.config.sinks import KEY, MongoDb
from components.grants import Copied
from components.sinks.registry import store_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from components.config.sinks import AnySink
    from components.flinksql import Statement
    from components.sinks.store import Store
    from components.sql_files import SqlFiles

_NO_IDS = ("ARRAY", "MAP", "MULTISET", "ROW")  # no store takes one
_OPTIONS = ("database", "collection", "index")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A sink. ``built_on``: purposes of the statements that make what it copies. ``model``: whose vectors these are."""

    name: str
    store: Store[Any]
    built_on: Sequence[str]
    model: str | None

    @property
    def copied(self) -> Copied:
        """What its account has to have rights on."""
        return Copied(topics=frozenset(self.store.topics), reports=self.store.reports)


def plan_sinks(entries: Sequence[AnySink], sql: SqlFiles) -> list[Plan]:
    """Return a plan for each entry; every mistake found is in the one :class:`pulumi.RunError`."""
    with_vectors = [insert.target for insert in sql.inserts.values() if insert.predicts_with]
    default = [table for table in dict.fromkeys(with_vectors) if not _is_question(table, sql)]
    plans, mistakes = [], list(_mistakes_of_external(entries, sql))
    for number, entry in enumerate(entries):
        topics = list(entry.topics or default)
        mistakes += [f"{KEY}[{number}].{mistake}." for mistake in _mistakes(entry, topics, sql)]
        inserts = [insert for insert in sql.inserts.values() if insert.target in topics]
        models = sorted({model for insert in inserts for model in insert.predicts_with})
        makers = [purpose for purpose, table in sql.tables.items() if table.target in topics]
        makers += [purpose for purpose, model in sql.models.items() if model.target in models]
        store = store_of(entry, topics)
        plans.append(Plan(name=entry.label, store=store, built_on=makers, model=models[0] if models else None))
    if mistakes:
        raise pulumi.RunError("\n".join(mistakes))
    return plans


def searched(sql: SqlFiles, entries: Sequence[AnySink]) -> dict[str, MongoDb]:
    """Return the sink that each external table shows, by the table's purpose."""
    return {
        purpose: entry
        for purpose, table in sql.external.items()
        for entry in entries
        if isinstance(entry, MongoDb) and _shows(table, entry)
    }


def _is_question(table: str, sql: SqlFiles) -> bool:
    """Whether ``table`` is filled from rows that are typed."""
    return any(sql.read_by(insert) <= sql.asked for insert in sql.inserts.values() if insert.target == table)


def _mistakes(entry: AnySink, topics: Sequence[str], sql: SqlFiles) -> Iterator[str]:
    tables = {table.target: table for key, table in sql.tables.items() if key not in sql.external}
    if not topics:
        yield "topics is not set, and no table of sql/ gets vectors: name the tables to copy"
    for topic in topics:
        if topic not in tables:
            yield f"topics has {topic!r}, which no CREATE TABLE of sql/ makes: write one of {', '.join(sorted(tables))}"
        elif entry.id not in tables[topic].names:
            yield f"id is {entry.id!r}, which is no column of {topic}: write one that differs from row to row"
        elif (kind := tables[topic].type_of(entry.id)) in _NO_IDS:
            yield f"id is {entry.id!r}, which {topic} declares as {kind}: write a column of numbers or texts"


def _mistakes_of_external(entries: Sequence[AnySink], sql: SqlFiles) -> Iterator[str]:
    found = searched(sql, entries)
    for purpose, table in sql.external.items():
        if purpose not in found:
            wanted = " and ".join(f"{key} {table.options.get(f'MONGODB.{key.upper()}')!r}" for key in _OPTIONS)
            yield f"{table.file} needs a sink of kind mongodb with {wanted}: write the same in {KEY}, or in that file."


def _shows(table: Statement, entry: MongoDb) -> bool:
    return all(table.options.get(f"MONGODB.{key.upper()}") == getattr(entry, key) for key in _OPTIONS)
