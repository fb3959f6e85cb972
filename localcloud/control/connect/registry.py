"""The connector classes that can be made. A new one is a module and a row here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from localcloud.control.connect.custom_plugins import PLUGIN_ID
from localcloud.control.connect.custom_sink import CUSTOM, TYPE, CustomSink
from localcloud.control.connect.datagen_source import DatagenSource
from localcloud.control.connect.elasticsearch_sink import ELASTICSEARCH_SINK_V2
from localcloud.control.connect.mongodb_atlas_sink import MONGODB_ATLAS_SINK
from localcloud.control.connect.neo4j_sink import NEO4J_SINK
from localcloud.control.connect.settings import invalid, missing
from localcloud.control.core.resources import CustomPlugin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.dataplane.interface import WorkerConnector

_UNSERVED = {
    "ElasticsearchSink": "deprecated and not part of the local cloud: use ElasticsearchSinkV2, whose keys differ",
    "PineconeSink": (
        "not part of the local cloud: what it makes of a record that has its vector is documented nowhere"
    ),
}
"""Classes of Confluent Cloud that are not here, and why."""


class ConnectorClass(Protocol):
    """A managed class: what it can be configured with, and what runs for it."""

    @property
    def name(self) -> str:
        """``connector.class``."""

    @property
    def kind(self) -> str:
        """``source`` or ``sink``."""

    def sensitive_keys(self) -> set[str]:
        """Settings to be masked in replies."""

    def knows(self, key: str) -> bool:
        """Whether the class has that setting."""

    def errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return setting -> what is wrong with it; empty if the configuration can run."""

    def store_hosts(self, config: Mapping[str, str]) -> Sequence[str]:
        """Each ``host:port`` that it writes to, by which a server of this machine is started."""

    def worker_connector(self, connector_id: str, config: Mapping[str, str]) -> WorkerConnector | None:
        """Return what the Kafka Connect worker runs, ``None`` for a class that does not run there."""


class Registry:
    """The classes by name."""

    def __init__(self, plane: Plane, store: Store) -> None:
        self._store = store
        classes: list[ConnectorClass] = [DatagenSource(plane), MONGODB_ATLAS_SINK, ELASTICSEARCH_SINK_V2, NEO4J_SINK]
        self._classes = {one.name: one for one in classes}

    def kinds(self) -> dict[str, str]:
        """Class -> ``source`` or ``sink``."""
        return {one.name: one.kind for one in self._classes.values()}

    def find(self, config: Mapping[str, str]) -> ConnectorClass | None:
        """The class that a configuration names, ``None`` if there is none of that name."""
        if config.get(TYPE, "").upper() == CUSTOM or PLUGIN_ID in config:
            return CustomSink(self._store.get(CustomPlugin, config.get(PLUGIN_ID, "")))
        return self._classes.get(config.get("connector.class", ""))

    def errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return setting -> what is wrong with it; of an unknown class's settings nothing is known."""
        found = self.find(config)
        if found is not None:
            return found.errors(config)
        name = config.get("connector.class", "")
        if not name:
            return {"connector.class": [missing("connector.class")]}
        if name in _UNSERVED:
            return {"connector.class": [f"{name} is {_UNSERVED[name]}."]}
        allowed = ", ".join(self._classes)
        return {"connector.class": [f"{invalid('connector.class', name)}: it must be one of {allowed}."]}
