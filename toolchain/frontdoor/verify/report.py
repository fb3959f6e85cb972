"""What the checks found, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class StatementHealth:
    """A Flink statement of the stack; ``detail`` is Flink's cause, empty where there is none."""

    purpose: str
    name: str
    phase: str
    detail: str = ""


@dataclass(frozen=True)
class TaskHealth:
    """A task of a connector."""

    id: int
    state: str
    message: str = ""


@dataclass(frozen=True)
class ConnectorHealth:
    """A connector of the stack's cluster."""

    name: str
    state: str
    trace: str = ""
    tasks: list[TaskHealth] = field(default_factory=list)


@dataclass(frozen=True)
class Lag:
    """Records in the two topics of a flow; ``records``: how many are not through yet."""

    source_topic: str
    sink_topic: str
    source: int
    target: int

    @property
    def records(self) -> int:
        """Never below 0: a replaced INSERT may have written a record twice."""
        return max(0, self.source - self.target)


@dataclass(frozen=True)
class FreshRecord:
    """A record that came into ``topic`` during the check; 0 ``dimensions``: it has no vector."""

    topic: str
    content: str
    dimensions: int


@dataclass
class Report:
    """All of it. Healthy without problems; each problem is one sentence."""

    stack: str
    problems: list[str] = field(default_factory=list)
    statements: list[StatementHealth] = field(default_factory=list)
    connectors: list[ConnectorHealth] = field(default_factory=list)
    lags: list[Lag] = field(default_factory=list)
    fresh: list[FreshRecord] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return it for programs; ``lags`` and ``fresh`` lack what could not be measured."""
        found = asdict(self)
        lags = [{**asdict(lag), "records": lag.records} for lag in self.lags]
        return {"stack": found.pop("stack"), "healthy": self.healthy, **found, "lags": lags}

    def lines(self) -> Iterator[str]:
        """Yield it for people."""
        for statement in self.statements:
            yield f"statement  {statement.phase:<10} {statement.name}"
        for connector in self.connectors:
            tasks = ", ".join(f"task {task.id} {task.state}" for task in connector.tasks) or "no tasks"
            yield f"connector  {connector.state:<10} {connector.name} ({tasks})"
        for lag in self.lags:
            yield (
                f"lag        {lag.records:<10} records"
                f" ({lag.source} in {lag.source_topic}, {lag.target} in {lag.sink_topic})"
            )
        for record in self.fresh:
            yield f"fresh      {record.topic:<10} {record.dimensions} dimensions: {record.content}"
        for problem in self.problems:
            yield f"problem    {problem}"
        yield f"Stack {self.stack} is {'healthy' if self.healthy else 'unhealthy'}."
