"""SingleStore: the custom connector ``singlestore-kafka-connector``, and the table that has to be there."""

from collections.abc import Mapping, Sequence

from components.config.sinks import SingleStore
from components.flinksql import Column
from components.sinks.store import VECTOR, CustomStore

# Type of a column -> of SingleStore's. What is in neither is text.
_TYPES = {
    "BOOLEAN": "BOOL",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INT": "INT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
}


class SingleStoreStore(CustomStore[SingleStore]):
    """A table of SingleStore. Its primary key is the id column: a record that comes again replaces its row."""

    connector_class = "com.singlestore.kafka.SingleStoreSinkConnector"

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "connection.ddlEndpoint": entry.host,
            "connection.database": entry.database,
            "connection.user": entry.username,
            "singlestore.upsert": "true",
            **{f"singlestore.tableName.{topic}": entry.table for topic in self.topics},
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"connection.password": self.entry.password.get_secret_value()}

    def endpoints(self) -> Sequence[str]:
        """Return where its SQL API is."""
        return [self.entry.host]

    def make_index(self, dimension: int) -> str:
        """Return the statement that makes the table: the connector's own would have no column of type VECTOR."""
        columns = ", ".join(f"`{column.name}` {_type(column, dimension)}" for column in self.columns)
        key = f"PRIMARY KEY (`{self.entry.id}`), SHARD KEY (`{self.entry.id}`)"
        return (
            "SingleStore finds vectors in a column of type VECTOR, which the connector does not make: before the first"
            f" record, run CREATE TABLE IF NOT EXISTS `{self.entry.database}`.`{self.entry.table}` ({columns}, {key})"
        )


def _type(column: Column, dimension: int) -> str:
    if column.name == VECTOR:
        return f"VECTOR({dimension}, F32)"
    return _TYPES.get(column.type, "TEXT")
