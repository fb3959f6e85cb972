"""What the API does, for one caller at a time."""

from __future__ import annotations

import json
import re
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np

from localcloud.dataplane.stores.pinecone.bodies import MOST_LISTED
from localcloud.dataplane.stores.pinecone.errors import RefusedError
from localcloud.dataplane.stores.pinecone.filters import test_of
from localcloud.dataplane.stores.pinecone.index import DENSE_FIELD, Definition, Index
from localcloud.dataplane.stores.pinecone.vectors import METRICS, Vector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.dataplane.stores.pinecone.bodies import (
        ConfigureBody,
        CreateBody,
        DeleteBody,
        QueryBody,
        StatsBody,
        UpdateBody,
        UpsertBody,
    )
    from localcloud.dataplane.stores.pinecone.database import Database
    from localcloud.dataplane.stores.pinecone.vectors import Numbers, Vectors

DEFAULT_NAMESPACE = "__default__"
_LARGEST_METADATA_BYTES = 40_960
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,43}[a-z0-9])?")
_USAGE = {"readUnits": 1}


class Service:
    """Indexes and their vectors. What it cannot do is a :class:`RefusedError`."""

    def __init__(self, database: Database) -> None:
        """Read everything that is kept."""
        self._database, self._lock = database, threading.Lock()
        self._indexes = {
            kept["name"]: Index(Definition(**kept), database.vectors(kept["name"])) for kept in database.definitions()
        }

    # Indexes ------------------------------------------------------------------------------------------------------

    def definitions(self) -> list[Definition]:
        """Return every index's definition, by name."""
        with self._lock:
            return [self._indexes[name].definition for name in sorted(self._indexes)]

    def definition(self, name: str) -> Definition:
        """Return an index's definition."""
        with self._lock:
            return self._index(name).definition

    def create(self, body: CreateBody) -> Definition:
        """Create an index."""
        definition = _definition(body)
        with self._lock:
            if definition.name in self._indexes:
                raise RefusedError(f"Resource {definition.name} already exists.", HTTPStatus.CONFLICT)
            self._database.put_definition(definition.name, definition.kept())
            self._indexes[definition.name] = Index(definition)
        return definition

    def configure(self, name: str, body: ConfigureBody) -> Definition:
        """Change an index's protection and tags."""
        with self._lock:
            index = self._index(name)
            definition = index.definition.changed(body.deletion_protection, body.tags)
            self._database.put_definition(name, definition.kept())
            index.definition = definition
        return definition

    def drop(self, name: str) -> None:
        """Delete an index and its vectors, unless it is protected."""
        with self._lock:
            if self._index(name).definition.deletion_protection == "enabled":
                sentence = "Deletion protection is enabled for this index. Disable deletion protection before retrying."
                raise RefusedError(sentence, HTTPStatus.FORBIDDEN)
            self._database.drop(name)
            del self._indexes[name]

    # Vectors ------------------------------------------------------------------------------------------------------

    def upsert(self, name: str, body: UpsertBody) -> dict[str, Any]:
        """Add vectors or replace those with the same ids: all of them, or none if one is wrong."""
        with self._lock:
            index = self._index(name)
            vectors = [
                Vector(one.id, _numbers(one.values, index), _checked(one.metadata or {})) for one in body.vectors
            ]
            self._put(index, _namespace(body.namespace), vectors)
        return {"upsertedCount": len(vectors)}

    def query(self, name: str, body: QueryBody) -> dict[str, Any]:
        """Return the nearest vectors, the nearest first."""
        test = None if body.filter is None else test_of(body.filter)
        with self._lock:
            index = self._index(name)
            namespace = _namespace(body.namespace)
            vectors = index.namespaces.get(namespace)
            numbers = _asked(body, index, vectors)
            found = [] if vectors is None or numbers is None else vectors.nearest(numbers, body.top_k, test)
            matches = [
                {
                    "id": one.id,
                    "score": score,
                    **_shown(one, values=body.include_values, metadata=body.include_metadata),
                }
                for one, score in found
            ]
        return {"matches": matches, "namespace": namespace, "usage": _USAGE}

    def fetch(self, name: str, ids: Sequence[str], namespace: str) -> dict[str, Any]:
        """Return the vectors of these ids, those that there are."""
        with self._lock:
            vectors = self._index(name).namespaces.get(_namespace(namespace))
            found = [] if vectors is None else [vector for one in ids if (vector := vectors.get(one)) is not None]
            shown = {one.id: {"id": one.id, **_shown(one, values=True, metadata=True)} for one in found}
        return {"vectors": shown, "namespace": _namespace(namespace), "usage": _USAGE}

    def listed(self, name: str, prefix: str, limit: int, after: str, namespace: str) -> dict[str, Any]:
        """Return ids in order, from the one behind ``after`` on."""
        with self._lock:
            vectors = self._index(name).namespaces.get(_namespace(namespace))
            ids = [] if vectors is None else [one for one in vectors.ids() if one.startswith(prefix) and one > after]
        limit = min(limit, MOST_LISTED)
        reply: dict[str, Any] = {"vectors": [{"id": one} for one in ids[:limit]], "namespace": _namespace(namespace)}
        if len(ids) > limit:
            reply["pagination"] = {"next": ids[limit - 1]}
        return reply | {"usage": _USAGE}

    def update(self, name: str, body: UpdateBody) -> dict[str, Any]:
        """Replace a vector's numbers, add to its metadata. An id that is not there changes nothing."""
        with self._lock:
            index, namespace = self._index(name), _namespace(body.namespace)
            vectors = index.namespaces.get(namespace)
            known = vectors.get(body.id) if vectors is not None else None
            if known is not None:
                values = known.values.copy() if body.values is None else _numbers(body.values, index)
                metadata = _checked({**known.metadata, **(body.set_metadata or {})})
                self._put(index, namespace, [Vector(body.id, values, metadata)])
        return {}

    def delete(self, name: str, body: DeleteBody) -> dict[str, Any]:
        """Delete vectors."""
        if (body.ids is not None) + body.delete_all + (body.filter is not None) != 1:
            raise RefusedError("A deletion needs one of ids, deleteAll and filter.")
        test = None if body.filter is None else test_of(body.filter)
        with self._lock:
            index, namespace = self._index(name), _namespace(body.namespace)
            vectors = index.namespaces.get(namespace)
            if vectors is None:
                raise RefusedError("Namespace not found", HTTPStatus.NOT_FOUND)
            ids = vectors.ids() if body.ids is None else body.ids
            if test is not None:
                ids = vectors.matching(test)
            self._database.remove(name, namespace, ids)
            for one in ids:
                vectors.remove(one)
            if not len(vectors):
                del index.namespaces[namespace]
        return {}

    def stats(self, name: str, body: StatsBody) -> dict[str, Any]:
        """Return how many vectors there are, by namespace."""
        if body.filter:
            raise RefusedError("Serverless indexes do not support describing index stats with metadata filtering.")
        with self._lock:
            index = self._index(name)
            counts = {space or DEFAULT_NAMESPACE: len(vectors) for space, vectors in index.namespaces.items()}
        return {
            "namespaces": {space: {"vectorCount": count} for space, count in counts.items()},
            "dimension": index.definition.dimension,
            "indexFullness": 0,
            "totalVectorCount": sum(counts.values()),
            "metric": index.definition.metric,
            "vectorType": "dense",
        }

    def _index(self, name: str) -> Index:
        index = self._indexes.get(name)
        if index is None:
            raise RefusedError(f"Resource {name} not found", HTTPStatus.NOT_FOUND)
        return index

    def _put(self, index: Index, namespace: str, vectors: Sequence[Vector]) -> None:
        self._database.put(index.definition.name, namespace, vectors)
        kept = index.made(namespace)
        for vector in vectors:
            kept.put(vector)


def _definition(body: CreateBody) -> Definition:
    if not _NAME.fullmatch(body.name):
        raise RefusedError("Name must consist of lower case alphanumeric characters or '-', 45 at most.")
    dimension, metric = body.dimension, body.metric
    if body.declared is not None:
        if set(body.declared.fields) != {DENSE_FIELD}:
            raise RefusedError(f"The Pinecone of this machine has one field in a schema: {DENSE_FIELD}.")
        field = body.declared.fields[DENSE_FIELD]
        dimension, metric = field.dimension, field.metric
    if dimension is None:
        raise RefusedError("A dimension is needed: the number of values in a vector.")
    metric = metric.lower()
    if metric not in METRICS:
        raise RefusedError(f"Metric {metric!r} is not known: it must be one of {', '.join(METRICS)}.")
    place = body.deployment or (body.spec or {}).get("serverless") or {}
    return Definition(
        name=body.name,
        dimension=dimension,
        metric=metric,
        cloud=str(place.get("cloud", "aws")),
        region=str(place.get("region", "us-east-1")),
        deletion_protection=body.deletion_protection,
        tags=body.tags,
    )


def _namespace(name: str) -> str:
    return "" if name == DEFAULT_NAMESPACE else name


def _numbers(values: Sequence[float], index: Index) -> Numbers:
    if len(values) != index.definition.dimension:
        raise RefusedError(
            f"Vector dimension {len(values)} does not match the dimension of the index {index.definition.dimension}"
        )
    with np.errstate(over="ignore"):  # refused below
        numbers = np.asarray(values, np.float32)
    if not numbers.any() or not np.isfinite(numbers).all():
        raise RefusedError("Dense vectors must contain at least one non-zero value, and only numbers that a float has.")
    return numbers


def _asked(body: QueryBody, index: Index, vectors: Vectors | None) -> Numbers | None:
    """Return the vector to search for, ``None`` for that of an id that is not there."""
    if (body.vector is None) == (body.id is None):
        raise RefusedError("A query needs either vector or id.")
    if body.vector is not None:
        return _numbers(body.vector, index)
    known = vectors.get(body.id) if vectors is not None and body.id is not None else None
    return None if known is None else known.values


def _shown(vector: Vector, *, values: bool, metadata: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"values": vector.values.tolist() if values else []}
    return shown | {"metadata": vector.metadata} if metadata and vector.metadata else shown


def _checked(metadata: dict[str, Any]) -> dict[str, Any]:
    for key, value in metadata.items():
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not is_list and not isinstance(value, str | int | float):
            said = json.dumps(value)
            raise RefusedError(
                f"Metadata value must be a string, number, boolean or list of strings, got '{said}' for field '{key}'"
            )
    size = len(json.dumps(metadata, ensure_ascii=False).encode())
    if size > _LARGEST_METADATA_BYTES:
        raise RefusedError(
            f"Metadata size is {size} bytes, which exceeds the limit of {_LARGEST_METADATA_BYTES} bytes per vector"
        )
    return metadata
