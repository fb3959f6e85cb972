"""Flink: SQL statements in one JVM, which is started again when it dies."""

from __future__ import annotations

import logging
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx

from localcloud.dataplane.flink.process import FlinkClient, FlinkProcess
from localcloud.dataplane.interface import (
    DataPlaneError,
    ResultPage,
    StatementPhase,
    StatementStatus,
)
from localcloud.dataplane.process.private_endpoint import START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from localcloud.dataplane.interface import FlinkEnvironment, StatementSpec
    from localcloud.dataplane.process.processes import ProcessHost

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 5.0
_WRITING = {"INSERT_INTO", "STATEMENT_SET"}
_RESUMABLE = {None, *_WRITING}  # None: its kind is not known before it is planned
_LOST = StatementStatus(
    phase=StatementPhase.FAILED,
    detail="The Flink process ended while the statement ran, and its results are lost: run it again.",
)


class Internal(Protocol):
    """Address of a broker's internal listener."""

    @property
    def bootstrap(self) -> str:
        """``host:port``."""


class Brokers(Protocol):
    """The part of the Kafka plane that Flink uses."""

    def internal(self, cluster_id: str) -> Internal:
        """Return the internal listener of that cluster; :class:`DataPlaneError` if there is none."""


class FlinkPlane:
    """The :class:`~localcloud.dataplane.interface.FlinkPlane` over one JVM; safe to use from several threads.

    The JVM starts in the background; calls wait for it. If it dies, it is started again. Statements that write are then
    resumed from their last checkpoint; queries become FAILED, because their rows were in its memory.
    """

    def __init__(
        self, state: Path, jars: Path, host: ProcessHost, kafka: Brokers, *, base_url: str, internal_token: str
    ) -> None:
        """Start Flink, its state in ``state/flink``; ``base_url`` is where the Schema Registries answer."""
        self._process = FlinkProcess(state, jars, host)
        self._kafka, self._base_url, self._token = kafka, base_url.rstrip("/"), internal_token
        self._environments: Sequence[FlinkEnvironment] | None = None
        self._pushed: dict[str, Any] | None = None
        self._lock = threading.RLock()
        self._specs: dict[str, StatementSpec] = {}
        self._ended: dict[str, StatementStatus] = {}
        self._kinds: dict[str, str] = {}
        self._has_written = False
        self._client: FlinkClient | None = None
        self._error: DataPlaneError | None = None
        self._ready = threading.Event()
        self._closing = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="flink-supervisor", daemon=True)
        self._supervisor.start()

    def configure(self, environments: Sequence[FlinkEnvironment]) -> None:
        """Replace the set of catalogs, databases and connections; those not named lose their models and views."""
        with self._lock:
            self._environments = tuple(environments)
        # A JVM that is still starting gets them before its first statement.
        if self._ready.is_set():
            self._call(self._push)

    def submit(self, spec: StatementSpec, *, resume: bool = False) -> StatementStatus:
        """Start a statement, with ``resume`` from its last checkpoint; waits at most 2 s for it to leave PENDING."""

        def start(client: FlinkClient) -> StatementStatus:
            self._push(client)
            return self._submit(client, spec, resume=resume)

        with self._lock:
            # Else its status would still be the end of its last run.
            if resume:
                self._ended.pop(spec.uid, None)
        return self._call(start)

    def status(self, uid: str) -> StatementStatus:
        """Return a statement's status; :class:`NotFoundError` if no statement of that uid was submitted here."""
        with self._lock:
            ended = self._ended.get(uid)
        if ended is not None:
            return ended
        return self._call(lambda client: self._remembered(uid, client.call("GET", f"/statements/{uid}")))

    def statuses(self, uids: Sequence[str]) -> dict[str, StatementStatus]:
        """Return the status of each of these statements that was submitted here, by uid: one call for all of them."""
        with self._lock:
            found = {uid: self._ended[uid] for uid in uids if uid in self._ended}
        asked = [uid for uid in uids if uid not in found]
        if asked:
            answers = self._call(lambda client: client.call("POST", "/statuses", {"uids": asked}))
            found |= {uid: self._remembered(uid, answer) for uid, answer in answers.items()}
        return found

    def results(self, uid: str, token: int) -> ResultPage:
        """Return the page at ``token`` (0 first). A retry gets the same page, until the next one has been read."""
        with self._lock:
            ended = self._ended.get(uid)
        if ended is not None and ended.phase is StatementPhase.FAILED:
            raise DataPlaneError(ended.detail)
        page = self._call(lambda client: client.call("GET", f"/statements/{uid}/results?token={token}"))
        return ResultPage(rows=page["rows"], next_token=page["next_token"])

    def stop(self, uid: str) -> None:
        """Stop the job with a last checkpoint; the statement becomes STOPPED and can be resumed."""
        self._call(lambda client: self._remembered(uid, client.call("POST", f"/statements/{uid}/stop")))

    def delete(self, uid: str) -> None:
        """Cancel the job; delete statement, results and checkpoints."""
        with self._lock:
            for known in (self._specs, self._ended, self._kinds):
                known.pop(uid, None)
        self._call(lambda client: client.call("DELETE", f"/statements/{uid}"))

    def checkpointed(self) -> set[str]:
        """Return the uids of all statements with checkpoints on disk."""
        return self._process.checkpointed()

    def close(self) -> None:
        """Stop the JVM; statements that write can be resumed."""
        self._closing.set()
        self._process.stop(trained=self._has_written)
        self._supervisor.join(START_SECONDS)

    # The JVM's life --------------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        while not self._closing.is_set():
            try:
                process, client = self._process.start()
            except DataPlaneError as error:
                if not self._closing.is_set():
                    _LOG.error("%s", error)
                self._error = error
                self._closing.wait(_RETRY_SECONDS)
                continue
            self._error = None
            with self._lock:
                self._client, self._pushed = client, None
                # Before calls are let in, or a client would see its statement missing for a moment.
                self._recover(client)
            self._ready.set()
            process.wait()
            self._ready.clear()
            client.close()
            if not self._closing.is_set():
                _LOG.warning("The Flink process ended unexpectedly (%s) and is started again.", process.returncode)

    def _recover(self, client: FlinkClient) -> None:
        """Resume in a new JVM the statements that write. Holds ``self._lock``: no call sees a JVM without them."""
        for uid, spec in list(self._specs.items()):
            if uid in self._ended:
                continue
            if self._kinds.get(uid) not in _RESUMABLE:
                self._ended[uid] = _LOST
                continue
            try:
                self._push(client)
                self._submit(client, spec, resume=True)
            except (DataPlaneError, httpx.TransportError) as error:
                _LOG.warning("Statement %s could not be resumed: %s", spec.name, error)
                self._ended[uid] = StatementStatus(phase=StatementPhase.FAILED, detail=str(error))

    def _call(self, function: Callable[[FlinkClient], T]) -> T:
        """Call the JVM; retry once if it died during the call. All calls are idempotent."""
        for last_try in (False, True):
            client = self._running()
            try:
                return function(client)
            # Not retried: the JVM lives, and the first request may still be in progress.
            except httpx.TimeoutException as error:
                raise DataPlaneError("Flink did not answer in time.") from error
            except httpx.TransportError as error:
                if last_try or self._closing.is_set():
                    raise DataPlaneError("The Flink process does not answer.") from error
                self._await_restart(client)
        raise AssertionError

    def _running(self) -> FlinkClient:
        if not self._ready.wait(START_SECONDS if self._error is None else 0.0) or self._client is None:
            raise self._error or DataPlaneError(f"Flink did not start in {START_SECONDS:.0f} s.")
        return self._client

    def _await_restart(self, dead: FlinkClient) -> None:
        """Wait, at most a second, until the supervisor has noticed, too, that this JVM is dead."""
        for _ in range(20):
            if self._client is not dead or not self._ready.is_set():
                return
            self._closing.wait(0.05)

    # Calls to one JVM ------------------------------------------------------------------------------------------------

    def _push(self, client: FlinkClient) -> None:
        """Send the environments to the JVM, unless it has them already: a broker may have started since."""
        with self._lock:
            if self._environments is None:
                return
            workspace = {
                "internalToken": self._token,
                "environments": [self._environment(environment) for environment in self._environments],
            }
            if workspace != self._pushed:
                client.call("PUT", "/workspace", workspace)
                self._pushed = workspace

    def _environment(self, environment: FlinkEnvironment) -> dict[str, Any]:
        registry = environment.registry_id
        return {
            "id": environment.id,
            "name": environment.name,
            "registryUrl": f"{self._base_url}/schema-registry/{registry}" if registry else None,
            "databases": [
                {**asdict(database), "bootstrap": self._bootstrap(database.id)} for database in environment.databases
            ],
            "connections": [
                {
                    "name": connection.name,
                    "type": connection.type,
                    "endpoint": connection.endpoint,
                    "secrets": dict(connection.secrets),
                    "comment": connection.comment,
                }
                for connection in environment.connections
            ],
        }

    def _bootstrap(self, cluster_id: str) -> str | None:
        try:
            return self._kafka.internal(cluster_id).bootstrap
        except DataPlaneError:
            return None  # starting, or deleted: a statement that needs it fails with its own sentence

    def _submit(self, client: FlinkClient, spec: StatementSpec, *, resume: bool) -> StatementStatus:
        body = {
            "uid": spec.uid,
            "name": spec.name,
            "environmentId": spec.environment_id,
            "statement": spec.statement,
            "properties": {key: str(value) for key, value in spec.properties.items()},
            "principal": spec.principal,
            "startingOffsets": dict(spec.starting_offsets),
        }
        with self._lock:
            self._specs[spec.uid] = spec
        return self._remembered(
            spec.uid, client.call("PUT", f"/statements/{spec.uid}?resume={str(resume).lower()}", body)
        )

    def _remembered(self, uid: str, answer: Mapping[str, Any]) -> StatementStatus:
        """Keep the facts that a new JVM would not know: how a statement ended, and which statements write."""
        status = StatementStatus(
            phase=StatementPhase(answer["phase"]),
            detail=answer["detail"] or "",
            traits=answer["traits"],
            latest_offsets=answer["latestOffsets"],
            records_written=answer.get("recordsWritten"),
            records_pending=answer.get("recordsPending"),
        )
        with self._lock:
            if status.traits is not None:
                self._kinds[uid] = status.traits["sql_kind"]
                self._has_written = self._has_written or self._kinds[uid] in _WRITING
            if status.phase.is_terminal and uid in self._specs:
                self._ended[uid] = status
        return status
