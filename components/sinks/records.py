"""The records that Qdrant's connector takes, made by statements of the stack out of the tables that are copied.

They are JSON without a schema: of a record with one, the connector does not see the fields. So the table has one column
of bytes, as Flink shows a topic without a schema.
"""

from collections.abc import Sequence

from components.config.sinks import AnySink, Qdrant
from components.flinksql import Column, Statement, columns_of, quote
from components.sinks.store import VECTOR
from components.sql_files import SqlFiles

INTEGERS = ("TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT")
TEXTS = ("STRING", "CHAR(36)", "VARCHAR(36)")
_NO_JSON = ("DATE", "TIME")


def topics_to_copy(entry: AnySink, sql: SqlFiles) -> list[str]:
    """Return the tables that an entry copies: its own, else those that get vectors but are no questions."""
    with_vectors = [insert.target for insert in sql.inserts.values() if insert.predicts_with]
    return list(entry.topics) or [table for table in dict.fromkeys(with_vectors) if not _is_question(table, sql)]


def record_table(entry: AnySink, topic: str) -> str:
    """Return the table of the records that are made of ``topic`` for a sink; ``topic`` itself if none are."""
    return f"{topic}_{entry.label.replace('-', '_')}" if isinstance(entry, Qdrant) else topic


def with_records(entries: Sequence[AnySink], sql: SqlFiles) -> SqlFiles:
    """Return ``sql`` with a table and an INSERT more for each table that a sink cannot take as it is.

    A table that has no such id or no vector is left out: :func:`~components.sinks.plan.plan_sinks` says so.
    """
    made: dict[str, Statement] = {}
    for entry in entries:
        if isinstance(entry, Qdrant):
            for topic in topics_to_copy(entry, sql):
                made |= _statements(entry, topic, sql)
    return SqlFiles(statements={**sql.statements, **made}, topics=sql.topics)


def id_mistake(entry: Qdrant, columns: Sequence[Column]) -> str:
    """Return what is wrong with the id column, empty if nothing is: Qdrant takes unsigned integers and UUIDs."""
    types = {column.name: column.type for column in columns}
    found = types.get(entry.id, "")
    if not found or found in (*INTEGERS, *TEXTS):
        return ""
    return (
        f"id is {entry.id!r} of type {found}, and Qdrant takes unsigned integers and UUIDs: write a column of type"
        f" {', '.join(INTEGERS)}, or of STRING with UUIDs"
    )


def _statements(entry: Qdrant, topic: str, sql: SqlFiles) -> dict[str, Statement]:
    columns = next((columns_of(table) for table in sql.tables.values() if table.target == topic), [])
    kinds = {column.name: column.type for column in columns}
    if entry.id not in kinds or VECTOR not in kinds or id_mistake(entry, columns):
        return {}
    table, place = record_table(entry, topic), f"the records of {topic} for the sink {entry.label}"
    purpose = f"{topic.replace('_', '-').lower()}-{entry.label}"
    point_id = "BIGINT" if kinds[entry.id] in INTEGERS else "STRING"
    payload = ", ".join(_member(column) for column in columns if column.name != VECTOR)
    members = (
        f"'collection_name' VALUE {_text(entry.collection)}",
        f"'id' VALUE CAST({quote(entry.id)} AS {point_id})",
        f"'{VECTOR}' VALUE {quote(VECTOR)}",
        f"'payload' VALUE JSON_OBJECT({payload})",
    )
    record = ",\n    ".join(members)
    create = f"CREATE TABLE {quote(table)} (\n  `val` BYTES\n) WITH (\n  'value.format' = 'raw'\n)"
    select = f"SELECT CAST(JSON_OBJECT(\n    {record}\n  ) AS BYTES)\n  FROM {quote(topic)}"  # noqa: S608 - of the settings
    insert = f"INSERT INTO {quote(table)} (\n  {select}\n)"
    return {
        f"create-table-{purpose}": Statement.parse(create, place),
        f"insert-into-{purpose}": Statement.parse(insert, place),
    }


def _member(column: Column) -> str:
    """Return a member of a JSON object; Flink's JSON has no form for dates and times."""
    value = quote(column.name)
    return f"{_text(column.name)} VALUE {f'CAST({value} AS STRING)' if column.kind in _NO_JSON else value}"


def _text(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _is_question(table: str, sql: SqlFiles) -> bool:
    """Whether ``table`` is filled from rows that are typed."""
    return any(sql.read_by(insert) <= sql.asked for insert in sql.inserts.values() if insert.target == table)
