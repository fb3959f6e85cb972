"""Products by meaning: the newest vectors of a table, compared with a question that the same model has embedded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from localcloud.control.console.neighbourhood import cosines, flattened
from localcloud.control.console.records import Decoder, is_vector, shown
from localcloud.control.console.sql_names import names_in
from localcloud.control.core.errors import InvalidError, NotFoundError
from localcloud.control.core.resources import Connection, KafkaCluster, SchemaRegistry, Statement
from localcloud.dataplane.interface import StatementPhase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.control.cloud import Cloud

_OFFSETS = 3000
"""Read from the end of each partition: records, and the markers of transactions among them."""
_READING_SECONDS = 10.0
_ON_MAP = 120
_DEFAULT_MODEL = "text-embedding-ada-002"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_QUESTION = 1000


class Search:
    """Searches the tables of a cloud that an INSERT fills with vectors."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def tables(self) -> list[dict[str, str]]:
        """Return the tables with vectors: their cluster, and the model that the vectors are from."""
        return [
            {"table": topic, "cluster": cluster, "model": model}
            for _, cluster, topic, model, _ in self._filled_with_vectors()
        ]

    def find(self, question: str, table: str, count: int) -> dict[str, Any]:
        """Return the nearest products to a question, with scores, and a map of what is near them."""
        if not question.strip() or len(question) > LONGEST_QUESTION:
            raise InvalidError(f"Ask a question of 1 to {LONGEST_QUESTION} characters.")
        environment, cluster, topic, model, endpoint = self._table(table)
        here = urlsplit(self._cloud.base_url)
        there = urlsplit(endpoint)
        if there.hostname not in _LOOPBACK or there.port != here.port:
            raise InvalidError(
                f"The vectors of {topic} come from {endpoint}, whose key is not the console's: ask with"
                " `./pulumiw ask` instead."
            )
        found = _distinct(self._newest(environment, cluster, topic))
        if not found:
            return {"table": topic, "model": model, "records": 0, "hits": [], "map": []}
        texts, records = list(found), list(found.values())
        vectors = np.array([vector for _, vector in records], dtype=np.float64)
        embedded, _ = self._cloud.embeddings.embed(model, [question], None)
        asked = np.asarray(embedded[0], dtype=np.float64)
        if vectors.shape[1] > len(asked):
            raise InvalidError(
                f"The vectors of {topic} have {vectors.shape[1]} numbers, those of {model} {len(asked)}."
            )
        asked = asked[: vectors.shape[1]]
        scores = cosines(vectors, asked)
        nearest = np.argsort(-scores, kind="stable")
        points = flattened(np.vstack([asked, vectors[nearest[:_ON_MAP]]]))
        return {
            "table": topic,
            "model": model,
            "records": len(records),
            "hits": [
                {"text": texts[at], "score": round(float(scores[at]), 4), "record": shown(records[at][0])}
                for at in nearest[:count]
            ],
            "map": [
                {
                    "text": question,
                    "score": 1.0,
                    "x": float(points[0][0]),
                    "y": float(points[0][1]),
                    "kind": "question",
                },
                *(
                    {
                        "text": texts[at],
                        "score": round(float(scores[at]), 4),
                        "x": float(points[place][0]),
                        "y": float(points[place][1]),
                        "kind": "hit" if place <= count else "neighbour",
                    }
                    for place, at in enumerate(nearest[:_ON_MAP], start=1)
                ),
            ],
        }

    def _table(self, name: str) -> tuple[str, str, str, str, str]:
        known = list(self._filled_with_vectors())
        for one in known:
            if name in ("", one[2]):
                return one
        if not known:
            raise NotFoundError("No table here is filled with vectors: bring a stack up with `./pulumiw up`.")
        raise NotFoundError(f"{name} is not filled with vectors: choose {', '.join(one[2] for one in known)}.")

    def _filled_with_vectors(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield environment, cluster, topic, model version and endpoint of each table that an INSERT predicts for."""
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
                    version = options.get(f"{provider}.model_version", _DEFAULT_MODEL)
                    yield one.environment_id, cluster.id, names.writes[0], version, connection.endpoint

    def _newest(self, environment: str, cluster: str, topic: str) -> list[Any]:
        registries = self._cloud.store.all(SchemaRegistry, environment)
        decoder = Decoder(self._cloud.schemas, registries[0].id if registries else None)
        reader, deadline, read = (
            self._cloud.topics.reader(cluster, topic, _OFFSETS),
            time.monotonic() + _READING_SECONDS,
            [],
        )
        try:
            while not reader.has_caught_up and time.monotonic() < deadline:
                read += reader.read(0.5)
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
