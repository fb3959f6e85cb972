"""What the calls of Milvus's REST API are given."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MOST = 16_384
"""Milvus's own limit of how much one call reads."""
Row = dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Body(_Model):
    """A call on a collection, which not every call has."""

    database: str = Field("default", alias="dbName")
    collection: str = Field("", alias="collectionName")


class NewField(_Model):
    """A field of a collection."""

    field_name: str
    data_type: str
    is_primary: bool = False
    nullable: bool = False
    element_type_params: dict[str, Any] = {}


class NewSchema(_Model):
    """A collection's fields. ``enabledDynamicField`` is Milvus's spelling."""

    auto_id: bool = False
    enabled_dynamic_field: bool = False
    fields: list[NewField]


class NewIndex(_Model):
    """An index of a field; ``params`` may have the ``index_type``."""

    field_name: str
    index_name: str = ""
    metric_type: str = "COSINE"
    index_type: str = ""
    params: dict[str, Any] = {}


class NewCollection(Body):
    """A collection, with its schema. With an index it is loaded, too."""

    schema_: NewSchema = Field(alias="schema")
    index_params: list[NewIndex] = []


class Rows(Body):
    """Entities to write: one, or several."""

    data: list[Row] | Row

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return self.data if isinstance(self.data, list) else [self.data]


class _Reading(Body):
    output_fields: list[str] = ["*"]


class Got(_Reading):
    """Entities by their ids: one, or several."""

    id: list[int | str] | int | str

    @property
    def ids(self) -> list[int | str]:
        """All of them."""
        return self.id if isinstance(self.id, list) else [self.id]


class Queried(_Reading):
    """Entities by a filter."""

    filter: str = ""
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0)

    @property
    def is_count(self) -> bool:
        """Whether they are to be counted."""
        return self.output_fields == ["count(*)"]


class Searched(_Reading):
    """The entities nearest to vectors."""

    data: list[list[float]]
    anns_field: str = ""
    filter: str = ""
    limit: int = Field(100, ge=1, le=MOST)
    search_params: dict[str, Any] = {}


class Deleted(Body):
    """Entities to delete, by a filter."""

    filter: str
