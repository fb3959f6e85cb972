"""Connectors that run in the Kafka Connect worker, which is there as long as one of them is."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.dataplane.connect.worker.causes import Cause, cause
from localcloud.dataplane.connect.worker.process import WorkerProcess
from localcloud.dataplane.connect.worker.settings import worker_settings
from localcloud.dataplane.interface import ConnectorState, ConnectorStatus, DataPlaneError, NotFoundError
from localcloud.dataplane.process.private_endpoint import START_SECONDS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from localcloud.dataplane.connect.plugin_files import PluginFiles
    from localcloud.dataplane.connect.worker.process import WorkerClient
    from localcloud.dataplane.interface import ConnectorSpec, WorkerConnector
    from localcloud.dataplane.kafka.brokers import BrokerPlane
    from localcloud.dataplane.process.processes import ProcessHost

POLL_SECONDS = 0.5
FIRST_RESTART_SECONDS, RESTART_SECONDS = 2.0, 30.0
_MOST_DOUBLINGS = 10  # a float has no power of two beyond 1023, and a sink may fail for days
PROVISIONING_SECONDS = 180.0
RIGHTS_RETRY_SECONDS = 2.0
WORKER_RETRY_SECONDS = 5.0
IDLE_SECONDS = 20.0  # a replaced sink finds the worker still there
_NO_TOPIC = "The cluster has no topic {}: create it, and the connector starts, or correct the connector's topics."
_NO_MATCH = (
    "The cluster has no topic that matches {} and that the connector may read: create it, or correct topics.regex."
)
_LOG = logging.getLogger(__name__)


@dataclass(kw_only=True)
class _Sink:
    """What is wanted, and what the worker said last."""

    spec: ConnectorSpec
    worker: WorkerConnector
    began: float = field(default_factory=time.monotonic)
    settings: dict[str, str] | None = field(default=None, repr=False)
    """As the worker has them; ``None`` until it does."""
    failure: Cause | None = None
    """Kept while it is started again, until it runs."""
    restart_at: float | None = None
    restarts: int = 0
    """In a row: without having run for :data:`RESTART_SECONDS` in between."""
    restarted: float = 0.0
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def is_provisioning(self) -> bool:
        """Whether it waits for rights, which can take minutes to arrive: as for a source."""
        is_young = time.monotonic() - self.began < PROVISIONING_SECONDS
        return self.failure is not None and self.failure.is_about_rights and is_young


class Sinks:
    """Starts the worker for the first connector, starts it again when it dies, ends it after the last one."""

    def __init__(
        self,
        state: Path,
        jars: Path,
        host: ProcessHost,
        kafka: BrokerPlane,
        *,
        plugins: PluginFiles,
        base_url: str,
        internal_token: str,
    ) -> None:
        """Nothing is started yet. ``base_url``: where the Schema Registries answer."""
        self._make_process: Callable[[], WorkerProcess] = lambda: WorkerProcess(state, jars, host)
        self._plugins = plugins
        self._kafka, self._base_url, self._token = kafka, base_url.rstrip("/"), internal_token
        self._sinks: dict[str, _Sink] = {}
        self._lock = threading.RLock()
        self._process: WorkerProcess | None = None
        self._client: WorkerClient | None = None
        self._error = ""
        self._wake, self._closing = threading.Event(), threading.Event()
        self._supervisor: threading.Thread | None = None

    def __contains__(self, connector_id: str) -> bool:
        return connector_id in self._sinks

    def start(self, spec: ConnectorSpec, worker: WorkerConnector) -> None:
        """Start it, or apply a changed configuration; returns before it is RUNNING."""
        with self._lock:
            known = self._sinks.get(spec.id)
            if known is not None and known.spec == spec and known.failure is None:
                return
            self._sinks[spec.id] = _Sink(spec=spec, worker=worker)
            if self._supervisor is None:
                self._supervisor = threading.Thread(target=self._supervise, name="connect-supervisor", daemon=True)
                self._supervisor.start()
        self._wake.set()

    def restart(self, connector_id: str) -> None:
        """Restart it and its tasks from their offsets."""
        with self._lock:
            self._known(connector_id).restart_at = time.monotonic()
        self._wake.set()

    def remove(self, connector_id: str) -> None:
        """End its tasks; their offsets stay in the consumer group. Nothing happens if there is none."""
        with self._lock:
            sink = self._sinks.pop(connector_id, None)
            client = self._client
        if sink is not None and sink.settings is not None and client is not None:
            try:
                client.delete(connector_id)
            except DataPlaneError as error:  # it died, and its successor is not told of this one
                _LOG.info("Connector %s was removed without the worker: %s", connector_id, error)
        self._wake.set()

    def status(self, connector_id: str) -> ConnectorStatus:
        """Where it stands; :class:`NotFoundError` if it was never started here."""
        with self._lock:
            sink = self._known(connector_id)
            said = sink.said
            tasks = [_task_state(task["state"]) for task in said.get("tasks", ())]
            state, trace = self._state(sink)
            return ConnectorStatus(
                state=state,
                trace=trace,
                tasks=tasks if state is ConnectorState.RUNNING else [state] * max(1, len(tasks)),
                records_produced=int(said.get("sent", 0)),
            )

    def dead_letters(self, connector_id: str) -> int:
        """Count the records in its dead-letter topic, which is made with the first one."""
        with self._lock:
            sink = self._known(connector_id)
        if not sink.worker.dead_letters:  # a custom connector need not have such a topic
            return 0
        try:
            return sum(self._kafka.high_watermarks(sink.spec.cluster_id, sink.worker.dead_letters).values())
        except NotFoundError:
            return 0

    def lag(self, connector_id: str) -> int | None:
        """Return how many offsets its consumer group has yet to read; ``None`` before it has read any."""
        with self._lock:
            sink = self._known(connector_id)
        return self._kafka.lag(sink.spec.cluster_id, f"connect-{connector_id}")

    def close(self) -> None:
        """End the worker; each connector goes on from its offsets at the next start."""
        self._closing.set()
        self._wake.set()
        process = self._process
        if process is not None:
            process.stop()
        if self._supervisor is not None:
            self._supervisor.join(START_SECONDS)

    def _known(self, connector_id: str) -> _Sink:
        sink = self._sinks.get(connector_id)
        if sink is None:
            raise NotFoundError(f"Connector {connector_id} does not exist.")
        return sink

    def _state(self, sink: _Sink) -> tuple[ConnectorState, str]:
        if sink.failure is not None:
            state = ConnectorState.PROVISIONING if sink.is_provisioning else ConnectorState.FAILED
            return state, sink.failure.sentence
        if self._error:
            return ConnectorState.FAILED, self._error
        if _runs(sink.said):
            return ConnectorState.RUNNING, ""
        pattern = sink.worker.settings.get("topics.regex")
        waits = bool(pattern) and _is_without_partitions(sink.said)
        return ConnectorState.PROVISIONING, _NO_MATCH.format(pattern) if waits else ""

    # The worker's life ------------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        while not self._closing.is_set():
            if not self._sinks:
                self._wake.wait()
                self._wake.clear()
                continue
            process = self._process = self._make_process()
            if self._closing.is_set():
                return
            try:
                child, client = process.start()
            except DataPlaneError as error:
                if not self._closing.is_set():
                    _LOG.error("%s", error)
                self._error = str(error)
                self._closing.wait(WORKER_RETRY_SECONDS)
                continue
            self._error = ""
            self._client = client
            self._run(child, client)
            self._client = None
            client.close()
            process.stop()
            with self._lock:
                for sink in self._sinks.values():
                    sink.settings, sink.said = None, {}

    def _run(self, child: subprocess.Popen[bytes], client: WorkerClient) -> None:
        """Keep the worker's connectors as they are wanted, until it ends or has had nothing to do for a while."""
        began, idle_since = time.monotonic(), None
        while not self._closing.is_set():
            if child.poll() is not None:
                _LOG.warning("The Kafka Connect worker ended (%s) and is started again.", child.returncode)
                if time.monotonic() - began < WORKER_RETRY_SECONDS:
                    self._closing.wait(WORKER_RETRY_SECONDS)
                return
            if self._sinks:
                idle_since = None
            elif idle_since is None:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > IDLE_SECONDS:
                return
            try:
                self._tick(client)
            except DataPlaneError as error:
                _LOG.warning("%s", error)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def _tick(self, client: WorkerClient) -> None:
        for sink in list(self._sinks.values()):
            if sink.settings is None:
                self._put(client, sink)
        said = client.connectors()
        for name, sink in list(self._sinks.items()):
            if sink.settings is None or name not in said:
                continue
            sink.said = said[name]
            if _is_without_partitions(sink.said) and (gone := self._missing_topics(sink)):
                client.delete(name)  # it is put again once they are there
                sink.settings, sink.failure, sink.said = None, gone, {}
                continue
            self._judge(client, sink)
        for name in said.keys() - self._sinks.keys():
            client.delete(name)

    def _put(self, client: WorkerClient, sink: _Sink) -> None:
        try:
            if gone := self._missing_topics(sink):
                sink.failure = gone
                return
            settings = worker_settings(sink.spec, sink.worker, self._kafka, base_url=self._base_url, token=self._token)
            with self._lock:
                if self._sinks.get(sink.spec.id) is not sink:
                    return
                client.put(sink.spec.id, settings, self._plugin_path(sink.worker.plugin))
                sink.settings = settings
        except DataPlaneError as error:
            sink.failure = Cause(sentence=str(error))

    def _plugin_path(self, plugin: str) -> str:
        return str(self._plugins.path(plugin)) if plugin else ""

    def _judge(self, client: WorkerClient, sink: _Sink) -> None:
        """Note what the worker says; start again what has failed, when it is time."""
        now, trace = time.monotonic(), _trace(sink.said)
        if _runs(sink.said):
            sink.failure = None
            if now - sink.restarted > RESTART_SECONDS:
                sink.restarts = 0
        elif trace and sink.restart_at is None:
            found = cause(trace, sink.settings or {})
            if found != sink.failure:
                _LOG.warning("Connector %s failed: %s", sink.spec.id, found.sentence)
            sink.failure = found
            if sink.is_provisioning:
                sink.restart_at = now + RIGHTS_RETRY_SECONDS
            elif sink.worker.restarts:
                sink.restart_at = now + restart_delay(sink.restarts)
        if sink.restart_at is not None and now >= sink.restart_at:
            sink.restart_at = None
            sink.restarts, sink.restarted = sink.restarts + 1, now
            client.restart(sink.spec.id)

    def _missing_topics(self, sink: _Sink) -> Cause | None:
        """Return which of the topics that it names are not there: a consumer waits for them without a word."""
        named = filter(None, map(str.strip, sink.worker.settings.get("topics", "").split(",")))
        missing = [topic for topic in named if not self._exists(sink.spec.cluster_id, topic)]
        return Cause(sentence=_NO_TOPIC.format(", ".join(missing))) if missing else None

    def _exists(self, cluster_id: str, topic: str) -> bool:
        try:
            self._kafka.topic(cluster_id, topic)
        except NotFoundError:
            return False
        except DataPlaneError:  # its broker is being started
            return True
        return True


def restart_delay(restarts: int) -> float:
    """Return the seconds to wait before the next start of a sink that was started ``restarts`` times in a row."""
    return min(RESTART_SECONDS, FIRST_RESTART_SECONDS * float(2 ** min(restarts, _MOST_DOUBLINGS)))


def _runs(said: dict[str, Any]) -> bool:
    """Whether its tasks have been given partitions: one without a right, or without a topic, has none."""
    return _has_running_tasks(said) and said["partitions"] > 0


def _is_without_partitions(said: dict[str, Any]) -> bool:
    return _has_running_tasks(said) and said["partitions"] == 0


def _has_running_tasks(said: dict[str, Any]) -> bool:
    if said.get("state") != "RUNNING" or not said.get("tasks"):
        return False
    return all(task["state"] == "RUNNING" for task in said["tasks"])


def _trace(said: dict[str, Any]) -> str:
    """Return what the worker says about a failure, empty if there is none."""
    if said.get("state") == "FAILED":
        return said.get("trace") or "\n"
    failed = [task["trace"] or "\n" for task in said.get("tasks", ()) if task["state"] == "FAILED"]
    return failed[0] if failed else ""


def _task_state(said: str) -> ConnectorState:
    return ConnectorState(said) if said in ("RUNNING", "FAILED", "PAUSED") else ConnectorState.PROVISIONING
