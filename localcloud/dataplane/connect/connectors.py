"""Managed connectors: Datagen as threads of this process, all others in the Kafka Connect worker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from localcloud.dataplane.connect.datagen import datagen_config
from localcloud.dataplane.connect.datagen.connector import Connector
from localcloud.dataplane.connect.datagen.progress import Progress
from localcloud.dataplane.interface import ConnectorStatus, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from localcloud.dataplane.connect.worker.sinks import Sinks
    from localcloud.dataplane.interface import ConnectorSpec, RegistryPlane
    from localcloud.dataplane.kafka.brokers import BrokerPlane
    from localcloud.dataplane.registry.client import RegistryClient


class ConnectorPlane:
    """The :class:`~localcloud.dataplane.interface.ConnectPlane`."""

    def __init__(
        self,
        state: Path,
        kafka: BrokerPlane,
        registry: RegistryPlane,
        registry_as: Callable[[str], RegistryClient] | None = None,
        sinks: Sinks | None = None,
    ) -> None:
        """Keep progress in ``state``; write to the brokers of ``kafka``, register schemas in ``registry``.

        With ``registry_as`` a connector that runs as a service account registers through what that returns for it.
        ``sinks`` runs what has settings for the worker.
        """
        self._registry_as, self._sinks = registry_as, sinks
        self._progress, self._kafka, self._registry = Progress(state), kafka, registry
        self._connectors: dict[str, Connector] = {}
        self._lock = threading.RLock()

    def datagen_errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return the errors of a Datagen source's configuration by setting; empty if it can run."""
        return datagen_config.check(config)

    def start(self, spec: ConnectorSpec) -> None:
        """Start a connector, or apply a changed configuration; :class:`InvalidError` if that cannot run."""
        if spec.worker is not None and self._sinks is not None:
            self._sinks.start(spec, spec.worker)
            return
        config = datagen_config.read(spec.config)
        with self._lock:
            old = self._connectors.get(spec.id)
            if old is not None:
                if old.spec == spec and old.is_running:
                    return
                old.stop()
            as_itself = self._registry_as(config.principal) if self._registry_as and config.principal else None
            connector = Connector(
                spec,
                config,
                progress=self._progress,
                kafka=self._kafka,
                registry=self._registry,
                registry_as_itself=as_itself,
            )
            self._connectors[spec.id] = connector
            connector.start()

    def pause(self, connector_id: str) -> None:
        """Pause a connector: stop its tasks, keep their progress."""
        if self._sinks is not None and connector_id in self._sinks:
            self._sinks.remove(connector_id)
            return
        with self._lock:
            self._connector(connector_id).stop()

    def restart(self, connector_id: str) -> None:
        """Restart a connector and its tasks from their progress."""
        if self._sinks is not None and connector_id in self._sinks:
            self._sinks.restart(connector_id)
            return
        with self._lock:
            self._connector(connector_id).stop()
            self.start(self._connector(connector_id).spec)

    def status(self, connector_id: str) -> ConnectorStatus:
        """Return a connector's state; :class:`NotFoundError` if it was never started here."""
        if self._sinks is not None and connector_id in self._sinks:
            return self._sinks.status(connector_id)
        with self._lock:
            connector = self._connector(connector_id)
        return connector.status()

    def dead_letters(self, connector_id: str) -> int | None:
        """Return how many records a sink could not deliver, ``None`` for a source."""
        if self._sinks is not None and connector_id in self._sinks:
            return self._sinks.dead_letters(connector_id)
        return None

    def lag(self, connector_id: str) -> int | None:
        """Return how many records a sink has yet to read, ``None`` for a source."""
        if self._sinks is not None and connector_id in self._sinks:
            return self._sinks.lag(connector_id)
        return None

    def delete(self, connector_id: str) -> None:
        """Stop a connector and forget its progress, which for a sink is its consumer group."""
        if self._sinks is not None:
            self._sinks.remove(connector_id)
        with self._lock:
            connector = self._connectors.pop(connector_id, None)
            if connector is not None:
                connector.stop()
            self._progress.forget(connector_id)

    def close(self) -> None:
        """Stop every connector."""
        if self._sinks is not None:
            self._sinks.close()
        with self._lock:
            for connector in self._connectors.values():
                connector.ask_to_stop()
            for connector in self._connectors.values():
                connector.stop()
            self._progress.close()

    def _connector(self, connector_id: str) -> Connector:
        connector = self._connectors.get(connector_id)
        if connector is None:
            raise NotFoundError(f"Connector {connector_id} does not exist.")
        return connector
