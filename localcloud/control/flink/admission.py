"""Which statements may run: those whose compute pool is there and has a CFU left for them.

Each running statement takes one CFU (docs.confluent.io: "Each Flink statement consumes a minimum of 1 CFU-minute";
Autopilot may give it more there, never here). What only changes or shows the catalog takes none and is not held up.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ControlError, require_found
from localcloud.control.core.periodic import Periodic
from localcloud.control.core.resources import ComputePool, ScalingState, Statement
from localcloud.dataplane.interface import StatementPhase
from localcloud.ids import now
from localcloud.sql_tokens import keywords

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.control.core.store import Store
    from localcloud.control.faults.injection import Faults

_SWEEP_SECONDS = 1.0
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE"})
_JOBS = _QUERIES | {"INSERT", "EXECUTE", "BEGIN"}


def takes_cfu(statement: Statement) -> bool:
    """Whether it is a job: a query, an INSERT, a CREATE TABLE AS; not one that is only planned."""
    if is_dry_run(statement):
        return False
    words = [word for word in keywords(statement.statement) if word != "("]
    is_view = words[1:2] == ["VIEW"] or words[1:3] == ["TEMPORARY", "VIEW"]
    if words[:1] == ["CREATE"] and not is_view:
        return any(word == "AS" and following in _QUERIES for word, following in pairwise(words))
    return bool(words) and words[0] in _JOBS


def is_dry_run(statement: Statement) -> bool:
    """Whether it is only to be planned (``sql.dry-run``)."""
    return str(statement.properties.get("sql.dry-run", "false")).lower() == "true"


def is_held_up(statement: Statement) -> bool:
    """Whether Flink has not been given it yet."""
    return statement.phase is StatementPhase.PENDING and statement.scaling_state is not ScalingState.OK


class Admission:
    """Gives out the CFUs of compute pools, first come, first served. ``holds_up``: whether anything may wait."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults
        self.holds_up = False

    def running_in(self, pool_id: str, environment_id: str) -> list[Statement]:
        """Those that have a CFU of a pool."""
        return [
            one
            for one in self._store.all(Statement, environment_id)
            if one.compute_pool_id == pool_id
            and one.scaling_state is ScalingState.OK
            and not one.phase.is_terminal
            and takes_cfu(one)
        ]

    def admit(self, statement: Statement, look: Callable[[Statement], object]) -> bool:
        """Give it its CFU, or say in its ``detail`` what it waits for.

        ``look`` notes where a statement stands: one that has ended unseen holds nobody up.
        """
        if statement.scaling_state is ScalingState.OK:
            return True
        pool = require_found(
            self._store.get(ComputePool, statement.compute_pool_id),
            f"The compute pool {statement.compute_pool_id} does not exist any more.",
        )
        if self._faults.is_provisioning("pool", pool.created_at):
            self._note(statement, None, f"Compute pool {pool.id} is still being provisioned.")
            return False
        # Stored phases are those of the last look. Only a full pool is worth the calls that bring them up to date.
        if takes_cfu(statement) and not self._has_room(statement, pool):
            for running in self.running_in(pool.id, pool.environment_id):
                look(running)
        with self._store.transaction():
            if not takes_cfu(statement) or self._has_room(statement, pool):
                return self._note(statement, ScalingState.OK, "")
            self._note(
                statement,
                ScalingState.POOL_EXHAUSTED,
                f"Compute pool {pool.id} is exhausted: running statements take all of its {pool.max_cfu} CFUs. The"
                " statement starts when one of them ends, or when max_cfu is raised.",
            )
            return False

    def _has_room(self, statement: Statement, pool: ComputePool) -> bool:
        """Whether there is a CFU for it and for those that have waited longer."""
        earlier = 0
        for one in self._store.all(Statement, pool.environment_id):
            if one.id == statement.id:
                break
            earlier += (
                one.compute_pool_id == pool.id
                and one.phase is StatementPhase.PENDING
                and one.scaling_state is ScalingState.POOL_EXHAUSTED
            )
        return len(self.running_in(pool.id, pool.environment_id)) + earlier < pool.max_cfu

    def _note(self, statement: Statement, state: ScalingState | None, detail: str) -> bool:
        """Store that, unless it is waiting no more: ``False`` then."""
        self.holds_up = self.holds_up or state is not ScalingState.OK
        with self._store.transaction():
            stored = self._store.get(Statement, statement.id)
            if stored is None or stored.phase is not StatementPhase.PENDING:
                return False
            if (stored.scaling_state, stored.detail) != (state, detail):
                self._store.update(stored, scaling_state=state, detail=detail, scaled_at=now() if state else None)
            return True


class Waiting:
    """Looks each second whether statements that their pool holds up may begin: nobody else may ask for them."""

    def __init__(self, store: Store, admission: Admission, look: Callable[[Statement], object]) -> None:
        self._store, self._admission, self._look = store, admission, look
        self.watch = Periodic("waiting-statements", _SWEEP_SECONDS, self._look_again)

    def _look_again(self) -> None:
        # Spares an idle cloud the reading of all statements every second.
        if not self._admission.holds_up:
            return
        self._admission.holds_up = False  # until it holds one up again
        try:
            for statement in self._store.all(Statement):
                if is_held_up(statement) and statement.detail:
                    self._look(statement)
        except ControlError:
            self._admission.holds_up = True
            raise
