"""The pipeline itself: the tables, and the INSERTs that fill them for as long as the stack stands."""

from collections.abc import Mapping, Sequence

import pulumi

from components.flinksql import FlinkSession, Source, declare_statement
from components.sql_files import SqlFiles


class EmbeddingPipeline(pulumi.ComponentResource):
    """Tables and INSERTs. An INSERT's name is derived from the statements it is built on: it goes before they do.

    It does not depend on the connectors: its hook waits for their tables' columns, which are there long before
    Pulumi takes a connector for created.

    ``models``: names of the CREATE MODEL statements, by purpose. ``sources``: the topics that connectors fill.
    ``connections``: the ids of the connections that external tables read through, by purpose.
    ``statements``: the names of all statements, by purpose.
    """

    statements: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        session: FlinkSession,
        sql: SqlFiles,
        models: Mapping[str, pulumi.Output[str]],
        sources: Sequence[Source],
        connections: Mapping[str, pulumi.Output[str]],
        protect: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:EmbeddingPipeline", name, None, opts)
        self.statements = dict(models)
        for purpose, table in sql.tables.items():
            options = pulumi.ResourceOptions(parent=self, protect=protect)
            built_on = [connections[purpose]] if purpose in connections else []
            self.statements[purpose] = declare_statement(purpose, table, session, options, built_on=built_on)
        for purpose, insert in sql.inserts.items():
            reads = sql.read_by(insert)
            self.statements[purpose] = declare_statement(
                purpose,
                insert,
                session,
                pulumi.ResourceOptions(parent=self),
                built_on=[self.statements[used] for used in sql.used_by(insert)],
                sources=[source for source in sources if source.table in reads],
            )
        session.previous.warn_of_removed(self.statements)
        self.register_outputs({})
