"""The pipeline itself: the tables, and the INSERTs that fill them for as long as the stack stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.flinksql import Declared, FlinkSession, Source, StatementProps, declare_statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.datagen import Datagen
    from components.sql_files import SqlFiles


@dataclass(frozen=True, kw_only=True)
class EmbeddingPipelineProps:
    """``models``: the CREATE MODEL statements, by purpose. ``connectors`` fill the topics that no statement makes."""

    session: FlinkSession
    sql: SqlFiles
    models: Mapping[str, Declared]
    connectors: Sequence[Datagen]
    protect: bool = False


class EmbeddingPipeline(pulumi.ComponentResource):
    """Tables and INSERTs. An INSERT's name is derived from the statements it is built on: it goes before they do.

    It does not depend on the connectors: its hook waits for their tables' columns, which are there long before
    Pulumi takes a connector for created. ``statements``: all of them, by purpose.
    """

    statements: dict[str, Declared]

    def __init__(self, name: str, props: EmbeddingPipelineProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:EmbeddingPipeline", name, None, opts)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=self))
        protected = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(protect=props.protect))
        self.statements = dict(props.models)
        for purpose, table in props.sql.tables.items():
            statement = StatementProps(statement=table, session=props.session)
            self.statements[purpose] = declare_statement(purpose, statement, protected)
        for purpose, insert in props.sql.inserts.items():
            reads = props.sql.read_by(insert)
            statement = StatementProps(
                statement=insert,
                session=props.session,
                built_on=[self.statements[used].name for used in props.sql.used_by(insert)],
                sources=[_source(connector) for connector in props.connectors if connector.schema.topic in reads],
            )
            self.statements[purpose] = declare_statement(purpose, statement, options)
        props.session.previous.warn_of_removed(self.statements)
        self.register_outputs({})


def _source(connector: Datagen) -> Source:
    schema = connector.schema
    return Source(table=schema.topic, columns=schema.fields, connector=connector.name, failure=connector.failure)
