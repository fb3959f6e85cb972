"""A record as text for the user, and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.timeline.critical_path import chain_seconds, longest_chain, makespan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolchain.frontdoor.timeline.record import Operation, Record

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_NARROWEST_PICTURE = 20
_LONGEST_NAME = 44


@dataclass(frozen=True)
class Timeline:
    """A stack's record with its critical path and figures."""

    stack: str
    record: Record

    @cached_property
    def edges(self) -> dict[str, list[str]]:
        """Operation's key -> keys of the operations that it waited for."""
        return self.record.edges()

    @cached_property
    def chain(self) -> list[str]:
        """Keys of the longest chain."""
        return longest_chain({operation.key: operation.span for operation in self.record.operations}, self.edges)

    @property
    def makespan(self) -> float:
        """Seconds from the first start to the last end."""
        return makespan([operation.span for operation in self.record.operations])

    @property
    def chain_seconds(self) -> float:
        """Sum of the longest chain's durations in seconds, without the gaps between its operations."""
        return chain_seconds({operation.key: operation.span for operation in self.record.operations}, self.chain)

    @property
    def ratio(self) -> float | None:
        """Makespan divided by longest chain: 1 is the optimum for these durations and dependencies."""
        return self.makespan / self.chain_seconds if self.chain else None

    def as_json(self) -> dict[str, Any]:
        """Return the timeline for JSON; times in seconds, ``ratio`` is ``null`` if no operation took any time."""
        return {
            "stack": self.stack,
            "began": self.record.began,
            "makespanSeconds": round(self.makespan, 3),
            "longestChainSeconds": round(self.chain_seconds, 3),
            "ratio": round(self.ratio, 3) if self.ratio else None,
            "longestChain": self.chain,
            "bars": [
                {
                    "key": operation.key,
                    "urn": operation.urn,
                    "type": operation.type,
                    "operation": operation.operation,
                    "start": operation.start,
                    "end": operation.end,
                    "failed": operation.failed,
                    "onLongestChain": operation.key in self.chain,
                    "dependsOn": sorted(self.edges.get(operation.key, [])),
                }
                for operation in self.record.operations
            ],
        }

    def summary(self) -> str:
        """Return the figures in one sentence."""
        began = self.record.began.replace("T", " ").replace("+00:00", " UTC")
        ratio = f"; makespan / chain = {self.ratio:.2f}" if self.ratio else ""
        return (
            f"Stack {self.stack}, `up` of {began}: {len(self.record.operations)} operations in"
            f" {self.makespan:.1f} s, the longest chain (*) takes {self.chain_seconds:.1f} s{ratio}."
        )

    def lines(self, width: int, *, bold: bool, block: str) -> Iterator[str]:
        """Yield one line per operation, ``width`` characters wide, sorted by start.

        The column "after" has the line number of the dependency that ended last. ``block``: character of the bars.
        """
        operations = self.record.operations
        numbers = {operation.key: number for number, operation in enumerate(operations, 1)}
        labels = {operation.key: _label(operation) for operation in operations}
        longest = max((len(label) for label in labels.values()), default=0)
        head = f"{'':1} {'line':>4} {'after':>5} {'start':>6} {'takes':>6}  {'':<{longest}}  "
        room = max(width - len(head), _NARROWEST_PICTURE)
        yield self.summary()
        yield head.rstrip()
        for operation in operations:
            marked = operation.key in self.chain
            line = (
                f"{'*' if marked else ' '} {numbers[operation.key]:>4} {self._after(operation, numbers):>5}"
                f" {operation.start:>6.1f} {operation.span.seconds:>6.1f}  {labels[operation.key]:<{longest}}"
                f"  {self._bar(operation, room, block)}"
            )
            yield f"{_BOLD}{line}{_PLAIN}" if marked and bold else line

    def _after(self, operation: Operation, numbers: dict[str, int]) -> str:
        needed = set(self.edges.get(operation.key, []))
        ended = [other for other in self.record.operations if other.key in needed and other.end <= operation.start]
        return str(numbers[max(ended, key=lambda other: other.end).key]) if ended else ""

    def _bar(self, operation: Operation, room: int, block: str) -> str:
        scale = room / self.makespan if self.makespan else 0
        first = min(int(operation.start * scale), room - 1)
        last = min(max(first + 1, round(operation.end * scale)), room)
        if not operation.span.seconds:
            return " " * first + "|"
        return " " * first + block * (last - first)


def _label(operation: Operation) -> str:
    did = "" if operation.operation == "create" else f" {operation.operation}"
    failed = " FAILED" if operation.failed else ""
    label = f"{operation.name} ({operation.kind}){did}{failed}"
    return label if len(label) <= _LONGEST_NAME else f"{operation.name}{did}{failed}"[:_LONGEST_NAME]
