"""Which tables each sink copies, checked against the statements before anything is created."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.config.sinks import KEY, AnySink, CustomSink, Milvus, MongoDb, Qdrant
from components.flinksql import Statement, columns_of
from components.grants import Copied
from components.sinks.archive import mistake_of
from components.sinks.milvus import IDS
from components.sinks.records import id_mistake, record_table, topics_to_copy
from components.sinks.registry import store_of
from components.sinks.store import VECTOR, CustomStore, Store
from components.sql_files import SqlFiles

_NO_IDS = ("ARRAY", "MAP", "MULTISET", "ROW")  # no store takes one
_OPTIONS = ("database", "collection", "index")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A sink. ``built_on``: purposes of the statements that make what it copies. ``model``: whose vectors these are.

    ``tables``: what it copies, of which the store's topics are made if these are others.
    """

    name: str
    tables: Sequence[str]
    store: Store[Any]
    built_on: Sequence[str]
    model: str | None

    @property
    def copied(self) -> Copied:
        """What its account has to have rights on."""
        custom = self.store if isinstance(self.store, CustomStore) else None
        return Copied(
            topics=frozenset(self.store.topics),
            reports=self.store.reports,
            ids="clcc" if custom else "lcc",
            dead_letters=f"dlq-{self.name}" if custom else "",
            has_schemas=custom is None or custom.reads_schemas,
        )


def plan_sinks(entries: Sequence[AnySink], sql: SqlFiles) -> list[Plan]:
    """Return a plan for each entry; every mistake found is in the one :class:`pulumi.RunError`."""
    plans, mistakes = [], list(_mistakes_of_external(entries, sql))
    for number, entry in enumerate(entries):
        topics = topics_to_copy(entry, sql)
        mistakes += [f"{KEY}[{number}].{mistake}." for mistake in _mistakes(entry, topics, sql)]
        inserts = [insert for insert in sql.inserts.values() if insert.target in topics]
        models = sorted({model for insert in inserts for model in insert.predicts_with})
        copied = [record_table(entry, topic) for topic in topics]
        makers = [purpose for purpose, table in sql.tables.items() if table.target in {*topics, *copied}]
        makers += [purpose for purpose, model in sql.models.items() if model.target in models]
        columns = [column for table in sql.tables.values() if table.target in topics for column in columns_of(table)]
        store = store_of(entry, copied, list({column.name: column for column in columns}.values()))
        plans.append(
            Plan(name=entry.label, tables=topics, store=store, built_on=makers, model=models[0] if models else None)
        )
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


def _mistakes(entry: AnySink, topics: Sequence[str], sql: SqlFiles) -> Iterator[str]:
    tables = {table.target: table for key, table in sql.tables.items() if key not in sql.external}
    if not topics:
        yield "topics is not set, and no table of sql/ gets vectors: name the tables to copy"
    for topic in topics:
        if topic not in tables:
            yield f"topics has {topic!r}, which no CREATE TABLE of sql/ makes: write one of {', '.join(sorted(tables))}"
        elif entry.id not in tables[topic].names:
            yield f"id is {entry.id!r}, which is no column of {topic}: write one that differs from row to row"
        else:
            yield from _mistakes_of_columns(entry, tables[topic])
    if isinstance(entry, CustomSink) and (mistake := mistake_of(entry)):
        yield mistake


def _mistakes_of_columns(entry: AnySink, table: Statement) -> Iterator[str]:
    columns = columns_of(table)
    kind = next((column.kind for column in columns if column.name == entry.id), "")
    if kind in _NO_IDS:
        yield f"id is {entry.id!r}, which {table.target} declares as {kind}: write a column of numbers or texts"
    elif isinstance(entry, CustomSink) and VECTOR not in [column.name for column in columns]:
        yield f"topics has {table.target!r}, which has no column {VECTOR}: a sink of kind {entry.kind} copies vectors"
    elif isinstance(entry, Qdrant) and (mistake := id_mistake(entry, columns)):
        yield mistake
    elif isinstance(entry, Milvus) and kind and kind not in IDS:
        yield (
            f"id is {entry.id!r} of type {kind}, and Milvus takes whole numbers and texts: write a column of type"
            f" {', '.join(IDS)}"
        )


def _mistakes_of_external(entries: Sequence[AnySink], sql: SqlFiles) -> Iterator[str]:
    found = searched(sql, entries)
    for purpose, table in sql.external.items():
        if purpose not in found:
            wanted = " and ".join(f"{key} {table.options.get(f'MONGODB.{key.upper()}')!r}" for key in _OPTIONS)
            yield f"{table.file} needs a sink of kind mongodb with {wanted}: write the same in {KEY}, or in that file."


def _shows(table: Statement, entry: MongoDb) -> bool:
    return all(table.options.get(f"MONGODB.{key.upper()}") == getattr(entry, key) for key in _OPTIONS)
