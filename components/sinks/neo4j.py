"""Neo4j: the connector ``Neo4jSink``, and the vector index of its nodes."""

import json
from collections.abc import Mapping
from typing import Any

from components.config.sinks import KEY, Neo4j
from components.sinks.store import VECTOR, Store, StoreError

_SECONDS = 20
_UNAUTHORIZED = "Neo.ClientError.Security."
SIMILARITY = "cosine"  # dot product is none of Neo4j's; for vectors of length 1 the order is the same


class Neo4jStore(Store[Neo4j]):
    """Nodes of Neo4j, one an id: ``MERGE`` finds the node of a record that is delivered again."""

    connector_class = "Neo4jSink"
    index_comes_first = True  # without the constraint on the id, MERGE looks at every node

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        cypher = (
            f"MERGE (p:{entry.node} {{{entry.id}: __value.{entry.id}}}) SET p += __value"
            " WITH p, __value CALL db.create.setNodeVectorProperty(p, 'vector', __value.vector)"
        )
        return {
            "neo4j.uri": entry.uri,
            "neo4j.authentication.type": "BASIC",
            "neo4j.authentication.basic.username": entry.username,
            "neo4j.database": entry.database,
            "neo4j.cypher.topic.map": json.dumps(dict.fromkeys(self.topics, cypher)),
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"neo4j.authentication.basic.password": self.entry.password.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Make constraint and vector index, unless they are there; :class:`StoreError` says what is in the way."""
        from neo4j import GraphDatabase  # noqa: PLC0415 - loaded by whoever has such a sink, when its hook runs
        from neo4j.exceptions import DriverError, Neo4jError  # noqa: PLC0415

        entry = self.entry
        try:
            with GraphDatabase.driver(
                entry.uri,
                auth=(entry.username, entry.password.get_secret_value()),
                connection_timeout=_SECONDS,
                max_transaction_retry_time=_SECONDS,
            ) as driver:
                return self._index(driver, dimension)
        except Neo4jError as error:
            if (error.code or "").startswith(_UNAUTHORIZED):
                raise StoreError(
                    f"Neo4j at {entry.uri} refuses user {entry.username}: set the right password with"
                    f" `pulumi config set --secret --path '{KEY}[N].password'`, N being its place in the list from 0"
                ) from None
            raise StoreError(f"Neo4j at {entry.uri} refuses the index: {_reason(error)}") from None
        except (DriverError, OSError, ValueError) as error:
            raise StoreError(
                f"Neo4j at {entry.uri} cannot be reached ({_reason(error)}): look at uri in {KEY}, and whether Neo4j"
                " lets in this machine and Confluent Cloud"
            ) from None

    def _index(self, driver: Any, dimension: int) -> str:
        entry, name = self.entry, index_of(self.entry.node)
        where = f"vector index {name} of {entry.database} at {entry.uri}"

        def run(cypher: str, **parameters: Any) -> list[Any]:
            found: list[Any] = driver.execute_query(cypher, parameters, database_=entry.database).records
            return found

        run(
            f"CREATE CONSTRAINT {entry.node}_{entry.id} IF NOT EXISTS FOR (p:{entry.node})"
            f" REQUIRE p.{entry.id} IS UNIQUE"
        )
        shown = "SHOW VECTOR INDEXES YIELD name, options, labelsOrTypes, properties WHERE name = $name"
        for found in run(f"{shown} RETURN options, labelsOrTypes AS labels, properties", name=name):
            self._check(found, dimension, where)
            return f"{where} is there"
        options = f"`vector.dimensions`: {dimension}, `vector.similarity_function`: '{SIMILARITY}'"
        run(
            f"CREATE VECTOR INDEX {name} IF NOT EXISTS FOR (p:{entry.node}) ON (p.{VECTOR})"
            f" OPTIONS {{indexConfig: {{{options}}}}}"
        )
        return f"made {where}, for vectors of {dimension} numbers"

    def _check(self, found: Mapping[str, Any], dimension: int, where: str) -> None:
        if list(found["labels"]) != [self.entry.node] or list(found["properties"]) != [VECTOR]:
            raise StoreError(
                f"The {where} is not of the property {VECTOR} of nodes {self.entry.node}: drop it, or write another"
                f" node in {KEY}"
            )
        size = found["options"].get("indexConfig", {}).get("vector.dimensions", dimension)
        if size != dimension:  # such vectors would be left out of it without a word
            raise StoreError(
                f"The {where} takes vectors of {size} numbers, and the model's have {dimension}: write another node in"
                f" {KEY}, or drop that index"
            )


def index_of(node: str) -> str:
    """Return the name of the vector index of nodes with that label."""
    return f"{node}_{VECTOR}"


def _reason(error: Exception) -> str:
    """Return the first line of what the driver says; Neo4j's own sentence, if it is from there."""
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(str(text).splitlines()[0].split()).rstrip(".:")
