"""The results of the checks, as text for the user and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class StatementHealth:
    """A Flink statement of the stack; ``detail``: the cause of its phase by Flink, often empty."""

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
    """The record counts of a flow's two topics; ``records``: how many the sink lacks."""

    source_topic: str
    sink_topic: str
    source: int
    target: int

    @property
    def records(self) -> int:
        """The lag; never negative, although a replaced INSERT may have written records twice."""
        return max(0, self.source - self.target)


@dataclass(frozen=True)
class FreshRecord:
    """A record that arrived in ``topic`` during the check; ``dimensions`` is 0 without a vector."""

    topic: str
    content: str
    dimensions: int


@dataclass(frozen=True)
class SinkHealth:
    """A sink: records that it could not deliver, and documents in its store (``None``: not asked).

    ``sampled``: records of its tables that were looked for in the store; ``missing``: those that are not there.
    """

    name: str
    dead_letters: int
    documents: int | None = None
    sampled: int | None = None
    missing: int | None = None


@dataclass
class Report:
    """All results of a check. A stack is healthy without ``problems``, each of which is one sentence; so is a note.

    ``rows``: table -> the record that arrived in it during the check; not part of what is printed.
    """

    stack: str
    problems: list[str] = field(default_factory=list)
    statements: list[StatementHealth] = field(default_factory=list)
    connectors: list[ConnectorHealth] = field(default_factory=list)
    lags: list[Lag] = field(default_factory=list)
    fresh: list[FreshRecord] = field(default_factory=list)
    sinks: list[SinkHealth] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def healthy(self) -> bool:
        """Whether there are no problems."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return the report for JSON; ``lags`` and ``fresh`` lack flows that could not be measured."""
        found = asdict(self)
        del found["rows"]
        lags = [{**asdict(lag), "records": lag.records} for lag in self.lags]
        return {"stack": found.pop("stack"), "healthy": self.healthy, **found, "lags": lags}

    def lines(self) -> Iterator[str]:
        """Yield the report as lines for the user."""
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
        for sink in self.sinks:
            documents = "" if sink.documents is None else f", {sink.documents} documents"
            looked = "" if sink.sampled is None else f", {sink.missing} of {sink.sampled} sampled records missing"
            yield f"sink       {sink.name:<10} {sink.dead_letters} records not delivered{documents}{looked}"
        for note in self.notes:
            yield f"note       {note}"
        for problem in self.problems:
            yield f"problem    {problem}"
        yield f"Stack {self.stack} is {'healthy' if self.healthy else 'unhealthy'}."
