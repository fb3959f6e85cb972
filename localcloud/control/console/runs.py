"""A statement that a person runs and watches: its columns, its rows as they come, and its end."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from localcloud.control.console.records import shown
from localcloud.control.core.errors import ControlError, InvalidError
from localcloud.dataplane.interface import StatementPhase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localcloud.control.cloud import Cloud
    from localcloud.control.core.resources import Statement

MOST_ROWS = 5000
NAMES = "console-"
"""With this the names of such statements begin."""
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})
_BROKEN = frozenset({"FLOAT", "DOUBLE"})
News = tuple[str, dict[str, Any]]


class Run:
    """A statement of the administrator's, which is gone when the run is closed. Of one thread at a time."""

    def __init__(self, cloud: Cloud, environment_id: str, cluster_id: str, sql: str) -> None:
        """Submit it; :class:`InvalidError` and others if it cannot be."""
        if not sql.strip():
            raise InvalidError("Write a statement, for example SHOW TABLES.")
        cluster = cloud.clusters.get(cluster_id, environment_id)
        self._cloud = cloud
        self._statement = cloud.statements.create(
            environment_id,
            name=f"{NAMES}{uuid.uuid4()}",
            statement=sql,
            properties={"sql.current-catalog": environment_id, "sql.current-database": cluster.id},
            compute_pool_id="",
            principal=cloud.users.admin.id,
            labels={},
        )
        self._count = 0
        self._types: list[Mapping[str, Any]] | None = None
        self._token: int | None = 0
        self.is_over = False

    def step(self) -> list[News]:
        """Return what is new: ``columns``, ``rows`` and, as the last, ``end``."""
        try:
            news = self._step()
        except ControlError as error:
            news = [_end(StatementPhase.FAILED, str(error))]
        self.is_over = any(name == "end" for name, _ in news)
        return news

    def close(self) -> None:
        """Delete the statement, in the background: it is cancelled if it runs."""
        self._cloud.delete_later(self._statement)

    def _step(self) -> list[News]:
        now, news = self._cloud.statements.get(self._statement.environment_id, self._statement.name), list[News]()
        traits = now.traits or {}
        if traits and self._types is None:
            columns = (traits.get("schema") or {}).get("columns", ())
            self._types = [one["type"] for one in columns]
            news.append(("columns", {"columns": [one["name"] for one in columns]}))
        rows = self._rows(now, self._types) if self._types else []
        if rows:
            news.append(("rows", {"rows": rows}))
        if self._count >= MOST_ROWS:
            return [*news, _end(StatementPhase.STOPPED, f"More than {MOST_ROWS} rows are not shown: add a LIMIT.")]
        has_all = self._token is None or not self._types  # DDL and INSERT have no columns, so no rows
        if has_all and traits.get("sql_kind") == "SELECT":
            return [*news, _end(StatementPhase.COMPLETED, "")]
        if has_all and now.phase.is_terminal:
            return [*news, _end(now.phase, now.detail)]
        return news

    def _rows(self, now: Statement, types: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if self._token is None:
            return []
        page = self._cloud.statements.results(now.environment_id, now.name, self._token)
        self._token, self._count = page.next_token, self._count + len(page.rows)
        return [
            {"op": row.get("op", 0), "row": [shown(typed(*cell)) for cell in zip(row["row"], types, strict=True)]}
            for row in page.rows
        ]


def typed(value: Any, kind: Mapping[str, Any]) -> Any:
    """Return a cell of the API, where every number is a text, as its type has it."""
    name = kind["type"]
    if value is None:
        return None
    if name == "ARRAY":
        return [typed(one, kind["element_type"]) for one in value]
    if name in _WHOLE:
        return int(value)
    if name in _BROKEN:
        return float(value)
    return value


def _end(phase: StatementPhase, cause: str) -> News:
    return "end", {"phase": phase, "cause": cause}
