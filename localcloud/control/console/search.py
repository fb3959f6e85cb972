"""Products by meaning: the newest vectors of a table, compared with a question that the same model has embedded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from localcloud.control.console.neighbourhood import cosines, flattened
from localcloud.control.console.records import Decoder, is_vector, shown
from localcloud.control.console.sql_names import names_in
from localcloud.control.core.errors import InvalidError, NotFoundError
from localcloud.control.core.resources import Connection, KafkaCluster, Statement
from localcloud.dataplane.interface import StatementPhase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.control.cloud import Cloud
    from localcloud.control.console.neighbourhood import Matrix

_OFFSETS = 3000
"""Read from the end of each partition: records, and the markers of transactions among them."""
_READING_SECONDS, _POLL_SECONDS = 10.0, 0.5
_ON_MAP = 120
_DEFAULT_MODEL = "text-embedding-ada-002"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_QUESTION = 1000


@dataclass(frozen=True, kw_only=True)
class VectorTable:
    """A table that an INSERT fills with vectors, and where they come from."""

    environment: str
    cluster: str
    name: str
    model: str
    endpoint: str

    @property
    def id(self) -> str:
        """Cluster and name, as a caller names the table."""
        return f"{self.cluster}/{self.name}"


class Search:
    """Searches the tables of a cloud that an INSERT fills with vectors."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def tables(self) -> list[VectorTable]:
        """Return the tables with vectors, by name."""
        return sorted(self._filled_with_vectors(), key=lambda one: one.name)

    def find(self, question: str, table_id: str, count: int) -> dict[str, Any]:
        """Return the nearest products to a question, with scores, and a map of what is near them.

        An empty ``table_id`` is the first table.
        """
        if not question.strip() or len(question) > LONGEST_QUESTION:
            raise InvalidError(f"Ask a question of 1 to {LONGEST_QUESTION} characters.")
        table = self._table(table_id)
        found = _distinct(self._newest(table))
        facts = {"table": table.name, "model": table.model, "records": len(found)}
        if not found:
            return {**facts, "hits": [], "map": []}
        vectors = np.array([vector for _, vector in found.values()], dtype=np.float64)
        asked = self._embedded(question, table, vectors.shape[1])
        scores = cosines(vectors, asked)
        nearest = np.argsort(-scores, kind="stable")[:_ON_MAP]
        texts, records = list(found), [record for record, _ in found.values()]
        hits = [
            {"text": texts[at], "score": round(float(scores[at]), 4), "record": shown(records[at])} for at in nearest
        ]
        points = flattened(np.vstack([asked, vectors[nearest]])).tolist()
        kinds = ["question", *("hit" for _ in hits[:count]), *("neighbour" for _ in hits[count:])]
        named = [question, *(hit["text"] for hit in hits)]
        on_map = [
            {"kind": kind, "text": text, "x": x, "y": y}
            for kind, text, (x, y) in zip(kinds, named, points, strict=True)
        ]
        return {**facts, "hits": hits[:count], "map": on_map}

    def _embedded(self, question: str, table: VectorTable, dimensions: int) -> Matrix:
        here, there = urlsplit(self._cloud.base_url), urlsplit(table.endpoint)
        if there.hostname not in _LOOPBACK or there.port != here.port:
            raise InvalidError(
                f"The vectors of {table.name} come from {table.endpoint}, whose key is not the console's: ask with"
                " `./pulumiw ask` instead."
            )
        embedded, _ = self._cloud.embeddings.embed(table.model, [question], None)
        own = embedded.shape[1]
        if dimensions > own:
            raise InvalidError(f"The vectors of {table.name} have {dimensions} numbers, those of {table.model} {own}.")
        asked: Matrix = np.asarray(embedded[0, :dimensions], dtype=np.float64)
        return asked

    def _table(self, table_id: str) -> VectorTable:
        known = self.tables()
        for one in known:
            if table_id in ("", one.id):
                return one
        if not known:
            raise NotFoundError("No table here is filled with vectors: bring a stack up with `./pulumiw up`.")
        raise NotFoundError(f"{table_id} is not filled with vectors: choose {', '.join(one.id for one in known)}.")

    def _filled_with_vectors(self) -> Iterator[VectorTable]:
        statements = [(one, names_in(one.statement)) for one in self._cloud.store.all(Statement)]
        models = {
            (one.environment_id, names.name): names.options
            for one, names in statements
            if names.made == "MODEL" and one.phase is StatementPhase.COMPLETED
        }
        clusters = self._cloud.store.all(KafkaCluster)
        for one, names in statements:
            for model in names.models if names.writes else ():
                options = models.get((one.environment_id, model), {})
                provider = options.get("provider", "").lower()
                name = options.get(f"{provider}.connection", "")
                connection = self._cloud.store.get(Connection, f"{one.environment_id}/{name}")
                cluster = _current(clusters, one)
                if connection is not None and cluster is not None:
                    yield VectorTable(
                        environment=one.environment_id,
                        cluster=cluster.id,
                        name=names.writes[0],
                        model=options.get(f"{provider}.model_version", _DEFAULT_MODEL),
                        endpoint=connection.endpoint,
                    )

    def _newest(self, table: VectorTable) -> list[Any]:
        decoder = Decoder.of(self._cloud, table.environment)
        reader, read = self._cloud.topics.reader(table.cluster, table.name, _OFFSETS), []
        deadline = time.monotonic() + _READING_SECONDS
        try:
            while not reader.has_caught_up and time.monotonic() < deadline:
                read += reader.read(_POLL_SECONDS)
        finally:
            reader.close()
        return [decoder.value(one.value) for one in sorted(read, key=lambda one: one.timestamp)]


def _current(clusters: list[KafkaCluster], statement: Statement) -> KafkaCluster | None:
    """Return the cluster that is a statement's current database, by its id or name; else its environment's first."""
    database = str(statement.properties.get("sql.current-database", ""))
    own = [one for one in clusters if one.environment_id == statement.environment_id]
    named = [one for one in own if database in (one.id, one.name)]
    return next(iter(named or own), None)


def _distinct(values: list[Any]) -> dict[str, tuple[dict[str, Any], list[float]]]:
    """Return text -> the newest record with it and a vector, and that vector."""
    found: dict[str, tuple[dict[str, Any], list[float]]] = {}
    for value in values:
        vector = next((one for one in value.values() if is_vector(one)), None) if isinstance(value, dict) else None
        if vector is None:
            continue
        texts = [one for one in value.values() if isinstance(one, str)]
        text = value.get("content") or max(texts, key=len, default="")
        if text:
            found.pop(text, None)
            found[text] = ({key: one for key, one in value.items() if one is not vector}, vector)
    return found
