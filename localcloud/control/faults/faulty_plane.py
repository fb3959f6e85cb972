"""The data plane with injected delays and failures.

It wraps the real data plane, so neither that nor the services contain any code for faults.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from localcloud.dataplane.interface import (
    ConnectorState,
    ConnectorStatus,
    DataPlaneError,
    StatementPhase,
    StatementStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.control.faults.injection import Faults
    from localcloud.control.faults.rules import Failing
    from localcloud.dataplane.interface import (
        ConnectorSpec,
        ConnectPlane,
        DataPlane,
        FlinkPlane,
        KafkaPlane,
        StatementSpec,
    )

_log = logging.getLogger(__name__)


def with_faults(real: DataPlane, faults: Faults) -> DataPlane:
    """Return the data plane wrapped by fault injection."""
    return replace(
        real,
        kafka=cast("KafkaPlane", FaultyKafka(real.kafka, faults)),
        flink=cast("FlinkPlane", FaultyFlink(real.flink, faults)),
        connect=cast("ConnectPlane", FaultyConnect(real.connect, faults)),
    )


class _PassThrough:
    """Delegates every method that a subclass does not override."""

    def __init__(self, real: Any, faults: Faults) -> None:
        self._real, self._faults = real, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FaultyKafka(_PassThrough):
    """Clusters with a provisioning delay."""

    def start(self, cluster_id: str) -> str:
        """Start the broker, and return after the provisioning delay."""
        bootstrap: str = self._real.start(cluster_id)
        self._faults.provision("cluster")
        return bootstrap


class FaultyFlink(_PassThrough):
    """Statements that stay PENDING longer, fail, or degrade."""

    def __init__(self, real: FlinkPlane, faults: Faults) -> None:
        super().__init__(real, faults)
        self._names: dict[str, str] = {}
        self._failed: dict[str, StatementStatus] = {}
        self._being_failed: dict[str, StatementStatus] = {}
        faults.when_set(self._fail_running)

    def submit(self, spec: StatementSpec, *, resume: bool = False) -> StatementStatus:
        """Start a statement, unless a rule makes it fail."""
        self._faults.provision("statement")
        self._names[spec.uid] = spec.name
        self._failed.pop(spec.uid, None)
        rule = self._faults.failing("statement", spec.name, spec.uid)
        if rule is not None and rule.state == "FAILED":
            self._failed[spec.uid] = _failed(rule)
            return self._failed[spec.uid]
        return self._degraded(self._real.submit(spec, resume=resume), spec.uid)

    def status(self, uid: str) -> StatementStatus:
        """Where it stands, or is to stand."""
        return self._held(uid) or self._degraded(self._real.status(uid), uid)

    def statuses(self, uids: Sequence[str]) -> dict[str, StatementStatus]:
        """Where each of them stands, or is to stand."""
        held = {uid: status for uid in uids if (status := self._held(uid)) is not None}
        asked = self._real.statuses([uid for uid in uids if uid not in held])
        return held | {uid: self._degraded(status, uid) for uid, status in asked.items()}

    def _held(self, uid: str) -> StatementStatus | None:
        return self._failed.get(uid) or self._being_failed.get(uid)

    def delete(self, uid: str) -> None:
        """Cancel the job and forget it."""
        self._names.pop(uid, None)
        self._failed.pop(uid, None)
        self._real.delete(uid)

    def _degraded(self, status: StatementStatus, uid: str) -> StatementStatus:
        if status.phase is not StatementPhase.RUNNING:
            return status
        rule = self._faults.failing("statement", self._names.get(uid, ""), uid)
        if rule is None or rule.state != "DEGRADED":
            return status
        return replace(status, phase=StatementPhase.DEGRADED, detail=_sentence(rule))

    def _fail_running(self) -> None:
        """Fail running statements that a new rule names, by stopping their jobs.

        A stopped job leaves the offsets of its last checkpoint, from which another statement can carry on.
        """
        for uid, name in list(self._names.items()):
            rule = self._faults.failing("statement", name, uid)
            if rule is None or rule.state != "FAILED" or uid in self._failed:
                continue
            try:
                running = self._real.status(uid)
                if running.phase is StatementPhase.RUNNING:
                    self._being_failed[uid] = running  # clients must see RUNNING, then FAILED; never STOPPED
                    self._real.stop(uid)
                    offsets = self._real.status(uid).latest_offsets
                    self._failed[uid] = replace(_failed(rule), latest_offsets=offsets)
            except DataPlaneError as error:
                _log.warning("statement %s was to fail and did otherwise: %s", name, error)
            finally:
                self._being_failed.pop(uid, None)


class FaultyConnect(_PassThrough):
    """Connectors that stay PROVISIONING longer, fail, or degrade."""

    def __init__(self, real: ConnectPlane, faults: Faults) -> None:
        super().__init__(real, faults)
        self._specs: dict[str, ConnectorSpec] = {}
        self._delayed: dict[str, object] = {}
        self._failed: dict[str, ConnectorStatus] = {}
        faults.when_set(self._fail_running)

    def start(self, spec: ConnectorSpec) -> None:
        """Start a connector, now or after the provisioning delay, unless a rule makes it fail."""
        is_new = spec.id not in self._specs
        self._specs[spec.id] = spec
        self._failed.pop(spec.id, None)
        if self._fails(spec):
            return
        if not is_new or not self._faults.provisioning_seconds("connector"):
            self._delayed.pop(spec.id, None)
            self._real.start(spec)
            return
        # An identity per start: a delayed start that was paused, deleted or started again meanwhile must not happen.
        ticket = self._delayed[spec.id] = object()
        threading.Thread(target=self._start_late, args=(spec, ticket), name=f"late-{spec.id}", daemon=True).start()

    def pause(self, connector_id: str) -> None:
        """Stop the connector's tasks, and cancel a delayed start."""
        if self._delayed.pop(connector_id, None) is None and connector_id not in self._failed:
            self._real.pause(connector_id)

    def restart(self, connector_id: str) -> None:
        """Restart the connector; one that a rule has failed is started."""
        if connector_id in self._failed:
            self.start(self._specs[connector_id])
        elif connector_id not in self._delayed:
            self._real.restart(connector_id)

    def status(self, connector_id: str) -> ConnectorStatus:
        """Where it stands, or is to stand."""
        if connector_id in self._failed:
            return self._failed[connector_id]
        if connector_id in self._delayed:
            return ConnectorStatus(state=ConnectorState.PROVISIONING)
        status: ConnectorStatus = self._real.status(connector_id)
        spec = self._specs.get(connector_id)
        rule = self._faults.failing("connector", spec.name, spec.id) if spec else None
        if status.state is ConnectorState.RUNNING and rule is not None and rule.state == "DEGRADED":
            return replace(status, state=ConnectorState.DEGRADED, trace=_sentence(rule))
        return status

    def delete(self, connector_id: str) -> None:
        """Stop the connector and delete it with its progress."""
        for known in (self._specs, self._delayed, self._failed):
            known.pop(connector_id, None)
        self._real.delete(connector_id)

    def _start_late(self, spec: ConnectorSpec, ticket: object) -> None:
        self._faults.provision("connector")
        if self._delayed.get(spec.id) is not ticket or self._faults.is_closed:
            return
        try:
            self._real.start(spec)
        except DataPlaneError as error:
            self._failed[spec.id] = ConnectorStatus(state=ConnectorState.FAILED, trace=str(error))
        self._delayed.pop(spec.id, None)

    def _fails(self, spec: ConnectorSpec) -> bool:
        rule = self._faults.failing("connector", spec.name, spec.id)
        if rule is None or rule.state != "FAILED":
            return False
        tasks = [ConnectorState.FAILED]
        self._failed[spec.id] = ConnectorStatus(state=ConnectorState.FAILED, trace=_sentence(rule), tasks=tasks)
        return True

    def _fail_running(self) -> None:
        """Fail running connectors that a new rule names, by stopping their tasks."""
        for spec in list(self._specs.values()):
            if spec.id not in self._failed and self._fails(spec):
                try:
                    self._real.pause(spec.id)
                except DataPlaneError as error:
                    _log.warning("connector %s was to fail and did otherwise: %s", spec.name, error)


def _sentence(rule: Failing) -> str:
    return f"On purpose, by {rule.text} (`./pulumiw cloud faults`)."


def _failed(rule: Failing) -> StatementStatus:
    return StatementStatus(phase=StatementPhase.FAILED, detail=_sentence(rule))
