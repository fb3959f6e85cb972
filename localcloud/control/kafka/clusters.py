"""Kafka clusters: one broker process each, started and deleted in the background."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import ConflictError, ControlError, InvalidError, require_found, translated
from localcloud.control.core.regions import check_region
from localcloud.control.core.resources import Acl, KafkaCluster, Phase
from localcloud.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.control.access.api_keys import ApiKeys
    from localcloud.control.access.broker_rights import BrokerRights
    from localcloud.control.core.background import Background
    from localcloud.control.core.catalogs import Catalogs
    from localcloud.control.core.environments import Environments
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store

TYPES = ("Basic", "Standard", "Enterprise", "Freight", "Dedicated")
AVAILABILITIES = ("SINGLE_ZONE", "MULTI_ZONE", "LOW", "HIGH")
_log = logging.getLogger(__name__)


class Clusters:
    """Kafka clusters of all environments."""

    def __init__(
        self,
        store: Store,
        plane: Plane,
        background: Background,
        *,
        catalogs: Catalogs,
        environments: Environments,
        keys: ApiKeys,
        delete_connectors: Callable[[str], None],
        broker_rights: BrokerRights,
    ) -> None:
        self._store, self._plane, self._background = store, plane, background
        self._catalogs, self._environments, self._keys = catalogs, environments, keys
        self._delete_connectors = delete_connectors
        self._broker_rights = broker_rights
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def create(
        self,
        environment_id: str,
        *,
        name: str,
        availability: str,
        cloud: str,
        region: str,
        config: dict[str, Any],
        deletion_protection: bool = False,
    ) -> KafkaCluster:
        """Create a cluster: PROVISIONING now, PROVISIONED when its broker answers, FAILED with the reason if not."""
        _check(name, availability, config)
        check_region(cloud, region)
        cluster = KafkaCluster(
            id=new_id("lkc"),
            name=name,
            environment_id=self._environments.get(environment_id).id,
            availability=availability,
            cloud=cloud,
            region=region,
            config=config,
            deletion_protection=deletion_protection,
        )
        self._store.add(cluster)
        self._background.submit(self.start, cluster.id)
        return cluster

    def all(self, environment_id: str) -> list[KafkaCluster]:
        """The clusters of an environment, without those being deleted."""
        clusters = self._store.all(KafkaCluster, self._environments.get(environment_id).id)
        return [cluster for cluster in clusters if cluster.phase is not Phase.DELETING]

    def get(self, cluster_id: str, environment_id: str | None = None) -> KafkaCluster:
        """The cluster of that id, also while it is being deleted, else :class:`NotFoundError`."""
        cluster = self._store.get(KafkaCluster, cluster_id)
        if cluster is not None and environment_id not in (None, cluster.environment_id):
            cluster = None
        where = f" in environment {environment_id}" if environment_id else ""
        return require_found(cluster, f"Kafka cluster {cluster_id} does not exist{where}.")

    def running(self, cluster_id: str) -> KafkaCluster:
        """The cluster of that id if its broker is running, else :class:`ConflictError`."""
        cluster = self.get(cluster_id)
        if cluster.phase is not Phase.PROVISIONED:
            raise ConflictError(f"Kafka cluster {cluster_id} is {cluster.phase}: wait until it is PROVISIONED.")
        return cluster

    def update(self, cluster_id: str, environment_id: str, values: dict[str, Any]) -> KafkaCluster:
        """Change ``name``, ``deletion_protection``, or ``config`` from Basic to Standard."""
        with self._store.transaction():
            cluster = self.get(cluster_id, environment_id)
            changed = cluster.changed(**values)
            _check(changed.name, changed.availability, changed.config)
            kinds = (cluster.config["kind"], changed.config["kind"])
            if kinds[0] != kinds[1] and kinds != ("Basic", "Standard"):
                raise InvalidError(
                    f"A {kinds[0]} cluster cannot become a {kinds[1]} one: only Basic can become Standard.",
                    pointer="/spec/config/kind",
                )
            self._store.update(cluster, **values)
        if changed.name != cluster.name:
            self._catalogs.changed()
        return changed

    def delete(self, cluster_id: str, environment_id: str) -> None:
        """Delete a cluster with its connectors and keys; :meth:`get` finds it until broker and data are gone."""
        cluster = self.get(cluster_id, environment_id)
        if cluster.deletion_protection:
            raise ConflictError(
                f"Kafka cluster {cluster_id} is protected from deletion: set deletion_protection to false first."
            )
        self._store.update(cluster, phase=Phase.DELETING)
        self._background.submit(self.finish_deletion, cluster_id)

    def finish_deletion(self, cluster_id: str) -> None:
        """Delete the parts of a DELETING cluster, then the cluster. Idempotent: a restart repeats it."""
        with self._locks[cluster_id]:
            cluster = self._store.get(KafkaCluster, cluster_id)
            if cluster is None:
                return
            # Its users first (connectors, clients with keys, Flink), then the broker and its data.
            self._delete_connectors(cluster_id)
            self._keys.delete_where(lambda key: key.resource_id == cluster_id)
            self._forget_database(cluster_id)
            with translated():
                self._plane.kafka.delete(cluster_id)
            self._store.remove(cluster, *[acl for acl in self._store.all(Acl) if acl.cluster_id == cluster_id])

    def start(self, cluster_id: str) -> None:
        """Start the broker, push its keys and ACLs, and store its address; or store why it failed."""
        with self._locks[cluster_id]:
            cluster = self._store.get(KafkaCluster, cluster_id)
            if cluster is None or cluster.phase is Phase.DELETING:
                return
            try:
                with translated():
                    bootstrap = self._plane.kafka.start(cluster_id)
                self._keys.grant(cluster_id)
                self._broker_rights.push(cluster, force=True)
                self._environments.ensure_registry(cluster)
            except ControlError as error:
                # An interrupted start is no failure: the next start of the local cloud repeats it.
                if not self._plane.is_closing:
                    self._store.update(cluster, phase=Phase.FAILED, detail=str(error))
                raise
            # The start has taken seconds: the cluster may have been renamed or deleted since.
            with self._store.transaction():
                now = self.get(cluster_id)
                if now.phase is not Phase.DELETING:
                    self._store.update(now, phase=Phase.PROVISIONED, detail="", bootstrap=bootstrap)
            # A role granted between the push above and PROVISIONED went to running brokers only, so not to this one.
            self._broker_rights.changed()
        self._catalogs.changed()

    def _forget_database(self, cluster_id: str) -> None:
        """Remove the database from Flink before its broker stops: its clients would try to reconnect for ever."""
        self._catalogs.changed()
        try:
            self._catalogs.bring_up_to_date()
        except ControlError as error:
            _log.warning("the database of %s was not removed from Flink: %s", cluster_id, error)


def _check(name: str, availability: str, config: dict[str, Any]) -> None:
    if not name:
        raise InvalidError("display_name must not be empty.", pointer="/spec/display_name")
    if availability not in AVAILABILITIES:
        raise InvalidError(
            f"Availability {availability!r} is unknown: use one of {', '.join(AVAILABILITIES)}.",
            pointer="/spec/availability",
        )
    kind = config.get("kind")
    if kind not in TYPES:
        raise InvalidError(
            f"Cluster type {kind!r} is unknown: use one of {', '.join(TYPES)}.", pointer="/spec/config/kind"
        )
    if kind == "Dedicated" and not (isinstance(config.get("cku"), int) and config["cku"] > 0):
        raise InvalidError("A Dedicated cluster needs its size: give cku, at least 1.", pointer="/spec/config/cku")
