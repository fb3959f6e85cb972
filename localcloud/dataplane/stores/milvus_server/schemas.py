"""A collection's schema, from the REST API's form into that of Milvus's client, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymilvus import DataType, MilvusClient, MilvusException

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.dataplane.stores.milvus_server.bodies import NewCollection

# The REST API's name -> pymilvus's type.
_TYPES = {
    "Bool": DataType.BOOL,
    "Int8": DataType.INT8,
    "Int16": DataType.INT16,
    "Int32": DataType.INT32,
    "Int64": DataType.INT64,
    "Float": DataType.FLOAT,
    "Double": DataType.DOUBLE,
    "VarChar": DataType.VARCHAR,
    "JSON": DataType.JSON,
    "FloatVector": DataType.FLOAT_VECTOR,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_MALFORMED = 1801


def schema_of(body: NewCollection) -> Any:
    """Return the schema of a new collection; ``MilvusException`` for a type that is not one."""
    asked = body.schema_
    made = MilvusClient.create_schema(auto_id=asked.auto_id, enable_dynamic_field=asked.enabled_dynamic_field)
    for field in asked.fields:
        if field.data_type not in _TYPES:
            said = f"data type {field.data_type} of field {field.field_name} is none of {', '.join(_TYPES)}"
            raise MilvusException(code=_MALFORMED, message=said)
        params = {key: int(value) for key, value in field.element_type_params.items()}
        made.add_field(
            field.field_name,
            _TYPES[field.data_type],
            is_primary=field.is_primary,
            nullable=field.nullable,
            **params,
        )
    return made


def index_params_of(body: NewCollection) -> Any:
    """Return the indexes of a new collection, ``None`` if there are to be none."""
    if not body.index_params:
        return None
    made = MilvusClient.prepare_index_params()
    for index in body.index_params:
        params = dict(index.params)
        kind = index.index_type or params.pop("index_type", "AUTOINDEX")
        made.add_index(
            field_name=index.field_name,
            index_name=index.index_name or index.field_name,
            index_type=kind,
            metric_type=index.metric_type,
            params=params,
        )
    return made


def described(found: dict[str, Any], indexes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a collection's description in the REST API's form."""
    return {
        "aliases": list(found.get("aliases") or []),
        "autoId": found["auto_id"],
        "collectionID": found.get("collection_id", 0),
        "collectionName": found["collection_name"],
        "consistencyLevel": found.get("consistency_level_name", "Strong"),
        "description": found.get("description", ""),
        "enableDynamicField": found.get("enable_dynamic_field", False),
        "fields": [_field(field) for field in found["fields"]],
        "indexes": [
            {"fieldName": one["field_name"], "indexName": one["index_name"], "metricType": one["metric_type"]}
            for one in indexes
        ],
        "partitionsNum": found.get("num_partitions", 1),
        "properties": [],
        "shardsNum": found.get("num_shards", 1),
    }


def _field(field: dict[str, Any]) -> dict[str, Any]:
    params = [{"key": key, "value": str(value)} for key, value in (field.get("params") or {}).items()]
    return {
        "autoId": bool(field.get("auto_id", False)),
        "description": field.get("description", ""),
        "id": field.get("field_id", 0),
        "name": field["name"],
        "nullable": bool(field.get("nullable", False)),
        "partitionKey": bool(field.get("is_partition_key", False)),
        "primaryKey": bool(field.get("is_primary", False)),
        "type": _NAMES.get(field["type"], str(field["type"])),
        **({"params": params} if params else {}),
    }
