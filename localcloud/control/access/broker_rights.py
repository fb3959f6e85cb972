"""Pushes access control lists to the Kafka brokers whenever role bindings or ACLs change."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from localcloud.control.access.kafka_rules import rules
from localcloud.control.core.errors import ControlError, translated
from localcloud.control.core.resources import Acl, KafkaCluster, Phase

if TYPE_CHECKING:
    from localcloud.control.access.rights import Rights
    from localcloud.control.core.crn import Names
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults
    from localcloud.dataplane.interface import AclRule

_log = logging.getLogger(__name__)


class BrokerRights:
    """The access control list of each cluster, derived from role bindings and ACLs."""

    def __init__(self, store: Store, plane: Plane, *, names: Names, rights: Rights, faults: Faults) -> None:
        self._store, self._plane, self._names, self._rights, self._faults = store, plane, names, rights, faults
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._pushed: dict[str, frozenset[AclRule]] = {}

    def of(self, cluster: KafkaCluster) -> frozenset[AclRule]:
        """The access control list of a cluster, from the role bindings and ACLs in effect now."""
        acls = [
            acl
            for acl in self._store.all(Acl)
            if acl.cluster_id == cluster.id and self._faults.is_in_effect(acl.created_at)
        ]
        return rules(self._rights.all_grants(), acls, self._names.cluster(cluster))

    def push(self, cluster: KafkaCluster, *, force: bool = False) -> None:
        """Push the list to a broker if it has changed; with ``force`` always, for a broker that was just started."""
        # Computed and pushed under one lock, or an older list could overwrite a newer one.
        with self._locks[cluster.id]:
            current = self.of(cluster)
            if force or self._pushed.get(cluster.id) != current:
                with translated():
                    self._plane.kafka.authorize(cluster.id, current)
                self._pushed[cluster.id] = current

    def changed(self) -> None:
        """Push to every running broker; return when the change is in effect there.

        A broker that cannot be reached gets its list at its next start.
        """
        self._push_to_all()
        self._faults.when_in_effect(self._push_to_all)

    def _push_to_all(self) -> None:
        for cluster in self._store.all(KafkaCluster):
            if cluster.phase is Phase.PROVISIONED:
                try:
                    self.push(cluster)
                except ControlError as error:
                    _log.warning("the broker of %s did not take its access control list: %s", cluster.id, error)
