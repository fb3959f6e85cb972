"""The embedding models: a connection to their endpoint, and the CREATE MODEL statements that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.flinksql import FlinkSession, answered, connection_hooks, declare_statement

if TYPE_CHECKING:
    from components.config.settings import Settings
    from components.sql_files import SqlFiles


class EmbeddingModel(pulumi.ComponentResource):
    """What Flink calls through ``ML_PREDICT``. A new key updates the connection, a new endpoint replaces it.

    ``settings`` give the endpoint and its key, ``sql`` the statements and the connection's name. ``statements``: the
    names of the CREATE MODELs, by purpose. Without one there is no connection either.
    """

    statements: dict[str, pulumi.Output[str]]
    connection_name: pulumi.Output[str] | None = None

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        session: FlinkSession,
        sql: SqlFiles,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:EmbeddingModel", name, None, opts)
        self.statements, answer = {}, {}
        for display_name in sql.connections:  # at most one: SqlFiles refuses more
            connection = self._connect(f"{name}-connection", display_name, settings, session)
            self.connection_name = connection.display_name
            options = pulumi.ResourceOptions(parent=self)
            for purpose, model in sql.models.items():
                self.statements[purpose] = declare_statement(purpose, model, session, options, built_on=[connection.id])
            names = sorted(model.target for model in sql.models.values())
            called_with = [connection.endpoint, connection.api_key]
            answer = answered(session, names, called_with, after=list(self.statements.values()))
        self.register_outputs({"connectionName": self.connection_name, **answer})

    def _connect(
        self, name: str, display_name: str, settings: Settings, session: FlinkSession
    ) -> confluentcloud.FlinkConnection:
        # Connections belong to their environment and region, unsaid in their inputs: they are replaced with these, and
        # by the name's dependency before the environment is deleted.
        environment = session.catalog
        return confluentcloud.FlinkConnection(
            name,
            display_name=environment.apply(lambda _: display_name),
            type="OPENAI",
            endpoint=settings.openai_endpoint,
            api_key=pulumi.Output.secret(settings.openai_api_key.get_secret_value()),
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=session.provider,
                additional_secret_outputs=["apiKey"],
                replace_on_changes=["displayName", "type", "endpoint"],
                replacement_trigger=[session.place, environment],
                delete_before_replace=True,
                hooks=connection_hooks(session, name),
            ),
        )
