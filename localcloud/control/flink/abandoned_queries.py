"""Stops queries that nobody reads: the client is gone, and the query holds a CFU that other statements need."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from localcloud.control.core.periodic import Periodic
from localcloud.control.core.resources import Statement

if TYPE_CHECKING:
    from localcloud.control.core.store import Store
    from localcloud.control.flink.jobs import Jobs

PATIENCE_SECONDS = 300.0
_SWEEP_SECONDS = 15.0


class AbandonedQueries:
    """Tracks when the results of each query were last requested; ``watch`` sweeps every 15 s."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store, self._jobs = store, jobs
        self._read_at: dict[str, float] = {}
        self.watch = Periodic("unread-queries", _SWEEP_SECONDS, self.sweep)

    def note_read(self, statement: Statement) -> None:
        """Note that a client has requested results."""
        self._read_at[statement.id] = monotonic()

    def sweep(self) -> None:
        """Stop running queries without a request for results for five minutes, counted from the first sweep at most."""
        now = monotonic()
        running = {
            statement.id: statement
            for statement in self._store.all(Statement)
            if not statement.phase.is_terminal and (statement.traits or {}).get("sql_kind") == "SELECT"
        }
        for identity in self._read_at.keys() - running.keys():
            self._read_at.pop(identity, None)
        for identity, statement in running.items():
            if now - self._read_at.setdefault(identity, now) >= PATIENCE_SECONDS:
                self._stop(statement)

    def _stop(self, statement: Statement) -> None:
        minutes = PATIENCE_SECONDS / 60
        detail = f"The statement was stopped, because nobody has read its results for {minutes:.0f} minutes."
        asked = self._store.update(statement, is_stopped=True, version=statement.version + 1)
        if asked is not None:
            stopped = self._jobs.stop(asked)
            self._store.update(stopped, detail=detail)
