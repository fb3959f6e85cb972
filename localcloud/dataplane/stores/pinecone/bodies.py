"""Bodies of the API's requests, and what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_VECTORS = 1000  # of one upsert, fetch or deletion
MOST_MATCHES = 10_000
MOST_LISTED = 100
_LONGEST_ID = 512
LARGEST_DIMENSION = 20_000

Id = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Body(BaseModel):
    """What is not served (sparse vectors, for one) is refused, and not left out without a word."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)


class VectorBody(_Body):
    """A vector as it is sent."""

    id: Id
    values: list[Number] = Field(min_length=1)
    metadata: dict[str, Any] | None = None


class UpsertBody(_Body):
    """Vectors to add or replace."""

    vectors: list[VectorBody] = Field(min_length=1, max_length=MOST_VECTORS)
    namespace: str = ""


class QueryBody(_Body):
    """What to search for: a vector, or that of an ``id``."""

    top_k: Annotated[int, Field(ge=1, le=MOST_MATCHES)]
    vector: list[Number] | None = None
    id: str | None = None
    namespace: str = ""
    filter: dict[str, Any] | None = None
    include_values: bool = False
    include_metadata: bool = False


class DeleteBody(_Body):
    """Vectors to delete: those of ``ids``, those that pass ``filter``, or all of the namespace."""

    ids: list[Id] | None = Field(None, max_length=MOST_VECTORS)
    delete_all: bool = False
    filter: dict[str, Any] | None = None
    namespace: str = ""


class UpdateBody(_Body):
    """What to change of one vector."""

    id: Id
    values: list[Number] | None = None
    set_metadata: dict[str, Any] | None = None
    namespace: str = ""


class StatsBody(_Body):
    """An index's statistics."""

    filter: dict[str, Any] | None = None


class _Field(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    type: Literal["dense_vector"]
    dimension: Annotated[int, Field(ge=1, le=LARGEST_DIMENSION)]
    metric: str = "cosine"
    description: str | None = None


class _Schema(BaseModel):
    fields: dict[str, _Field]


class CreateBody(BaseModel):
    """An index to create, as before API version 2026-07 (``dimension``, ``spec``), or since (``schema``)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: str
    dimension: Annotated[int, Field(ge=1, le=LARGEST_DIMENSION)] | None = None
    metric: str = "cosine"
    spec: dict[str, Any] | None = None
    declared: _Schema | None = Field(None, alias="schema")
    deployment: dict[str, Any] | None = None
    vector_type: Literal["dense"] = "dense"
    deletion_protection: Literal["enabled", "disabled"] = "disabled"
    tags: dict[str, str] | None = None
    read_capacity: dict[str, Any] | None = None


class ConfigureBody(BaseModel):
    """What to change of an index."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    deletion_protection: Literal["enabled", "disabled"] | None = None
    tags: dict[str, str] | None = None


def sentence_of(errors: Sequence[Any]) -> str:
    """Return what is wrong first with a body, in one sentence."""
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "the body"
    if first["type"] == "extra_forbidden":
        return f"The Pinecone of this machine has no {place}: leave it out."
    return f"Invalid value for {place}: {first['msg'][0].lower()}{first['msg'][1:]}."
