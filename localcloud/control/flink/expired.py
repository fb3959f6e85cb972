"""Deletes statements 30 days after their end, with their results and checkpoints.

"Confluent Cloud for Apache Flink enforces a 30-day retention for statements in terminal states"
(docs.confluent.io/cloud/current/flink/concepts/statements.html).
"""

from __future__ import annotations

import contextlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from localcloud.control.core.errors import ControlError
from localcloud.control.core.periodic import Periodic
from localcloud.control.core.resources import Statement
from localcloud.control.flink.carry_over import reference_of
from localcloud.dataplane.interface import DataPlaneError, StatementPhase
from localcloud.ids import now

if TYPE_CHECKING:
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.flink.jobs import Jobs

RETENTION = timedelta(days=30)
HIDDEN = "user.confluent.io/hidden"
_SWEEP_SECONDS = 3600.0
_log = logging.getLogger(__name__)


class ExpiredStatements:
    """Deletes expired statements; ``watch`` sweeps at the start and every hour."""

    def __init__(self, store: Store, plane: Plane, jobs: Jobs) -> None:
        self._store, self._plane, self._jobs = store, plane, jobs
        self.watch = Periodic("expired-statements", _SWEEP_SECONDS, self.sweep)

    def sweep(self) -> None:
        """Delete expired statements, and checkpoints of statements that no longer exist."""
        # Read before the statements: else the checkpoints of one created meanwhile would look like leftovers.
        checkpointed = self._plane.flink.checkpointed()
        statements = self._store.all(Statement)
        awaited = {(one.environment_id, reference_of(one)) for one in statements if not one.phase.is_terminal}
        for statement in statements:
            if _is_expired(statement) and (statement.environment_id, statement.name) not in awaited:
                _log.info("Statement %s ended 30 days ago and is forgotten.", statement.name)
                with contextlib.suppress(ControlError):  # stays DELETING, and the next start retries it
                    self._jobs.delete(statement)
        for uid in checkpointed - {statement.id for statement in statements}:
            try:
                self._plane.flink.delete(uid)
            except DataPlaneError as error:
                _log.warning("The checkpoints of %s cannot be removed: %s", uid, error)


def _is_expired(statement: Statement) -> bool:
    return statement.phase.is_terminal and not _defines(statement) and now() - statement.updated_at > RETENTION


def _defines(statement: Statement) -> bool:
    """Whether the statement created or altered a table or model that may still exist.

    Confluent Cloud deletes these, too. Then ``pulumi refresh`` finds a ``CREATE TABLE`` missing, and the next ``up``
    fails on the existing table. Trade-off: one stored row each, so they are kept. Hidden ones (dbt's) are deleted.
    """
    kind = str((statement.traits or {}).get("sql_kind", ""))
    is_hidden = str(statement.labels.get(HIDDEN, "")).lower() == "true"
    return statement.phase is StatementPhase.COMPLETED and kind.startswith(("CREATE", "ALTER")) and not is_hidden
