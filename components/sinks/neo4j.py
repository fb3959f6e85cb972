"""Neo4j: the connector ``Neo4jSink``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.config.sinks import Neo4j
from components.sinks.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping


class Neo4jStore(Store[Neo4j]):
    """Nodes of Neo4j, one an id: ``MERGE`` finds the node of a record that is delivered again."""

    connector_class = "Neo4jSink"

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        cypher = (
            f"MERGE (p:{entry.node} {{{entry.id}: __value.{entry.id}}}) SET p += __value"
            " WITH p CALL db.create.setNodeVectorProperty(p, 'vector', __value.vector)"
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
        """Return the statement that makes the index; Neo4j leaves out vectors of another size without a word."""
        options = f"`vector.dimensions`: {dimension}, `vector.similarity_function`: 'cosine'"
        return (
            "Neo4j finds vectors once it has an index; run there: CREATE VECTOR INDEX vector_index IF NOT EXISTS"
            f" FOR (p:{self.entry.node}) ON (p.vector) OPTIONS {{indexConfig: {{{options}}}}}"
        )
