"""Managed connectors."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from localcloud import masking
from localcloud.control.access.authentication import sha256
from localcloud.control.connect.custom_plugins import PLUGIN_ID
from localcloud.control.connect.registry import Registry
from localcloud.control.core.errors import ConflictError, InvalidError, require_found, translated
from localcloud.control.core.principals import principal_exists
from localcloud.control.core.resources import ApiKey, Connector, KafkaCluster, Phase, SchemaRegistry
from localcloud.dataplane.interface import ConnectorSpec, ConnectorState, ConnectorStatus, DataPlaneError
from localcloud.ids import new_id

if TYPE_CHECKING:
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store

MASK = "*" * 16
_NAME = re.compile(r"[^/\\?#%\x00-\x1f]{1,64}")
_log = logging.getLogger(__name__)


class Connectors:
    """Connectors of all clusters. A name is unique in its cluster."""

    def __init__(self, store: Store, plane: Plane) -> None:
        self._store = store
        self._plane = plane
        self._classes = Registry(plane, store)

    def plugins(self) -> dict[str, str]:
        """Class -> ``source`` or ``sink``, of every connector that can be made."""
        return self._classes.kinds()

    def validate(self, cluster: KafkaCluster, config: dict[str, str]) -> dict[str, list[str]]:
        """Setting -> what is wrong with it; empty if the configuration can run on ``cluster``."""
        wrong = self._classes.errors(config)
        for key, error in self._identity_errors(cluster, config).items():
            if key not in wrong:
                wrong[key] = [error]
        return wrong

    def create(self, cluster: KafkaCluster, name: str, config: dict[str, str]) -> Connector:
        """Create a connector and start it. :class:`InvalidError` lists everything wrong with its configuration."""
        if cluster.phase is not Phase.PROVISIONED:
            raise ConflictError(f"Kafka cluster {cluster.id} is {cluster.phase}: wait until it is PROVISIONED.")
        config = {**config, "name": config.get("name") or name}
        if not _NAME.fullmatch(name) or name in {".", ".."} or config["name"] != name:
            raise InvalidError(
                f"The connector's name {name!r} needs 1 to 64 characters, none of / \\ ? # %, not to be '.' or '..',"
                " and to be the one in its config."
            )
        self._refuse_invalid(cluster, config)
        connector = Connector(
            id=new_id("clcc" if PLUGIN_ID in config else "lcc"),
            name=name,
            environment_id=cluster.environment_id,
            cluster_id=cluster.id,
            config=config,
        )
        with self._store.transaction():
            if any(other.name == name for other in self.of_cluster(cluster.id)):
                raise ConflictError(f"Connector {name} already exists.")
            self._store.add(connector)
        return self.start(connector)

    def of_cluster(self, cluster_id: str) -> list[Connector]:
        """The connectors of one cluster."""
        return [one for one in self._store.all(Connector) if one.cluster_id == cluster_id]

    def get(self, cluster: KafkaCluster, name: str) -> Connector:
        """The connector of that name, else :class:`NotFoundError`."""
        named = (one for one in self.of_cluster(cluster.id) if one.name == name)
        return require_found(next(named, None), f"Connector {name} not found.")

    def configure(self, connector: Connector, cluster: KafkaCluster, config: dict[str, str]) -> Connector:
        """Replace the configuration. A running connector is restarted with it."""
        if config.get("name", connector.name) != connector.name:
            raise InvalidError(f"The name of connector {connector.name} cannot be changed to {config['name']!r}.")
        config = {**config, "name": connector.name}
        self._refuse_invalid(cluster, config)
        changed = self._store.update(connector, config=config) or connector
        return changed if changed.is_paused else self.start(changed)

    def start(self, connector: Connector) -> Connector:
        """Start a connector. A failure to start is stored and shown in the connector's status, not raised."""
        registries = self._store.all(SchemaRegistry, connector.environment_id)
        found = self._classes.find(connector.config)
        spec = ConnectorSpec(
            id=connector.id,
            name=connector.name,
            cluster_id=connector.cluster_id,
            registry_id=registries[0].id if registries else None,
            config=connector.config,
            worker=found.worker_connector(connector.id, connector.config) if found else None,
        )
        try:
            for host in found.store_hosts(connector.config) if found is not None else ():
                self._plane.stores.needed(host)
            self._plane.connect.start(spec)
        except DataPlaneError as error:
            _log.warning("connector %s did not start: %s", connector.id, error)
            return self._store.update(connector, failure=str(error)) or connector
        if connector.failure:
            return self._store.update(connector, failure="") or connector
        return connector

    def pause(self, connector: Connector) -> None:
        """Stop the connector's tasks and keep their progress."""
        if connector.is_paused:
            return
        self._store.update(connector, is_paused=True)
        with translated():
            self._plane.connect.pause(connector.id)

    def resume(self, connector: Connector) -> None:
        """Resume a paused connector from its progress."""
        self.start(self._store.update(connector, is_paused=False) or connector)

    def restart(self, connector: Connector) -> None:
        """Restart the connector and its tasks from their progress; a paused one stays paused."""
        if connector.is_paused:
            return
        if connector.failure:
            self.start(connector)
            return
        with translated():
            self._plane.connect.restart(connector.id)

    def status(self, connector: Connector) -> ConnectorStatus:
        """The connector's state, as the Connect API shows it."""
        if connector.is_paused:
            return ConnectorStatus(state=ConnectorState.PAUSED, tasks=[ConnectorState.PAUSED])
        if connector.failure:
            return ConnectorStatus(state=ConnectorState.FAILED, trace=connector.failure)
        if not self._plane.is_open:
            return ConnectorStatus(state=ConnectorState.PROVISIONING)
        try:
            return self._plane.connect.status(connector.id)
        except DataPlaneError:  # its broker is still being started
            return ConnectorStatus(state=ConnectorState.PROVISIONING)

    def dead_letters(self, connector: Connector) -> int | None:
        """Return how many records a sink could not deliver; ``None`` for a source, or if its broker cannot be asked."""
        if not self._plane.is_open:
            return None
        try:
            return self._plane.connect.dead_letters(connector.id)
        except DataPlaneError:
            return None

    def lag(self, connector: Connector) -> int | None:
        """Return how many records a sink has yet to read; ``None`` for a source, or if its broker cannot be asked."""
        if not self._plane.is_open:
            return None
        try:
            return self._plane.connect.lag(connector.id)
        except DataPlaneError:
            return None

    def role(self, connector: Connector) -> str:
        """``source`` or ``sink``."""
        found = self._classes.find(connector.config)
        return found.kind if found is not None else "sink"

    def stores(self, connector: Connector) -> list[str]:
        """``host:port`` of the stores that a sink writes to."""
        found = self._classes.find(connector.config)
        return list(found.store_hosts(connector.config)) if found is not None else []

    def delete(self, connector: Connector) -> None:
        """Stop the connector and delete it with its progress."""
        # Stopped before it is forgotten: interrupted in between, the deletion can be requested again.
        with translated():
            self._plane.connect.delete(connector.id)
        self._store.remove(connector)

    def delete_of_cluster(self, cluster_id: str) -> None:
        """Delete all connectors of one cluster."""
        for connector in self.of_cluster(cluster_id):
            self.delete(connector)

    def masked(self, config: dict[str, str]) -> dict[str, str]:
        """Return a configuration with every secret replaced by 16 asterisks, misspelled ones included."""
        found = self._classes.find(config)

        def is_secret(key: str) -> bool:
            if found is None or not found.knows(key):
                return masking.is_secret_name(key)
            return key in found.sensitive_keys()

        return {key: MASK if is_secret(key) else value for key, value in config.items()}

    def _refuse_invalid(self, cluster: KafkaCluster, config: dict[str, str]) -> None:
        wrong = self.validate(cluster, config)
        if wrong:
            # Without "key: ...", which is masked in replies where the key is a secret's.
            errors = [
                error if key in error else f"{key} is wrong. {error}"
                for key, messages in wrong.items()
                for error in messages
            ]
            raise InvalidError(f"The connector configuration has {len(errors)} error(s): {' '.join(errors)}")

    def _identity_errors(self, cluster: KafkaCluster, config: dict[str, str]) -> dict[str, str]:
        """Setting -> error, for the identity that the connector runs as: a service account or an API key."""
        if config.get("kafka.auth.mode", "KAFKA_API_KEY") == "SERVICE_ACCOUNT":
            account = config.get("kafka.service.account.id", "")
            if not principal_exists(self._store, account):
                return {"kafka.service.account.id": f"Service account {account!r} does not exist."}
            return {}
        key = self._store.get(ApiKey, config.get("kafka.api.key", ""))
        opens = key is not None and key.resource_id == cluster.id
        if key is None or not opens or sha256(config.get("kafka.api.secret", "")) != key.secret_sha256:
            return {"kafka.api.key": f"This is no API key of Kafka cluster {cluster.id}, or its secret is wrong."}
        return {}
