"""The pipeline itself: the table of vectors and the INSERT that fills it, for as long as the stack stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_confluentcloud as confluentcloud  # noqa: TC002 - Pulumi evaluates the annotations of a component

from components.last_up import INSERT, STATEMENTS
from components.statement import StatementProps, declare_statement

if TYPE_CHECKING:
    from components.flink_session import FlinkSession
    from components.source import Source
    from components.sql_files import PipelineSql

TABLE_PURPOSE = "create-table-product-vector"
INSERT_PURPOSE = "insert-into-product-vector"


@dataclass(frozen=True, kw_only=True)
class EmbeddingPipelineProps:
    """``model``: the CREATE MODEL statement. ``connector`` fills ``source``."""

    session: FlinkSession
    sql: PipelineSql
    source: Source
    model: confluentcloud.FlinkStatement
    connector: pulumi.Resource
    protect: bool = False


class EmbeddingPipeline(pulumi.ComponentResource):
    """Table and INSERT. The INSERT's name is derived from the statements it is built on: it goes before they do."""

    table: confluentcloud.FlinkStatement
    insert: confluentcloud.FlinkStatement
    outputs: dict[str, Any]

    def __init__(self, name: str, props: EmbeddingPipelineProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:EmbeddingPipeline", name, None, opts)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=self))
        self.table = declare_statement(
            TABLE_PURPOSE,
            StatementProps(statement=props.sql.table, session=props.session),
            pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(protect=props.protect)),
        )
        self.insert = declare_statement(
            INSERT_PURPOSE,
            StatementProps(
                statement=props.sql.insert,
                session=props.session,
                built_on=[self.table.statement_name, props.model.statement_name],
                source=props.source,
                carries_over=True,
            ),
            pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[props.connector])),
        )
        query = f"SELECT vector, content FROM {props.sql.table.target}"  # noqa: S608 - a command to show, from the project's own file
        self.outputs = {
            "protect": props.protect,
            STATEMENTS: {
                "model": props.model.statement_name,
                "table": self.table.statement_name,
                INSERT: self.insert.statement_name,
            },
            "showVectors": f'./pulumiw sql "{query}" --limit 5',
        }
        self.register_outputs(self.outputs)
