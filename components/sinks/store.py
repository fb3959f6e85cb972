"""What a store's module says of it: its connector's class and own keys, and how its index is made."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from components.config.sinks import Sink
from components.flinksql import Column

VECTOR = "vector"
"""The column of the vectors."""

Entry = TypeVar("Entry", bound=Sink)


@dataclass(frozen=True)
class Store(ABC, Generic[Entry]):
    """A store, by its entry in the settings; ``topics``: those that are copied into it.

    ``columns``: of what is copied. ``connector_class``: of the connector. ``reports``: how the topics begin that a
    managed connector makes; its id follows. ``makes_index``: whether :meth:`make_index` makes it, and does not only say
    what to make. ``index_comes_first``: whether the connector needs an index that is there.
    """

    entry: Entry
    topics: Sequence[str]
    columns: Sequence[Column] = ()
    connector_class: ClassVar[str]
    reports: ClassVar[Sequence[str]] = ("dlq",)
    makes_index: ClassVar[bool] = False
    index_comes_first: ClassVar[bool] = False

    @abstractmethod
    def plain(self) -> Mapping[str, str]:
        """Return the connector's own keys, without its secrets."""

    @abstractmethod
    def secrets(self) -> Mapping[str, str]:
        """Return the connector's secret keys."""

    @abstractmethod
    def make_index(self, dimension: int) -> str:
        """Have the store find vectors of that many numbers; return a sentence on what was made or has to be.

        Blocks. Idempotent. Raises :class:`StoreError` if the store cannot be used like this.
        """


class CustomStore(Store[Entry]):
    """A store whose connector is a custom plugin. Its secret keys are the plugin's sensitive ones."""

    reports = ()
    converter: ClassVar[Mapping[str, str]] = {
        "confluent.custom.schema.registry.auto": "true",
        "value.converter": "io.confluent.connect.json.JsonSchemaConverter",
    }
    """How its connector reads the records' values."""

    @property
    def reads_schemas(self) -> bool:
        """Whether the records have a schema in the registry."""
        return "confluent.custom.schema.registry.auto" in self.converter

    @abstractmethod
    def endpoints(self) -> Sequence[str]:
        """Return each ``host:port`` that the connector connects to: no other one is open to it."""


class StoreError(Exception):
    """The store refuses, or does not answer; ``str()`` is one sentence."""
