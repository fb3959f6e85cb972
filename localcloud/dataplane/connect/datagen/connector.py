"""The life of one Datagen connector: prepare its topic and schema, run its tasks, retry after a failure."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.connect.datagen.datagen import DatagenTask, IterationsDoneError, registered_schema
from localcloud.dataplane.interface import (
    ConflictError,
    ConnectorState,
    ConnectorStatus,
    DataPlaneError,
    RefusedError,
    TopicInfo,
)
from localcloud.dataplane.kafka.admin import client_config

if TYPE_CHECKING:
    from localcloud.dataplane.connect.datagen.datagen_config import DatagenConfig
    from localcloud.dataplane.connect.datagen.progress import Progress
    from localcloud.dataplane.interface import ConnectorSpec, RegistryPlane
    from localcloud.dataplane.kafka.brokers import BrokerPlane
    from localcloud.dataplane.registry.client import RegistryClient

RESTART_SECONDS = 30.0
PROVISIONING_SECONDS = 180.0
RIGHTS_POLL_SECONDS = 1.0
STOP_SECONDS = 15.0
_LOG = logging.getLogger(__name__)


class Connector:
    """One run of a connector. It is started once; after a stop, a new object continues from the saved progress."""

    def __init__(
        self,
        spec: ConnectorSpec,
        config: DatagenConfig,
        *,
        progress: Progress,
        kafka: BrokerPlane,
        registry: RegistryPlane,
        registry_as_itself: RegistryClient | None = None,
    ) -> None:
        """Keep the configuration; nothing runs before :meth:`start`."""
        self._registry_as_itself = registry_as_itself
        self.spec, self._config = spec, config
        self._progress, self._kafka, self._registry = progress, kafka, registry
        self._stop = threading.Event()
        self._state, self._trace = ConnectorState.PROVISIONING, ""
        self._tasks: list[DatagenTask] = []
        self._threads: list[threading.Thread] = []
        self._halt = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name=spec.id, daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether it was started, was not asked to stop, and has not failed."""
        return self._supervisor.is_alive() and not self._stop.is_set()

    def start(self) -> None:
        """Start in a thread of its own; returns at once."""
        self._supervisor.start()

    def ask_to_stop(self) -> None:
        """Ask the tasks to end after their current record; returns at once."""
        self._stop.set()
        self._halt.set()

    def stop(self) -> None:
        """Stop the tasks and wait until the broker has acknowledged what they wrote; the state is then PAUSED."""
        self.ask_to_stop()
        self._supervisor.join(STOP_SECONDS)

    def status(self) -> ConnectorStatus:
        """Return its state."""
        state, trace = self._state, self._trace
        if self._stop.is_set():
            state, trace = ConnectorState.PAUSED, ""
        # Right after a start there are no tasks yet: without the saved count the number would fall to 0.
        produced = sum(task.produced for task in self._tasks) or self._produced_before()
        return ConnectorStatus(state=state, trace=trace, tasks=[state] * self._config.tasks, records_produced=produced)

    def _produced_before(self) -> int:
        return sum(self._progress.load(self.spec.id, number)[1] for number in range(self._config.tasks))

    def _supervise(self) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            try:
                self._run()
            except RefusedError as error:
                # The real one takes minutes to be provisioned: fresh rights have arrived by then.
                if time.monotonic() - began > PROVISIONING_SECONDS:
                    self._fail(error)
                    if not self._config.auto_restart:
                        return
                    self._stop.wait(RESTART_SECONDS)
                    continue
                self._trace, self._state = str(error), ConnectorState.PROVISIONING
                self._stop.wait(RIGHTS_POLL_SECONDS)
            except DataPlaneError as error:
                self._fail(error)
                if isinstance(error, IterationsDoneError) or not self._config.auto_restart:
                    return
                self._stop.wait(RESTART_SECONDS)
            except Exception:  # noqa: BLE001 - the edge of a thread: unseen, it would look RUNNING for ever
                self._fail(
                    DataPlaneError("The connector failed by a mistake of the local cloud: its log, cloud.log, has why.")
                )
                _LOG.exception("Connector %s", self.spec.id)
                return

    def _fail(self, error: Exception) -> None:
        _LOG.warning("Connector %s failed: %s", self.spec.id, error)
        self._trace, self._state = str(error), ConnectorState.FAILED

    def _run(self) -> None:
        """Run all tasks until they are asked to stop. The failure of one stops the others and is raised."""
        schema_id, client = self._prepare(), self._client()
        errors: list[Exception] = []
        halt = self._halt = threading.Event()
        # A stop that came before this line has set the event of the run before.
        if self._stop.is_set():
            halt.set()

        def run(task: DatagenTask) -> None:
            try:
                task.run(halt, self._restart_broker)
            except IterationsDoneError as error:
                errors.append(error)  # raised by the caller, once every task has ended
            except Exception as error:  # noqa: BLE001 - raised in the supervisor
                errors.append(error)
                halt.set()

        self._tasks = [
            DatagenTask(
                self._config,
                connector_id=self.spec.id,
                number=number,
                progress=self._progress,
                client=client,
                schema_id=schema_id,
            )
            for number in range(self._config.tasks)
        ]
        names = [f"{self.spec.id}-{number}" for number in range(self._config.tasks)]
        threads = [
            threading.Thread(target=run, args=(task,), name=name) for task, name in zip(self._tasks, names, strict=True)
        ]
        for thread in threads:
            thread.start()
        self._trace, self._state = "", ConnectorState.RUNNING
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def _prepare(self) -> int | None:
        """Create the topic and register the schema before the first record; return the schema's id."""
        with contextlib.suppress(ConflictError):
            self._kafka.create_topic(self.spec.cluster_id, TopicInfo(name=self._config.topic, partitions=1))
        schema = registered_schema(self._config)
        if schema is None:
            return None
        if self.spec.registry_id is None:
            raise DataPlaneError(
                f"The format {self._config.output_format} needs a Schema Registry: the environment has none."
            )
        text, schema_type = schema
        subject = f"{self._config.topic}-value"
        if self._registry_as_itself is not None:
            return self._registry_as_itself.register(self.spec.registry_id, subject, text, schema_type)
        return self._registry.register(self.spec.registry_id, subject, text, schema_type).id

    def _client(self) -> dict[str, Any]:
        """Return client settings: the service account on the INTERNAL listener, or the API key on CLIENT."""
        if self._config.principal is not None:
            return client_config(self._kafka.internal(self.spec.cluster_id), self._config.principal)
        bootstrap = self._kafka.start(self.spec.cluster_id)
        login = client_config(self._kafka.internal(self.spec.cluster_id), str(self._config.api_key))
        return {**login, "bootstrap.servers": bootstrap, "sasl.password": self._config.api_secret}

    def _restart_broker(self) -> None:
        # To ask for the address starts a broker that has died.
        self._kafka.internal(self.spec.cluster_id)
