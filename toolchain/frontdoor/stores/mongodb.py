"""The client of a stack's MongoDB, by the outputs of the sink that fills it, and what its errors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 10
_AUTHENTICATION_FAILED = frozenset({18, 8000})  # MongoDB's code, Atlas's


def place_of(store: Mapping[str, Any]) -> str:
    """Return where the documents are, without a secret."""
    return f"{store['database']}.{store['collection']} at {store['host']}"


def problem_of(store: Mapping[str, Any], error: Exception) -> str:
    """Return a sentence on an error of pymongo's that is about the login, the network or another refusal."""
    if not isinstance(error, OperationFailure):
        why = type(error).__name__ if isinstance(error, ConnectionFailure) else " ".join(str(error).split())
        return (
            f"MongoDB at {store['host']} cannot be reached ({why.rstrip('.')}): check that it runs, and that it lets in"
            " this machine (Atlas: Network Access)."
        )
    if error.code in _AUTHENTICATION_FAILED:
        return (
            f"MongoDB at {store['host']} refuses the password of user {store['username']}: set the right one in"
            " confluent-rag:sinks and run `./pulumiw up`."
        )
    said = str((error.details or {}).get("errmsg") or error)
    return f"MongoDB at {store['host']} refuses the request: {' '.join(said.split()).rstrip('.')}."


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
