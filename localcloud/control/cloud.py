"""The local cloud: wires its services together, starts them, recovers their state and stops them."""

from __future__ import annotations

import contextlib
import logging
from concurrent.futures import wait
from typing import TYPE_CHECKING

import psutil

from localcloud.control.access.accounts import RoleBindings, ServiceAccounts, Users
from localcloud.control.access.api_keys import ApiKeys
from localcloud.control.access.authentication import Authenticator, sha256
from localcloud.control.access.broker_rights import BrokerRights
from localcloud.control.access.rights import Rights
from localcloud.control.connect.connectors import Connectors
from localcloud.control.connect.custom_plugins import CustomPlugins
from localcloud.control.core.background import Background
from localcloud.control.core.catalogs import Catalogs
from localcloud.control.core.crn import Names
from localcloud.control.core.environments import Environments
from localcloud.control.core.errors import ControlError, require_found, translated
from localcloud.control.core.lookups import Lookups
from localcloud.control.core.periodic import Periodic
from localcloud.control.core.plane import Plane
from localcloud.control.core.resources import Connector, KafkaCluster, Phase
from localcloud.control.core.store import Store
from localcloud.control.faults.faulty_plane import with_faults
from localcloud.control.faults.injection import Faults
from localcloud.control.flink.abandoned_queries import AbandonedQueries
from localcloud.control.flink.admission import Admission, Waiting
from localcloud.control.flink.connection_changes import ConnectionChanges
from localcloud.control.flink.connections import Connections
from localcloud.control.flink.embeddings import Embeddings
from localcloud.control.flink.expired import ExpiredStatements
from localcloud.control.flink.jobs import Jobs
from localcloud.control.flink.pools import ComputePools
from localcloud.control.flink.statements import Statements
from localcloud.control.free_memory import give_back
from localcloud.control.kafka.acls import Acls
from localcloud.control.kafka.clusters import Clusters
from localcloud.control.kafka.schemas import Schemas
from localcloud.control.kafka.topics import Topics
from localcloud.control.machine import Machine
from localcloud.control.teardown import Teardown
from localcloud.dataplane.interface import ApiKeyGrant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from localcloud.control.core.resources import Statement
    from localcloud.control.faults.rules import Rule
    from localcloud.credentials import Credentials
    from localcloud.dataplane.interface import DataPlane

_GIVE_BACK_SECONDS = 60.0
_log = logging.getLogger(__name__)


class Cloud:
    """All services of one organization. Resources are stored in ``state/resources.db``; ``base_url`` is the API's."""

    def __init__(self, state: Path, credentials: Credentials, base_url: str) -> None:
        self.base_url = base_url
        self.state = state
        self.organization_id = credentials.organization_id
        self._stores = credentials.stores
        self.names = Names(credentials.organization_id)
        self.machine = Machine(state)
        self.store = Store(state / "resources.db")
        self.lookups = Lookups(self.store)
        self.plane = Plane()
        self._background = Background()
        self._is_recovered = False
        self._recovery_failure = ""
        self._build(credentials)

    def _build(self, credentials: Credentials) -> None:
        store, plane, background = self.store, self.plane, self._background
        catalogs = Catalogs(store, plane, background)
        self.users = Users(store)
        self.faults = Faults()
        self.faults.kill = self._kill
        self.authenticator = Authenticator(store, credentials, self.users.admin.id, self.faults)
        self.rights = Rights(store, self.names, self.users.admin.id, self.faults)
        self.broker_rights = BrokerRights(store, plane, names=self.names, rights=self.rights, faults=self.faults)
        self.environments = Environments(store, catalogs)
        administrator = ApiKeyGrant(
            key=credentials.cloud_api_key,
            secret_sha256=sha256(credentials.cloud_api_secret),
            principal=self.users.admin.id,
        )
        self.keys = ApiKeys(store, plane, self.faults, administrator)
        self.accounts = ServiceAccounts(store, self.keys, self.broker_rights)
        self.role_bindings = RoleBindings(store, self.names.organization, self.broker_rights)
        self.connectors = Connectors(store, plane)
        self.custom_plugins = CustomPlugins(store, plane, self.state / "uploads")
        self.embeddings = Embeddings(plane)
        self.clusters = Clusters(
            store,
            plane,
            background,
            catalogs=catalogs,
            environments=self.environments,
            keys=self.keys,
            delete_connectors=self.connectors.delete_of_cluster,
            broker_rights=self.broker_rights,
        )
        self.topics = Topics(plane, self.clusters)
        self.acls = Acls(store, self.clusters, self.broker_rights)
        self.schemas = Schemas(store, plane, self.environments)
        self.connections = Connections(store, plane, self.environments, catalogs)
        admission = Admission(store, self.faults)
        self._jobs = Jobs(store, plane, catalogs, background, admission)
        self._waiting = Waiting(store, admission, self._jobs.observe)
        self.abandoned_queries = AbandonedQueries(store, self._jobs)
        self.expired = ExpiredStatements(store, plane, self._jobs)
        self.statements = Statements(
            store,
            plane,
            self.environments,
            self._jobs,
            abandoned_queries=self.abandoned_queries,
            connection_changes=ConnectionChanges(store, self.environments, self.connections),
        )
        self.pools = ComputePools(
            store, environments=self.environments, statements=self.statements, admission=admission, faults=self.faults
        )
        self._watches = (
            self.abandoned_queries.watch,
            self.expired.watch,
            self._waiting.watch,
            Periodic("free-memory", _GIVE_BACK_SECONDS, give_back),
        )
        self.teardown = Teardown(
            store,
            plane,
            catalogs=catalogs,
            environments=self.environments,
            clusters=self.clusters,
            statements=self.statements,
            keys=self.keys,
        )

    def open(self, opener: Callable[[], DataPlane]) -> None:
        """Open the data plane, then recover the previous run's brokers, connectors and statements. Blocks."""
        self.plane.open(lambda: with_faults(opener(), self.faults))
        if self.plane.failure:
            _log.error("%s", self.plane.failure)
            return
        try:
            self._recover()
        except Exception as error:  # noqa: BLE001 - the edge of a thread: unseen, it would look starting for ever
            self._recovery_failure = str(error) if isinstance(error, ControlError) else f"Recovery failed: {error}."
            _log.exception("What ran before cannot be brought back.")
            return
        for watch in self._watches:
            watch.open()
        self._is_recovered = True

    @property
    def is_ready(self) -> bool:
        """Whether the data plane is open, and every broker that ran before runs again."""
        return self._is_recovered and self.plane.is_open

    @property
    def failure(self) -> str:
        """Why the local cloud will not become ready, one sentence; empty while it is ready or starting."""
        return self.plane.failure or self._recovery_failure

    @property
    def detail(self) -> str:
        """The state of the local cloud in one sentence: ready, starting, stopping, or why it failed."""
        if self.plane.is_closing:
            return "The local cloud is stopping."
        if self.failure:
            return self.failure
        if self._is_recovered:
            return "The local cloud is ready."
        return "Brokers are starting." if self.plane.is_open else "The data plane is starting."

    def set_faults(self, rules: Sequence[Rule], seed: int | None = None) -> None:
        """Replace the fault rules in force; see :class:`~localcloud.control.faults.injection.Faults`."""
        self.faults.set(rules, seed)
        # `rights-delay` may have begun or ended: the brokers need the rights and keys that are in effect now.
        self.broker_rights.changed()
        for cluster in self.store.all(KafkaCluster):
            if cluster.phase is Phase.PROVISIONED:
                self.keys.grant(cluster.id)

    def start_store(self, kind: str) -> None:
        """Start the server of that kind of store, which then runs until this local cloud stops.

        :class:`NotFoundError` if there is no such kind.
        """
        login = require_found(self._stores.get(kind), f"There is no store of kind {kind} here.")
        with translated():
            self.plane.stores.needed(f"127.0.0.1:{login.port}")

    def delete_later(self, statement: Statement) -> None:
        """Delete a statement in the background; nothing happens if it is gone."""
        if self.lookups.statement(statement.environment_id, statement.name) is not None:
            self._background.submit(self._jobs.delete, statement)

    def _kill(self, kind: str) -> None:
        for process in self.plane.processes():
            if process.name.partition("-")[0] == kind:
                _log.warning("%s is killed on purpose", process.name)
                with contextlib.suppress(psutil.Error):
                    psutil.Process(process.pid).kill()

    def close(self) -> None:
        """Stop every process of the data plane. The next start recovers what was running."""
        # In this order, so that nothing submits work to a closed pool, or calls a closed data plane.
        self.faults.close()
        for watch in self._watches:
            watch.close()
        self._background.close()
        self.plane.close()

    def _recover(self) -> None:
        clusters = self.store.all(KafkaCluster)
        starting = [
            self._background.submit(self.clusters.start, cluster.id)
            for cluster in clusters
            if cluster.phase is not Phase.DELETING
        ]
        starting.append(self._background.submit(self.connections.start_servers))
        # Connectors and statements need running brokers and stores.
        wait(starting)
        for cluster in clusters:
            if cluster.phase is Phase.DELETING:
                self._background.submit(self.clusters.finish_deletion, cluster.id)
        for connector in self.store.all(Connector):
            if not connector.is_paused:
                try:
                    self.connectors.start(connector)
                except ControlError as error:
                    _log.warning("connector %s did not start: %s", connector.id, error)
        self._jobs.recover()
