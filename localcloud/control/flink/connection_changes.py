"""Statements that change connections: done here, at once, without Flink, and stored without their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.control.core.errors import ConflictError, ControlError, InvalidError, NotFoundError
from localcloud.control.flink import connection_sql
from localcloud.control.flink.admission import is_dry_run
from localcloud.dataplane.interface import StatementPhase
from localcloud.masking import masked

if TYPE_CHECKING:
    from localcloud.control.core.environments import Environments
    from localcloud.control.core.resources import Statement
    from localcloud.control.core.store import Store
    from localcloud.control.flink.connection_sql import ConnectionChange
    from localcloud.control.flink.connections import Connections


class ConnectionChanges:
    """Runs ``CREATE``, ``ALTER`` and ``DROP CONNECTION``."""

    def __init__(self, store: Store, environments: Environments, connections: Connections) -> None:
        self._store, self._environments, self._connections = store, environments, connections

    def run(self, made: Statement, sql: str) -> Statement:
        """Do what ``sql`` says, which is the text of ``made`` with its secrets; return it COMPLETED or FAILED."""
        values: dict[str, Any] = {"phase": StatementPhase.COMPLETED}
        try:
            change = connection_sql.read(sql)
            values["traits"] = {"sql_kind": change.sql_kind, "is_bounded": True, "is_append_only": True}
            self._check_place(made, change)
            if not is_dry_run(made):
                self._apply(made.environment_id, change)
        except ControlError as error:
            values |= {"phase": StatementPhase.FAILED, "detail": masked(str(error))}
        if is_dry_run(made):
            self._store.remove(made)
            return made.model_copy(update={"id": "", **values})
        return self._store.update(made, **values) or made

    def _check_place(self, made: Statement, change: ConnectionChange) -> None:
        """A connection belongs to an environment, the catalog; the database in its name says nothing more."""
        environment = self._environments.get(made.environment_id)
        catalogs = {environment.id, environment.name}
        named = change.path[0] if len(change.path) == 3 else made.properties.get("sql.current-catalog")  # noqa: PLR2004 - catalog, database, name
        if len(change.path) > 3:  # noqa: PLR2004
            raise InvalidError(f"{'.'.join(change.path)} is no name of a connection: write it without dots.")
        if named is not None and named not in catalogs:
            raise InvalidError(
                f"The catalog {named!r} is not the environment of the statement, {environment.name!r}: a statement"
                " changes the connections of its own environment."
            )

    def _apply(self, environment_id: str, change: ConnectionChange) -> None:
        try:
            match change.verb:
                case "CREATE":
                    self._create(environment_id, change)
                case "ALTER":
                    self._alter(environment_id, change)
                case _:
                    self._connections.delete(environment_id, change.name)
        except NotFoundError:
            if not change.if_condition:
                raise

    def _create(self, environment_id: str, change: ConnectionChange) -> None:
        for option, value in (("type", change.type), ("endpoint", change.endpoint)):
            if not value:
                raise InvalidError(f"CREATE CONNECTION {change.name} needs the option '{option}'.")
        try:
            self._connections.create(
                environment_id,
                change.name,
                change.type.upper(),
                change.endpoint,
                dict(change.secrets),
                comment=change.comment,
            )
        except ConflictError:
            if not change.if_condition:
                raise

    def _alter(self, environment_id: str, change: ConnectionChange) -> None:
        before = self._connections.get(environment_id, change.name)
        secrets = {**before.secrets, **change.secrets}
        self._connections.replace_secrets(environment_id, change.name, change.type.upper(), change.endpoint, secrets)
