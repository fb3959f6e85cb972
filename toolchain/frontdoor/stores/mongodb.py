"""The client of a stack's MongoDB, by the outputs of the sink that fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import MongoClient

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 20


def client_of(store: Mapping[str, Any], secrets: Mapping[str, str]) -> MongoClient[dict[str, Any]]:
    """Return a client, which connects at its first call.

    ``store`` and ``secrets``: a sink's own of the outputs `sinks` and `sinkSecrets` (docs/outputs.md).
    Raises pymongo's ``PyMongoError``, for example for an Atlas host that DNS does not know.
    """
    host = str(store["host"])
    scheme = "mongodb" if ":" in host else "mongodb+srv"  # as Confluent forms it
    return MongoClient(
        f"{scheme}://{host}/",
        username=store["username"],
        password=secrets["connection.password"],
        serverSelectionTimeoutMS=_SECONDS * 1000,
    )
