"""Configures Flink with the environments (catalogs), clusters (databases) and connections that exist."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

from localcloud.control.core.errors import translated
from localcloud.control.core.resources import Connection, Environment, KafkaCluster, Phase, SchemaRegistry
from localcloud.dataplane.interface import FlinkConnection, FlinkDatabase, FlinkEnvironment

if TYPE_CHECKING:
    from localcloud.control.core.background import Background
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store


class Catalogs:
    """Pushes the configuration to Flink in the background after a change, and at the latest before a statement."""

    def __init__(self, store: Store, plane: Plane, background: Background) -> None:
        self._store = store
        self._plane = plane
        self._background = background
        self._lock = threading.Lock()
        self._generations = itertools.count(1)
        self._generation = 0
        self._configured_generation = -1

    def changed(self) -> None:
        """Note that the configuration has changed, and push it in the background."""
        self._generation = next(self._generations)
        self._background.submit(self.bring_up_to_date)

    def bring_up_to_date(self) -> None:
        """Push the configuration to Flink unless it is current; return when Flink has it."""
        with self._lock:
            # Read before the store: a change made meanwhile raises the generation and is pushed by its own call.
            generation = self._generation
            if self._configured_generation == generation:
                return
            with translated():
                self._plane.flink.configure([self._environment(one) for one in self._store.all(Environment)])
            self._configured_generation = generation

    def _environment(self, environment: Environment) -> FlinkEnvironment:
        registries = self._store.all(SchemaRegistry, environment.id)
        clusters = self._store.all(KafkaCluster, environment.id)
        connections = self._store.all(Connection, environment.id)
        return FlinkEnvironment(
            id=environment.id,
            name=environment.name,
            registry_id=registries[0].id if registries else None,
            databases=[
                FlinkDatabase(id=cluster.id, name=cluster.name)
                for cluster in clusters
                if cluster.phase is Phase.PROVISIONED
            ],
            connections=[
                FlinkConnection(
                    name=one.name, type=one.type, endpoint=one.endpoint, secrets=one.secrets, comment=one.comment
                )
                for one in connections
            ],
        )
