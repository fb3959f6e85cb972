"""The embedding models: a connection to their endpoint, and the CREATE MODEL statements that name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.flinksql import Declared, FlinkSession, StatementProps, answered, connection_hooks, declare_statement

if TYPE_CHECKING:
    from components.config.settings import Settings
    from components.sql_files import SqlFiles


@dataclass(frozen=True, kw_only=True)
class EmbeddingModelProps:
    """``settings`` give the endpoint and its key, ``sql`` the statements and the connection's name."""

    settings: Settings
    session: FlinkSession
    sql: SqlFiles


class EmbeddingModel(pulumi.ComponentResource):
    """What Flink calls through ``ML_PREDICT``. A new key updates the connection, a new endpoint replaces it.

    ``statements``: the CREATE MODELs, by purpose. Without one there is no connection either.
    """

    statements: dict[str, Declared]
    connection_name: pulumi.Output[str] | None = None

    def __init__(self, name: str, props: EmbeddingModelProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:EmbeddingModel", name, None, opts)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=self))
        self.statements, answer = {}, {}
        for display_name in props.sql.connections:  # at most one: SqlFiles refuses more
            connection = self._connect(f"{name}-connection", display_name, props, options)
            self.connection_name = connection.display_name
            for purpose, model in props.sql.models.items():
                statement = StatementProps(statement=model, session=props.session, built_on=[connection.id])
                self.statements[purpose] = declare_statement(purpose, statement, options)
            names = sorted(model.target for model in props.sql.models.values())
            called_with = [connection.endpoint, connection.api_key]
            answer = answered(props.session, list(self.statements.values()), names, called_with)
        self.register_outputs({"connectionName": self.connection_name, **answer})

    def _connect(
        self, name: str, display_name: str, props: EmbeddingModelProps, options: pulumi.ResourceOptions
    ) -> confluentcloud.FlinkConnection:
        # Connections belong to their environment and region, unsaid in their inputs: they are replaced with these, and
        # by the name's dependency before the environment is deleted.
        environment = props.session.catalog
        return confluentcloud.FlinkConnection(
            name,
            display_name=environment.apply(lambda _: display_name),
            type="OPENAI",
            endpoint=props.settings.openai_endpoint,
            api_key=pulumi.Output.secret(props.settings.openai_api_key.get_secret_value()),
            opts=pulumi.ResourceOptions.merge(
                options,
                pulumi.ResourceOptions(
                    provider=props.session.provider,
                    additional_secret_outputs=["apiKey"],
                    replace_on_changes=["displayName", "type", "endpoint"],
                    replacement_trigger=[props.session.place, environment],
                    delete_before_replace=True,
                    hooks=connection_hooks(props.session, name),
                ),
            ),
        )
