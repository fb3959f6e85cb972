"""The embedding models: a connection to their endpoint, and the CREATE MODEL statements that name it."""

import pulumi

from components.config.settings import Settings
from components.flinksql import FlinkSession, answered, declare_connection, declare_statement
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
            connection = declare_connection(
                f"{name}-connection",
                display_name,
                session,
                self,
                kind="OPENAI",
                endpoint=settings.openai_endpoint,
                api_key=settings.openai_api_key.get_secret_value(),
            )
            self.connection_name = connection.display_name
            options = pulumi.ResourceOptions(parent=self)
            for purpose, model in sql.models.items():
                self.statements[purpose] = declare_statement(purpose, model, session, options, built_on=[connection.id])
            names = sorted(model.target for model in sql.models.values())
            called_with = [connection.endpoint, connection.api_key]
            answer = answered(session, name, names, called_with, after=list(self.statements.values()))
        self.register_outputs({"connectionName": self.connection_name, **answer})
