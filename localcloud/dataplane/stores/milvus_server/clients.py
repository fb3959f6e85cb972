"""Milvus's own client, which the REST API answers by: it turns JSON's values into those of the fields."""

from __future__ import annotations

import threading

from pymilvus import MilvusClient


class Clients:
    """A client of this server's gRPC API for each database, made when it is first asked for. Safe for threads."""

    def __init__(self, uri: str, token: str) -> None:
        self._uri, self._token = uri, token
        self._lock = threading.Lock()
        self._made: dict[str, MilvusClient] = {}

    def of(self, database: str) -> MilvusClient:
        """Return the client of that database; pymilvus's ``MilvusException`` if there is none of that name."""
        with self._lock:
            if database not in self._made:
                self._made[database] = MilvusClient(uri=self._uri, token=self._token, db_name=database)
            return self._made[database]
