"""MongoDB: the connector ``MongoDbAtlasSink``, and the vector index of its collection."""

from collections.abc import Mapping
from typing import Any

from components.config.sinks import KEY, MongoDb
from components.sinks.store import VECTOR, Store, StoreError

_SECONDS = 20
_AUTHENTICATION_FAILED = (18, 8000)  # a server's code, Atlas's
_THERE = 48  # NamespaceExists
SIMILARITY = "dotProduct"  # as in Confluent's tutorial


class MongoDbStore(Store[MongoDb]):
    """A collection of MongoDB.

    A document's ``_id`` is made of the id column: a record that is delivered again replaces its own document.
    """

    connector_class = "MongoDbAtlasSink"
    makes_index = True

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "mongodb.instance.type": "MONGODB_SELF_MANAGED" if ":" in entry.host else "MONGODB_ATLAS",
            "connection.host": entry.host,
            "connection.user": entry.username,
            "database": entry.database,
            "collection": entry.collection,
            "doc.id.strategy": "PartialValueStrategy",
            "value.projection.type": "allowlist",
            "value.projection.list": entry.id,
            # With ALL, what is on its way when MongoDB does not answer becomes a dead letter instead of a document.
            "mongo.errors.tolerance": "NONE",
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"connection.password": self.entry.password.get_secret_value()}

    def make_index(self, dimension: int) -> str:
        """Make collection and vector index, unless they are there; :class:`StoreError` says what is in the way."""
        from pymongo import MongoClient  # noqa: PLC0415 - loaded by whoever has such a sink, when its hook runs
        from pymongo.errors import OperationFailure, PyMongoError  # noqa: PLC0415

        entry = self.entry
        where = f"{entry.database}.{entry.collection} at {entry.host}"
        try:
            client: MongoClient[Any] = MongoClient(
                entry.endpoint,
                username=entry.username,
                password=entry.password.get_secret_value(),
                serverSelectionTimeoutMS=_SECONDS * 1000,
            )
            with client:
                return self._index(client, dimension, where)
        except OperationFailure as error:
            if error.code in _AUTHENTICATION_FAILED:
                raise StoreError(
                    f"MongoDB at {entry.host} refuses user {entry.username}: set the right password with"
                    f" `pulumi config set --secret --path '{KEY}[N].password'`, N being its place in the list from 0"
                ) from None
            raise StoreError(f"MongoDB refuses the index {entry.index} of {where}: {_reason(error)}") from None
        except PyMongoError as error:
            raise StoreError(
                f"MongoDB at {entry.host} cannot be reached ({_reason(error)}): look at host in {KEY}, and whether"
                " MongoDB lets in this machine and Confluent Cloud (Atlas: Network Access)"
            ) from None

    def _index(self, client: Any, dimension: int, where: str) -> str:
        from pymongo.errors import CollectionInvalid, OperationFailure  # noqa: PLC0415 - as above
        from pymongo.operations import SearchIndexModel  # noqa: PLC0415

        entry = self.entry
        database = client[entry.database]
        try:
            database.create_collection(entry.collection)
        except CollectionInvalid:
            pass  # it is there
        except OperationFailure as error:
            if error.code != _THERE:  # the connector may make it at the same moment
                raise
        collection = database[entry.collection]
        for found in collection.list_search_indexes(entry.index):
            self._check(found, dimension, where)
            return f"vector index {entry.index} of {where} is there"
        definition = {"fields": [field_of(dimension)]}
        collection.create_search_index(SearchIndexModel(definition=definition, name=entry.index, type="vectorSearch"))
        return f"made vector index {entry.index} of {where}, for vectors of {dimension} numbers"

    def _check(self, found: Mapping[str, Any], dimension: int, where: str) -> None:
        fields = (found.get("latestDefinition") or {}).get("fields") or []
        sizes = [one.get("numDimensions") for one in fields if one.get("path") == VECTOR]
        if dimension not in sizes:
            size = f"takes vectors of {sizes[0]} numbers" if sizes else f"has no vector field {VECTOR!r}"
            raise StoreError(
                f"Index {self.entry.index} of {where} {size}, and the model's have {dimension}: write another"
                f" collection in {KEY}, or drop that index"
            )


def field_of(dimension: int) -> dict[str, Any]:
    """Return the field of the index definition, as Atlas's JSON editor has it."""
    return {"type": "vector", "path": VECTOR, "numDimensions": dimension, "similarity": SIMILARITY}


def _reason(error: Exception) -> str:
    details = getattr(error, "details", None) or {}
    text = str(details.get("errmsg") or error).split(", Timeout:", maxsplit=1)[0]
    return " ".join(text.split()).rstrip(".")
