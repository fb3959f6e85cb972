"""Milvus: the custom connector ``kafka-connect-milvus``, and its collection."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from components.config.sinks import KEY, Milvus
from components.flinksql import Column
from components.sinks.rest import call
from components.sinks.store import VECTOR, CustomStore, StoreError

_METRIC = "COSINE"
_LONGEST_TEXT = 65535
# Type of a column -> of the field. Of others the field is left out: the connector drops what it finds no field for.
_TYPES = {
    "BOOLEAN": "Bool",
    "TINYINT": "Int8",
    "SMALLINT": "Int16",
    "INT": "Int32",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "FLOAT": "Float",
    "DOUBLE": "Double",
    "STRING": "VarChar",
}
IDS = ("TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "STRING")


class MilvusStore(CustomStore[Milvus]):
    """A collection of Milvus. Its primary key is the id column: a record that comes again replaces its own."""

    makes_index = True
    index_comes_first = True
    connector_class = "com.milvus.io.kafka.MilvusSinkConnector"

    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""
        entry = self.entry
        return {
            "public.endpoint": entry.endpoint.rstrip("/"),
            "database.name": entry.database,
            "collection.name": entry.collection,
        }

    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""
        return {"token": self.entry.api_key.get_secret_value()}

    def endpoints(self) -> Sequence[str]:
        """Return where its REST API is."""
        url = urlsplit(self.entry.endpoint)
        return [f"{url.hostname}:{url.port or (443 if url.scheme == 'https' else 80)}"]

    def make_index(self, dimension: int) -> str:
        """Make the collection with a field for each column, and load it, unless it is there."""
        entry = self.entry
        where = f"{entry.collection} at {entry.endpoint}"
        if not self._call("has")["data"].get("has"):
            fields = [self._field(column, dimension) for column in self.columns if self._is_kept(column)]
            index = {"fieldName": VECTOR, "metricType": _METRIC, "indexName": VECTOR}
            schema = {"autoId": False, "enabledDynamicField": False, "fields": fields}
            self._call("create", schema=schema, indexParams=[{**index, "params": {"index_type": "AUTOINDEX"}}])
            self._call("load")
            return f"made collection {where}, for vectors of {dimension} numbers"
        size = _size(self._call("describe"))
        if size != dimension:
            raise StoreError(
                f"Milvus's collection {where} takes vectors of {size} numbers, and the model's have {dimension}: write"
                f" another collection in {KEY}, or drop that one"
            )
        self._call("load")
        return f"collection {where} is there"

    def _is_kept(self, column: Column) -> bool:
        return column.type in _TYPES or column.name == VECTOR

    def _field(self, column: Column, dimension: int) -> dict[str, Any]:
        if column.name == VECTOR:
            return {"fieldName": VECTOR, "dataType": "FloatVector", "elementTypeParams": {"dim": dimension}}
        is_id = column.name == self.entry.id
        kind = "Int64" if is_id and column.type != "STRING" else _TYPES[column.type]
        params = {"elementTypeParams": {"max_length": _LONGEST_TEXT}} if kind == "VarChar" else {}
        rest = {"isPrimary": True} if is_id else {"nullable": True}
        return {"fieldName": column.name, "dataType": kind, **params, **rest}

    def _call(self, action: str, **more: Any) -> Any:
        entry = self.entry
        store = f"Milvus at {entry.endpoint}"
        answer = call(
            store,
            "POST",
            f"{entry.endpoint.rstrip('/')}/v2/vectordb/collections/{action}",
            headers={"Authorization": f"Bearer {entry.api_key.get_secret_value()}"},
            body={"dbName": entry.database, "collectionName": entry.collection, **more},
        )
        if answer.get("code"):
            raise StoreError(f"{store} answers: {str(answer.get('message', '')).rstrip('.')}")
        return answer


def _size(described: Any) -> int:
    for field in described["data"].get("fields") or []:
        for parameter in field.get("params") or []:
            if parameter.get("key") == "dim":
                return int(parameter["value"])
    return 0
