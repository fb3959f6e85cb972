"""An index: its definition as either version of the API shows it, and its namespaces."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.stores.pinecone.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localcloud.dataplane.stores.pinecone.vectors import Vector

DENSE_FIELD = "_values"
"""The schema's field that the vectors' API reads and writes."""
SCHEMA_VERSION = "2026-07"
"""The first version of the API in which an index has a schema."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What an index was created with."""

    name: str
    dimension: int
    metric: str
    cloud: str
    region: str
    deletion_protection: str
    tags: dict[str, str] | None

    def as_json(self, host: str, version: str) -> dict[str, Any]:
        """Return it as the API of that version shows it; ``host``: where its vectors are."""
        common = {
            "name": self.name,
            "host": host,
            "status": {"ready": True, "state": "Ready"},
            "deletion_protection": self.deletion_protection,
            "tags": self.tags,
        }
        if version < SCHEMA_VERSION:
            spec = {"serverless": {"cloud": self.cloud, "region": self.region}}
            shape = {"dimension": self.dimension, "metric": self.metric, "vector_type": "dense", "spec": spec}
            return common | shape
        field = {"type": "dense_vector", "dimension": self.dimension, "metric": self.metric, "description": None}
        return common | {
            "schema": {"fields": {DENSE_FIELD: field}},
            "deployment": {"deployment_type": "managed", "cloud": self.cloud, "region": self.region},
            "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
        }

    def kept(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    def changed(self, deletion_protection: str | None, tags: dict[str, str] | None) -> Definition:
        """Return it with what is given; a tag with an empty value is removed."""
        merged = {key: value for key, value in {**(self.tags or {}), **(tags or {})}.items() if value}
        protection = deletion_protection or self.deletion_protection
        return replace(self, deletion_protection=protection, tags=merged or None)


class Index:
    """The vectors of an index by namespace. The one who calls has a lock."""

    def __init__(self, definition: Definition, vectors: Iterable[tuple[str, Vector]] = ()) -> None:
        self.definition = definition
        self.namespaces: dict[str, Vectors] = {}
        for namespace, vector in vectors:
            self.made(namespace).put(vector)

    def made(self, namespace: str) -> Vectors:
        """Return the namespace, an empty one if there is none."""
        found = self.namespaces.get(namespace)
        if found is None:
            found = self.namespaces[namespace] = Vectors(self.definition.dimension, self.definition.metric)
        return found
