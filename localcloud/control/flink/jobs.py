"""The life cycle of statements in Flink: start, observe, stop, delete, and recovery after a restart."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import ControlError, translated
from localcloud.control.core.resources import Statement, StatementFault
from localcloud.control.flink.admission import is_held_up
from localcloud.control.flink.carry_over import carried_over, reference_of
from localcloud.dataplane import interface as plane
from localcloud.dataplane.interface import StatementPhase, StatementSpec
from localcloud.ids import now
from localcloud.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from localcloud.control.core.background import Background
    from localcloud.control.core.catalogs import Catalogs
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.flink.admission import Admission
    from localcloud.dataplane.interface import StatementStatus

_ANSWER_SECONDS = 2.5  # Flink itself answers within 2 s, unless it is still starting
MOST_FAULTS = 10
"""Faults of a statement that are kept, the latest ones."""
_log = logging.getLogger(__name__)


class Jobs:
    """Runs statements in Flink, and stores their status whenever it is read."""

    def __init__(
        self, store: Store, plane: Plane, catalogs: Catalogs, background: Background, admission: Admission
    ) -> None:
        self._store, self._plane, self._catalogs, self._background = store, plane, catalogs, background
        self._admission = admission
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._starting: dict[str, Future[Any]] = {}

    def start(self, statement: Statement, *, resume: bool = False) -> Statement:
        """Submit a statement, from its last checkpoint with ``resume``; return it as stored after at most 2.5 s."""
        future = self._starting[statement.id] = self._background.submit(
            self._resume if resume else self._submit, statement.id
        )
        future.add_done_callback(lambda _: self._starting.pop(statement.id, None))
        with contextlib.suppress(ControlError, TimeoutError):
            future.result(_ANSWER_SECONDS)
        return self._store.get(Statement, statement.id) or statement

    def is_starting(self, statement: Statement) -> bool:
        """Whether the statement waits for admission, or Flink has not answered its submission yet."""
        return statement.id in self._starting or is_held_up(statement)

    def observe(self, statement: Statement) -> Statement:
        """Return the statement with its current phase, read from Flink unless it has ended."""
        ((observed, _),) = self.observe_all([statement])
        return observed

    def observe_all(self, statements: Sequence[Statement]) -> list[tuple[Statement, StatementStatus | None]]:
        """Return each statement with its current phase, and what Flink says of it: one question for all of them.

        ``None`` for a statement that has ended, or that Flink does not know (yet).
        """
        current = [self._resumed(statement) for statement in statements]
        said = self._statuses([one.id for one in current if self._is_in_flink(one)])
        return [
            (self._record_status(one, said[one.id]), said[one.id]) if one.id in said else (one, None) for one in current
        ]

    def _resumed(self, statement: Statement) -> Statement:
        """Return the statement, after its start if nothing but its compute pool held it up."""
        is_waiting = is_held_up(statement) and statement.id not in self._starting and self._plane.is_open
        return self.start(statement, resume=True) if is_waiting else statement

    def _is_in_flink(self, statement: Statement) -> bool:
        is_gone = statement.phase.is_terminal or statement.phase is StatementPhase.DELETING
        return not is_gone and not self.is_starting(statement)

    def _statuses(self, uids: Sequence[str]) -> dict[str, StatementStatus]:
        if not uids or not self._plane.is_open:
            return {}
        try:
            return self._plane.flink.statuses(uids)
        except (plane.DataPlaneError, ControlError) as error:
            # No answer is no change of phase: Flink may be restarting, and resumes the statements then.
            _log.debug("statements cannot be observed: %s", error)
            return {}

    def stop(self, statement: Statement) -> Statement:
        """Stop a statement after a last checkpoint; return it STOPPED, or STOPPING if that takes over 2.5 s."""
        if statement.phase.is_terminal:
            return statement
        stopping = self._store.update(statement, phase=StatementPhase.STOPPING) or statement
        future = self._background.submit(self._stop, statement.id)
        with contextlib.suppress(ControlError, TimeoutError):
            future.result(_ANSWER_SECONDS)
        return self._store.get(Statement, statement.id) or stopping

    def delete(self, statement: Statement) -> None:
        """Cancel and delete a statement. It is DELETING until Flink has released it, also across a restart."""
        # Before the lock: a submission that holds it or waits for it then finds a statement that is no longer PENDING.
        self._store.update(statement, phase=StatementPhase.DELETING)
        with self._locks[statement.id], translated():
            with contextlib.suppress(plane.NotFoundError):
                self._plane.flink.delete(statement.id)
            self._store.remove(statement)
        self._locks.pop(statement.id, None)
        self._release_followers(statement)

    def recover(self) -> None:
        """After a restart: resume running statements, and finish interrupted stops and deletions."""
        for statement in self._store.all(Statement):
            if statement.phase is StatementPhase.DELETING:
                self._background.submit(self.delete, statement)
            elif statement.phase is StatementPhase.STOPPING:
                # The process that was stopping it is gone. Not to resume it is the stop; its last checkpoint is kept.
                self._store.update(statement, phase=StatementPhase.STOPPED)
            elif not statement.phase.is_terminal:
                self._recover(statement)

    def _recover(self, statement: Statement) -> None:
        if (statement.traits or {}).get("sql_kind") == "SELECT":
            self._store.update(
                statement,
                phase=StatementPhase.STOPPED,
                is_stopped=True,
                detail="The local cloud was restarted, and a query's results do not outlive that: run it again.",
            )
            return
        pending = self._store.update(statement, phase=StatementPhase.PENDING) or statement
        future = self._starting[statement.id] = self._background.submit(self._resume, pending.id)
        future.add_done_callback(lambda _: self._starting.pop(statement.id, None))

    def _resume(self, uid: str) -> None:
        self._submit(uid, resume=True)

    def _submit(self, uid: str, *, resume: bool = False) -> None:
        with self._locks[uid]:
            statement = self._store.get(Statement, uid)
            if statement is None or statement.phase is not StatementPhase.PENDING:
                return
            try:
                starting_offsets = self._starting_offsets(statement)
                is_admitted = starting_offsets is not None and self._admission.admit(statement, self.observe)
            except ControlError as error:
                self._store.update(statement, phase=StatementPhase.FAILED, detail=masked(str(error)))
                raise
            if starting_offsets is None or not is_admitted:
                return
            spec = StatementSpec(
                uid=uid,
                name=statement.name,
                environment_id=statement.environment_id,
                statement=statement.statement,
                properties=_as_text(statement.properties),
                principal=statement.principal,
                compute_pool_id=statement.compute_pool_id,
                starting_offsets=starting_offsets,
            )
            try:
                self._catalogs.bring_up_to_date()
                with translated():
                    status = self._plane.flink.submit(spec, resume=resume)
            except ControlError as error:
                # A statement that the end of the local cloud interrupts stays PENDING: the next start submits it.
                if not self._plane.is_closing:
                    self._store.update(statement, phase=StatementPhase.FAILED, detail=masked(str(error)))
                raise
            self._record_status(statement, status)

    def _starting_offsets(self, statement: Statement) -> dict[str, str] | None:
        """Starting offsets by topic; ``None`` while the statement that they come from is running."""
        name = reference_of(statement)
        if name is None:
            return statement.starting_offsets or {}
        named = self._store.named(Statement, statement.environment_id, name)
        offsets = carried_over(statement, self.observe(named[0]) if named else None)
        if offsets is not None:
            self._store.update(statement, starting_offsets=offsets)
        return offsets

    def _release_followers(self, ended: Statement) -> None:
        """Start the statements that wait for the offsets of this one."""
        for follower in self._store.all(Statement, ended.environment_id):
            if reference_of(follower) == ended.name and follower.phase is StatementPhase.PENDING:
                self._background.submit(self._submit, follower.id)

    def _stop(self, uid: str) -> None:
        with self._locks[uid], translated():
            try:
                self._plane.flink.stop(uid)
                status = self._plane.flink.status(uid)
            except plane.NotFoundError:
                status = plane.StatementStatus(phase=StatementPhase.STOPPED)
        statement = self._store.get(Statement, uid)
        if statement is not None and statement.phase is StatementPhase.STOPPING:
            self._record_status(statement, status)

    def _record_status(self, statement: Statement, status: StatementStatus) -> Statement:
        noted = self._store_status(statement, status)
        if noted.phase.is_terminal:
            self._release_followers(noted)
        return noted

    def _store_status(self, statement: Statement, status: StatementStatus) -> Statement:
        """Store Flink's status if it has changed, unless the user has stopped or deleted the statement meanwhile."""
        with self._store.transaction():
            stored = self._store.get(Statement, statement.id)
            if stored is None or stored.phase is StatementPhase.DELETING:
                return statement
            # Flink may still report RUNNING: the request to stop is stored before it reaches Flink.
            if stored.phase is StatementPhase.STOPPING and not status.phase.is_terminal:
                return stored
            traits = dict(status.traits) if status.traits else stored.traits
            offsets = dict(status.latest_offsets)
            detail = masked(status.detail)
            known = (stored.phase, stored.detail, stored.traits, stored.latest_offsets)
            if known == (status.phase, detail, traits, offsets):
                return stored
            values: dict[str, Any] = {"phase": status.phase, "detail": detail, "traits": traits}
            if status.phase is StatementPhase.DEGRADED and detail != stored.detail:
                fault = StatementFault(phase=status.phase, message=detail, at=now())
                values["faults"] = [*stored.faults, fault][-MOST_FAULTS:]
            if offsets:
                values |= {"latest_offsets": offsets, "offsets_at": now()}
            return self._store.update(stored, **values) or stored


def _as_text(properties: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in properties.items()}
