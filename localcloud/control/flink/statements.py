"""Flink statements: the requested state is stored here, the jobs run in Flink (:mod:`.jobs`)."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import (
    ConflictError,
    FailedError,
    InvalidError,
    NotFoundError,
    require_found,
    translated,
)
from localcloud.control.core.principals import principal_exists
from localcloud.control.core.resources import ComputePool, ScalingState, Statement, StatementFault
from localcloud.control.flink.admission import is_dry_run
from localcloud.control.flink.connection_sql import is_change, redacted
from localcloud.dataplane.interface import ResultPage, StatementPhase
from localcloud.ids import new_uid
from localcloud.masking import is_secret_name, masked, secret_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.control.core.environments import Environments
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store
    from localcloud.control.flink.abandoned_queries import AbandonedQueries
    from localcloud.control.flink.connection_changes import ConnectionChanges
    from localcloud.control.flink.jobs import Jobs
    from localcloud.dataplane.interface import StatementStatus

MAX_NAME = 100
MAX_TEXT = 131_072  # characters of spec.statement (Confluent's OpenAPI)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")
_PLANNING_SECONDS, _PAUSE_SECONDS = 30.0, 0.05
_ENDED = (StatementPhase.COMPLETED, StatementPhase.FAILED)


class Statements:
    """Statements of all environments. A name is in use until its statement is deleted, also after its end."""

    def __init__(
        self,
        store: Store,
        plane: Plane,
        environments: Environments,
        jobs: Jobs,
        *,
        abandoned_queries: AbandonedQueries,
        connection_changes: ConnectionChanges,
    ) -> None:
        self._store = store
        self._plane = plane
        self._environments = environments
        self._jobs = jobs
        self._abandoned_queries = abandoned_queries
        self._connection_changes = connection_changes

    def create(
        self,
        environment_id: str,
        *,
        name: str,
        statement: str,
        properties: Mapping[str, Any],
        compute_pool_id: str,
        principal: str,
        labels: Mapping[str, str],
    ) -> Statement:
        """Store and submit a statement; return it with its phase after at most 2.5 s.

        One that changes connections is stored without the secrets in it, and done at once.
        """
        text = redacted(statement)
        _check(name, text, properties)
        self._environments.get(environment_id)
        is_of_connections = is_change(statement)
        made = Statement(
            id=new_uid(),
            name=name,
            environment_id=environment_id,
            statement=text,
            properties=dict(properties),
            compute_pool_id=self.pool(environment_id, compute_pool_id).id,
            principal=self._principal(principal),
            labels=dict(labels),
            # Whoever looks at it meanwhile does not hand it to Flink.
            scaling_state=ScalingState.OK if is_of_connections else None,
        )
        with self._store.transaction():
            if self._store.named(Statement, environment_id, name):
                raise ConflictError(
                    f"Statement resource={name} already exists in environment {environment_id}: delete it, or choose"
                    " another name."
                )
            self._store.add(made)
        if is_of_connections:
            return self._connection_changes.run(made, statement)
        return self._dry_run(made) if is_dry_run(made) else self._jobs.start(made)

    def _dry_run(self, made: Statement) -> Statement:
        """Plan a statement without running it.

        The statement is deleted after planning, so the response waits for the outcome, and has no uid.
        """
        try:
            judged, deadline = self._jobs.start(made), time.monotonic() + _PLANNING_SECONDS
            while not judged.phase.is_terminal and time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)
                judged = self._jobs.observe(self._store.get(Statement, made.id) or judged)
            return judged.model_copy(update={"id": ""})
        finally:
            self._jobs.delete(made)

    def all(self, environment_id: str) -> list[Statement]:
        """The statements of an environment with their current phases."""
        statements = self._store.all(Statement, self._environments.get(environment_id).id)
        return [statement for statement, _ in self._jobs.observe_all(statements)]

    def with_progress(self) -> list[tuple[Statement, StatementStatus | None]]:
        """The statements of all environments with their current phases, and Flink's status of each that runs.

        That status has the counts of records; ``None`` if there is none (yet).
        """
        return self._jobs.observe_all(self._store.all(Statement))

    def get(self, environment_id: str, name: str) -> Statement:
        """The statement of that name with its current phase, else :class:`NotFoundError`."""
        return self._jobs.observe(self._stored(environment_id, name))

    def set_stopped(
        self, environment_id: str, name: str, *, is_stopped: bool, compute_pool_id: str = "", principal: str = ""
    ) -> Statement:
        """Stop or resume a statement. Idempotent. Optionally moves it to another pool or principal."""
        statement = self.get(environment_id, name)
        moved: dict[str, str] = {}
        if compute_pool_id not in ("", statement.compute_pool_id):
            moved["compute_pool_id"] = self.pool(environment_id, compute_pool_id).id
        if principal not in ("", statement.principal):
            moved["principal"] = self._principal(principal)
        if is_stopped == statement.is_stopped and not moved:
            return statement
        if is_stopped:
            if moved and not statement.is_stopped:
                raise InvalidError(
                    f"Statement {name} runs: stop it before it gets another compute pool or principal.", pointer="/spec"
                )
            stopping = self._store.update(statement, is_stopped=True, version=statement.version + 1, **moved)
            return self._jobs.stop(require_found(stopping, _missing(name)))
        if statement.phase in _ENDED:
            raise ConflictError(f"Statement {name} is {statement.phase}: only a STOPPED statement can be resumed.")
        if not statement.is_stopped and statement.phase is not StatementPhase.STOPPED:
            raise InvalidError(
                f"Statement {name} runs: stop it before it gets another compute pool or principal.", pointer="/spec"
            )
        # The pool may have been deleted while the statement was stopped.
        self.pool(environment_id, moved.get("compute_pool_id", statement.compute_pool_id))
        resumed = self._store.update(
            statement,
            is_stopped=False,
            phase=StatementPhase.PENDING,
            scaling_state=None,
            detail="",
            version=statement.version + 1,
            **moved,
        )
        return self._jobs.start(require_found(resumed, _missing(name)), resume=True)

    def check_unchanged(
        self, environment_id: str, name: str, statement: str | None, properties: Mapping[str, Any] | None
    ) -> None:
        """Raise :class:`InvalidError` if the SQL or the properties differ: neither can be edited."""
        stored = self._stored(environment_id, name)
        for field, old, new in (
            ("statement", stored.statement, None if statement is None else redacted(statement)),
            ("properties", stored.properties, properties),
        ):
            if new is not None and new != old:
                raise InvalidError(
                    f"The {field} of statement {name} cannot be changed: delete it and create another one.",
                    pointer=f"/spec/{field}",
                )

    def delete(self, environment_id: str, name: str) -> None:
        """Cancel and delete a statement; its name can be used again when this returns."""
        self._jobs.delete(self._stored(environment_id, name))

    def delete_all(self, environment_id: str) -> None:
        """Delete every statement of an environment."""
        for statement in self._store.all(Statement, environment_id):
            self._jobs.delete(statement)

    def stop_all_in(self, pool_id: str, environment_id: str) -> None:
        """Stop the statements that run in a compute pool or wait for it."""
        for statement in self._store.all(Statement, environment_id):
            if statement.compute_pool_id != pool_id or statement.phase.is_terminal:
                continue
            stopping = self._store.update(statement, is_stopped=True)
            if stopping is not None:
                self._jobs.stop(stopping)

    def results(self, environment_id: str, name: str, token: int) -> ResultPage:
        """The page of results at ``token`` (0 first)."""
        statement = self._stored(environment_id, name)
        self._abandoned_queries.note_read(statement)
        # An empty page with the same token: clients poll it until the first rows are there.
        if self._jobs.is_starting(statement):
            return ResultPage(rows=[], next_token=token)
        try:
            with translated():
                return self._plane.flink.results(statement.id, token)
        except NotFoundError:
            if (statement.traits or {}).get("sql_kind") == "SELECT":
                raise NotFoundError(
                    f"The results of statement {name} are gone: they do not outlive a restart. Run it again."
                ) from None
            return ResultPage(rows=[], next_token=None)
        except FailedError as error:  # the statement's failure, not the server's: a 500 would make clients retry
            raise InvalidError(str(error)) from None

    def faults(self, environment_id: str, name: str) -> list[StatementFault]:
        """What has gone wrong in a statement, the latest first."""
        statement = self.get(environment_id, name)
        faults = list(statement.faults)
        if statement.phase is StatementPhase.FAILED:
            faults.append(StatementFault(phase=statement.phase, message=statement.detail, at=statement.updated_at))
        return faults[::-1]

    def _stored(self, environment_id: str, name: str) -> Statement:
        named = self._store.named(Statement, self._environments.get(environment_id).id, name)
        return require_found(named[0] if named else None, _missing(name))

    def pool(self, environment_id: str, pool_id: str) -> ComputePool:
        """The compute pool of that id; with ``""`` the environment's default pool, else its first."""
        if pool_id:
            pool = self._store.get(ComputePool, pool_id)
            if pool is None or pool.environment_id != environment_id:
                raise NotFoundError(
                    f"The compute pool {pool_id} was not found in environment {environment_id}.",
                    pointer="/spec/compute_pool_id",
                )
            return pool
        pools = self._store.all(ComputePool, environment_id)
        if not pools:
            raise InvalidError(
                f"Environment {environment_id} has no compute pool to run a statement in: create one.",
                pointer="/spec/compute_pool_id",
            )
        return next((pool for pool in pools if pool.default_pool), pools[0])

    def _principal(self, principal: str) -> str:
        if not principal_exists(self._store, principal):
            raise InvalidError(f"The principal {principal!r} does not exist.", pointer="/spec/principal")
        return principal


def _missing(name: str) -> str:
    return f"Statement resource={name} does not exist"


def _check(name: str, statement: str, properties: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidError(
            f"Statement name {name!r} is not allowed: use 1 to {MAX_NAME} characters of a-z, 0-9 and '-',"
            " not '-' first or last.",
            pointer="/name",
        )
    if not statement.strip():
        raise InvalidError("The statement is empty: write SQL in spec.statement.", pointer="/spec/statement")
    if len(statement) > MAX_TEXT:
        raise InvalidError(
            f"The statement has {len(statement)} characters, and may have {MAX_TEXT}: make it shorter.",
            pointer="/spec/statement",
        )
    if where := secret_in(statement):
        raise InvalidError(
            f"The statement has a secret {where}, and statements are stored and shown as they are: put the secret into"
            " a connection (a FlinkConnection of the stack, or the API's connections), and name that in its place.",
            pointer="/spec/statement",
        )
    for key, value in properties.items():
        if is_secret_name(key) or any(masked(text) != text for text in (key, str(value))):
            raise InvalidError(
                f"Property {masked(key)} holds a secret, and properties are stored and shown as they are: put the"
                " secret into a connection (a FlinkConnection of the stack, or the API's connections).",
                pointer="/spec/properties",
            )
        if not isinstance(value, str | int | float | bool):
            raise InvalidError(f"Property {key} must be a string, not {value!r}.", pointer="/spec/properties")
