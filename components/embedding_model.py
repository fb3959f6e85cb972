"""The embedding model: a connection to its endpoint and the CREATE MODEL statement that names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.rights import wait_for_key, wait_for_rights
from components.statement import StatementProps, declare_statement

if TYPE_CHECKING:
    from components.flink_session import FlinkSession
    from components.settings import Settings
    from components.sql_files import PipelineSql

PURPOSE = "create-model-vector-embedding"


@dataclass(frozen=True, kw_only=True)
class EmbeddingModelProps:
    """``settings`` give the endpoint and its key, ``sql`` the statement and the connection's name."""

    settings: Settings
    session: FlinkSession
    sql: PipelineSql


class EmbeddingModel(pulumi.ComponentResource):
    """A model that Flink calls through ``ML_PREDICT``. A new key updates the connection, a new endpoint replaces it."""

    connection: confluentcloud.FlinkConnection
    statement: confluentcloud.FlinkStatement
    outputs: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, props: EmbeddingModelProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:EmbeddingModel", name, None, opts)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=self))
        connection = f"{name}-connection"
        wait = pulumi.ResourceHook(
            f"wait for the key of {connection}", lambda _: wait_for_key(props.session, connection)
        )
        self.connection = confluentcloud.FlinkConnection(
            connection,
            display_name=props.sql.connection,
            type="OPENAI",
            endpoint=props.settings.openai_endpoint,
            api_key=pulumi.Output.secret(props.settings.openai_api_key.get_secret_value()),
            opts=pulumi.ResourceOptions.merge(
                options,
                pulumi.ResourceOptions(
                    provider=props.session.provider,
                    additional_secret_outputs=["apiKey"],
                    replace_on_changes=["displayName", "type", "endpoint"],
                    replacement_trigger=props.session.place,  # a connection belongs to its region, unsaid in its inputs
                    delete_before_replace=True,
                    hooks=pulumi.ResourceHookBinding(
                        before_create=[wait],
                        on_error=[pulumi.ErrorHook(f"wait for the rights of {connection}", wait_for_rights)],
                    ),
                ),
            ),
        )
        self.statement = declare_statement(
            PURPOSE,
            StatementProps(
                statement=props.sql.model,
                session=props.session,
                built_on=[self.connection.id],
            ),
            options,
        )
        self.outputs = {"connectionName": self.connection.display_name}
        self.register_outputs(self.outputs)
