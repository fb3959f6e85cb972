"""A place to try the options of tables and statements: tables of known rows, and records of an ordinary client."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from confluent_kafka import Producer

from tests.support.sinks import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.local_cloud import LocalCloud

RECORD = {"type": "record", "name": "Reading", "fields": [{"name": "i", "type": "int"}]}


class OptionsShop:
    """A local cloud, with names of tables that no other test uses."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.login: dict[str, str] = Place(cloud).login

    @staticmethod
    def name() -> str:
        """Return a name that is free."""
        return f"tried_{uuid.uuid4().hex[:12]}"

    def table(
        self, options: Mapping[str, str] | None = None, columns: str = "i INT", rows: str = "(1), (2), (3)"
    ) -> str:
        """Create a table with one partition, insert rows, return its name."""
        name = self.name()
        self.cloud.run(f"CREATE TABLE {name} ({columns}) DISTRIBUTED INTO 1 BUCKETS {self.clause(options or {})}")
        if rows:
            self.cloud.run(f"INSERT INTO {name} VALUES {rows}")
        return name

    @staticmethod
    def clause(options: Mapping[str, str], word: str = "WITH") -> str:
        """Return the clause with these options, nothing if there are none."""
        pairs = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
        return f"{word} ({pairs})" if pairs else ""

    def alter(self, table: str, **options: str) -> None:
        """Set options; ``_`` and ``__`` stand for ``-`` and ``.``."""
        named = {key.replace("__", ".").replace("_", "-"): value for key, value in options.items()}
        self.cloud.run(f"ALTER TABLE `{table}` {self.clause(named, 'SET')}")

    def read(self, sql: str, **properties: str) -> list[list[Any]]:
        """Return the rows of a query that reads as the tables say, up to what is there now."""
        ran = self.cloud.post(sql, **{"sql__tables__scan__bounded__mode": "latest-offset", **properties})
        return [row["row"] for row in ran.rows()]

    def numbers(self, table: str, **properties: str) -> list[int]:
        """Return column ``i`` of a table, in order."""
        return sorted(int(row[0]) for row in self.read(f"SELECT i FROM {table}", **properties))

    def settings(self, topic: str) -> dict[str, str]:
        """Return the settings of a topic that differ from the broker's."""
        path = f"/kafka/v3/clusters/{self.cloud.cluster}/topics/{topic}/configs"
        return {one["name"]: one["value"] for one in self.cloud.call("GET", path)["data"] if not one["is_default"]}

    def shown(self, table: str) -> str:
        """SHOW CREATE TABLE."""
        ((ddl,),) = self.cloud.query(f"SHOW CREATE TABLE `{table}`")
        return str(ddl)

    def topic(self, schema: Mapping[str, Any] | None = RECORD) -> str:
        """Create a topic with one partition and, unless it is ``None``, a schema of its values; return its name."""
        name = self.name()
        topics = f"/kafka/v3/clusters/{self.cloud.cluster}/topics"
        self.cloud.call("POST", topics, {"topic_name": name, "partitions_count": 1})
        if schema is not None:
            self.cloud.register(f"{name}-value", json.dumps(schema))
        return name

    def produce(self, topic: str, *values: bytes, **more: Any) -> None:
        """Write records with these values."""
        producer = Producer(self.login)
        for value in values:
            producer.produce(topic, value, **more)
        assert producer.flush(30) == 0

    def framed(self, topic: str, payload: bytes) -> bytes:
        """Return a value that is written with the topic's schema."""
        return b"\x00" + int(self.cloud.subject(f"{topic}-value")["id"]).to_bytes(4, "big") + payload
