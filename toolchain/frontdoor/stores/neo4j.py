"""Queries of a stack's Neo4j, by the outputs of the sink that fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neo4j import GraphDatabase, Query, RoutingControl
from neo4j.exceptions import DriverError
from neo4j.exceptions import Neo4jError as RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 20
UNAUTHORIZED = "Neo.ClientError.Security."


class Neo4jError(Exception):
    """It refuses, or does not answer. ``str()``: the end of a sentence. ``code``: Neo4j's, empty without an answer."""

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(why)
        self.code = code


def place_of(store: Mapping[str, Any]) -> str:
    """Return where the nodes are, without a secret."""
    return f"nodes {store['node']} of {store['database']} at {store['uri']}"


def index_of(store: Mapping[str, Any]) -> str:
    """Return the name of the nodes' vector index, as the program makes it."""
    return f"{store['node']}_vector"


def query(
    store: Mapping[str, Any], secrets: Mapping[str, str], cypher: str, **parameters: Any
) -> list[Mapping[str, Any]]:
    """Return the records of a query that only reads.

    ``store`` and ``secrets``: a sink's own of the outputs `sinks` and `sinkSecrets` (docs/outputs.md).
    """
    login = (store["username"], secrets["neo4j.authentication.basic.password"])
    try:
        with GraphDatabase.driver(
            store["uri"], auth=login, connection_timeout=_SECONDS, max_transaction_retry_time=_SECONDS
        ) as driver:
            found = driver.execute_query(Query(cypher), parameters, RoutingControl.READ, store["database"])
            return [record.data() for record in found.records]
    except RefusedError as error:
        raise Neo4jError(f"refuses: {_line(error.message or error)}", error.code or "") from None
    except (DriverError, OSError, ValueError) as error:
        raise Neo4jError(f"cannot be reached ({_line(error)})") from None


def _line(said: object) -> str:
    lines = str(said).splitlines() or [type(said).__name__]
    return " ".join(lines[0].split()).rstrip(".:")
