"""Searching a sink from Flink: the connections that external tables read through."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.sinks import AnySink, MongoDb
from components.flinksql import FlinkSession, declare_connection
from components.sinks.plan import searched
from components.sql_files import SqlFiles

_CONNECTION = "MONGODB.CONNECTION"


def connections_of(
    session: FlinkSession, sql: SqlFiles, entries: Sequence[AnySink]
) -> Mapping[str, pulumi.Output[str]]:
    """Declare what the external tables of ``sql`` read through; return the connections' ids, by the table's purpose."""
    found = searched(sql, entries)
    return Search("search", session=session, sql=sql, searched=found).connections if found else {}


class Search(pulumi.ComponentResource):
    """A connection to each store that an external table shows. ``connections``: their ids, by the table's purpose.

    A new password updates the connection, another host replaces it.
    """

    connections: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        session: FlinkSession,
        sql: SqlFiles,
        searched: Mapping[str, MongoDb],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Search", name, None, opts)
        made: dict[str, confluentcloud.FlinkConnection] = {}
        self.connections = {}
        for purpose, entry in searched.items():
            display_name = sql.external[purpose].options[_CONNECTION]
            if display_name not in made:
                made[display_name] = declare_connection(
                    f"{name}-{display_name}",
                    display_name,
                    session,
                    self,
                    kind="MONGODB",
                    endpoint=entry.endpoint,
                    username=entry.username,
                    password=entry.password.get_secret_value(),
                )
            self.connections[purpose] = made[display_name].id
        self.register_outputs({"connectionNames": sorted(made)})
