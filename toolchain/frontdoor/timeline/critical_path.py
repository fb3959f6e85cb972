"""The critical path of a run: the longest chain of dependent operations, a lower bound on its duration."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True)
class Span:
    """Start and end of an operation, in seconds from a common zero."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return self.end - self.start


def makespan(spans: Collection[Span]) -> float:
    """Return the seconds from the first start to the last end; 0 without spans."""
    return max((span.end for span in spans), default=0.0) - min((span.start for span in spans), default=0.0)


def longest_chain(spans: Mapping[str, Span], depends_on: Mapping[str, Collection[str]]) -> list[str]:
    """Return the path through the dependencies with the largest sum of durations, first operation first.

    A path may run through names without a span or a duration; the result leaves them out. Raises
    :class:`graphlib.CycleError`, a :class:`ValueError`, if the dependencies have a cycle.
    """
    total: dict[str, float] = {}
    before: dict[str, str | None] = {}
    graph = {name: depends_on.get(name, ()) for name in {*spans, *depends_on}}
    for name in TopologicalSorter(graph).static_order():
        # Sorted by name, so that of two equally long chains the same one is chosen in every run.
        longest = max(sorted(graph.get(name, ())), key=lambda link: total[link], default=None)
        total[name] = (total[longest] if longest else 0.0) + (spans[name].seconds if name in spans else 0.0)
        before[name] = longest
    link = max(sorted(total), key=lambda name: total[name], default=None)
    chain: list[str] = []
    while link is not None:
        chain.append(link)
        link = before[link]
    return [name for name in reversed(chain) if name in spans and spans[name].seconds]


def chain_seconds(spans: Mapping[str, Span], chain: Collection[str]) -> float:
    """Return the sum of a chain's durations, in seconds."""
    return sum(spans[name].seconds for name in chain)
