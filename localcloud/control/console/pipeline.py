"""The pipeline as a graph: what writes into what, each part in a column to the right of all that it follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.control.console.sql_names import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Section = list[dict[str, Any]]


@dataclass
class Graph:
    """Nodes by id, and edges between ids."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[tuple[str, str], None] = field(default_factory=dict)

    def node(self, kind: str, identifier: str, **facts: Any) -> str:
        """Add a node, unless it is there; return its id."""
        name = f"{kind}:{identifier}"
        self.nodes.setdefault(name, {"id": name, "kind": kind, **facts})
        return name

    def edge(self, source: str, target: str) -> None:
        """Add an edge."""
        self.edges[source, target] = None


def pipeline(
    connectors: Sequence[Mapping[str, Any]],
    statements: Sequence[Mapping[str, Any]],
    topics: Sequence[Mapping[str, Any]],
    connections: Sequence[Mapping[str, Any]],
) -> dict[str, Section]:
    """Return ``nodes``, each with its ``environment`` and ``column``, and ``edges``.

    The arguments are sections of what :class:`~localcloud.control.console.observer.Observer` sees.
    """
    graph, known = Graph(), _Known(topics, statements, connections)
    for connector in connectors:
        _add_connector(graph, known, connector)
    for statement in statements:
        _add_statement(graph, known, statement)
    for node in graph.nodes.values():
        if node["kind"] == "topic":
            _take_rates(node, [graph.nodes[source] for source, target in graph.edges if target == node["id"]])
        elif node["kind"] == "model":
            _take_rates(node, [graph.nodes[target] for source, target in graph.edges if source == node["id"]])
    columns = _columns(list(graph.nodes), list(graph.edges))
    nodes = [{**graph.nodes[name], "column": columns[name]} for name in _ordered(columns, list(graph.edges))]
    return {"nodes": nodes, "edges": [{"from": source, "to": target} for source, target in graph.edges]}


class _Known:
    """What names in SQL stand for."""

    def __init__(
        self,
        topics: Sequence[Mapping[str, Any]],
        statements: Sequence[Mapping[str, Any]],
        connections: Sequence[Mapping[str, Any]],
    ) -> None:
        self.topics = {(one["environment"], one["name"]): one for one in topics}
        self.connections = {(one["environment"], one["name"]): one for one in connections}
        self.makers: dict[tuple[str, str], tuple[Mapping[str, Any], Any]] = {}
        for statement in statements:
            names = names_in(statement["text"])
            if names.made and statement["phase"] == "COMPLETED":
                self.makers[statement["environment"], names.name] = (statement, names)

    def tables(self, environment: str, names: Iterable[str], seen: frozenset[str] = frozenset()) -> list[str]:
        """Return the names with those of views replaced by what the views read."""
        found = []
        for name in names:
            maker = self.makers.get((environment, name))
            if maker and maker[1].made == "VIEW" and name not in seen:
                found += self.tables(environment, maker[1].reads, seen | {name})
            else:
                found.append(name)
        return found


def _add_connector(graph: Graph, known: _Known, connector: Mapping[str, Any]) -> None:
    environment = connector["environment"]
    facts = {
        key: connector[key]
        for key in ("environment", "name", "phase", "cause", "written", "rate", "lag", "dead_letters")
    }
    me = graph.node("connector", connector["id"], role=connector["role"], detail=connector["class"], **facts)
    for name in connector["topics"]:
        topic = _topic(graph, known, environment, name)
        graph.edge(*((me, topic) if connector["role"] == "source" else (topic, me)))
    for host in connector["stores"]:
        store = connector["class"].partition("Sink")[0]
        graph.edge(me, graph.node("store", f"{environment}/{host}", environment=environment, name=host, detail=store))


def _add_statement(graph: Graph, known: _Known, statement: Mapping[str, Any]) -> None:
    names, environment = names_in(statement["text"]), statement["environment"]
    if not names.writes or statement["phase"] == "COMPLETED":
        return
    facts = {key: statement[key] for key in ("environment", "name", "phase", "cause", "written", "rate", "lag")}
    me = graph.node("statement", statement["id"], detail="INSERT INTO " + ", ".join(names.writes), **facts)
    for name in known.tables(environment, names.reads):
        graph.edge(_table(graph, known, environment, name) or me, me)
    for name in names.writes:
        graph.edge(me, _table(graph, known, environment, name) or me)
    for name in names.models:
        graph.edge(_model(graph, known, environment, name), me)
    for loop in [edge for edge in graph.edges if edge[0] == edge[1]]:
        del graph.edges[loop]


def _topic(graph: Graph, known: _Known, environment: str, name: str) -> str:
    topic = known.topics.get((environment, name))
    facts = {"phase": "RUNNING", "written": topic["written"], "rate": topic["rate"]} if topic else {"phase": "MISSING"}
    cluster = topic["cluster"] if topic else ""
    return graph.node("topic", f"{environment}/{name}", environment=environment, name=name, cluster=cluster, **facts)


def _take_rates(node: dict[str, Any], of: Sequence[Mapping[str, Any]]) -> None:
    """Give a topic the rate of what writes into it (its offsets count markers of transactions), a model its users'."""
    known = [one["rate"] for one in of if one.get("rate") is not None]
    if known and len(known) == len(of):
        node["rate"] = round(sum(known), 1)


def _table(graph: Graph, known: _Known, environment: str, name: str) -> str | None:
    """Return the node of a table: its topic, or where an external one is; ``None`` if the name stands for nothing."""
    if (environment, name) in known.topics:
        return _topic(graph, known, environment, name)
    maker = known.makers.get((environment, name))
    if maker is None:
        return None
    kind = maker[1].options.get("connector", "")
    own = {"environment": environment, "name": name, "detail": kind or "table", "phase": "RUNNING"}
    return graph.node("table", f"{environment}/{name}", **own)


def _model(graph: Graph, known: _Known, environment: str, name: str) -> str:
    maker = known.makers.get((environment, name))
    options = maker[1].options if maker else {}
    provider = options.get("provider", "")
    connection = known.connections.get((environment, options.get(f"{provider.lower()}.connection", "")))
    phase = "RUNNING" if maker and connection else "MISSING"
    endpoint = connection["endpoint"] if connection else ""
    detail = options.get(f"{provider.lower()}.model_version", "") or provider or "model"
    own = {"environment": environment, "name": name, "detail": detail, "phase": phase, "endpoint": endpoint}
    return graph.node("model", f"{environment}/{name}", rate=None, **own)


def _columns(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each node's column: 0 without a predecessor, else one more than the last predecessor's.

    A model stands in the column in front of its first statement, not at the far left.
    """
    forward = _without_cycles(nodes, edges)
    columns = dict.fromkeys(nodes, 0)
    for _ in nodes:  # the longest path has fewer edges than there are nodes
        for source, target in forward:
            columns[target] = max(columns[target], columns[source] + 1)
    for model in [node for node in nodes if node.startswith("model:")]:
        columns[model] = min(columns[target] for source, target in forward if source == model) - 1
    return columns


def _ordered(columns: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> list[str]:
    """Return the nodes column by column, each at the height of what it follows, so that few edges cross."""
    heights: dict[str, float] = {}
    for column in sorted(set(columns.values())):
        own = [node for node, place in columns.items() if place == column]
        for node in own:
            before = [heights[one] for one, target in edges if target == node and one in heights]
            heights[node] = min(before, default=len(heights))
        heights |= {node: place for place, node in enumerate(sorted(own, key=heights.__getitem__))}
    return sorted(columns, key=lambda node: (columns[node], heights[node]))


def _without_cycles(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the edges without those that close a cycle, as a statement has that writes what it reads."""
    followers: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        followers[source].append(target)
    kept, done, path = [], set[str](), set[str]()

    def visit(node: str) -> None:
        path.add(node)
        for follower in followers[node]:
            if follower not in path:
                kept.append((node, follower))
                if follower not in done:
                    visit(follower)
        path.remove(node)
        done.add(node)

    for node in nodes:
        if node not in done:
            visit(node)
    return kept
