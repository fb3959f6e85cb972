"""What people do with a running local cloud, each as one call that leaves nothing behind: for long measurements.

What :meth:`Guests.submit` has started stays until it is deleted.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from confluent_kafka import Consumer

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop.stack import Stack

_SECONDS = 120
_ENDED = {"COMPLETED", "FAILED", "STOPPED"}
SCHEMA = json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}})


def table_life(table: str) -> tuple[str, ...]:
    """Return the statements that make a table, fill it and drop it."""
    return (
        f"CREATE TABLE {table} (id INT, word STRING) DISTRIBUTED INTO 1 BUCKETS",
        f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')",  # noqa: S608 - a name made here
        f"DROP TABLE {table}",
    )


@dataclass(frozen=True)
class Guests:
    """Clients of a deployed stack, with the administrator's key and a key to its Kafka cluster.

    Every method raises :class:`httpx.HTTPError` or :class:`RuntimeError` if the local cloud does not do its part.
    """

    stack: Stack
    http: httpx.Client
    kafka: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, stack: Stack) -> Guests:
        """Return the guests of a stack."""
        owner = stack.account(f"guests-{time.time_ns()}", {"EnvironmentAdmin": ["environment"]})
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        http = httpx.Client(base_url=stack.clone.endpoint, auth=stack.admin, timeout=_SECONDS, limits=limits)
        return cls(stack, http, stack.kafka_settings(stack.kafka_key(owner)))

    @property
    def visits(self) -> dict[str, Callable[[], object]]:
        """All that they do, by name."""
        return {
            "a query": self.query,
            "a table": self.table,
            "a topic": self.topic,
            "a connector's edit": self.edit_connector,
            "a schema": self.schema,
            "a Kafka client": self.client,
            "lists": self.lists,
        }

    @property
    def reads(self) -> dict[str, Callable[[], object]]:
        """Requests that change nothing, by name."""
        out, place = self.stack.outputs, self._cluster
        environment = f"environment={out['environmentId']}"
        paths = {
            "the status": "/local/v1/status",
            "statements": f"{self.statements}?page_size=10",
            "topics": f"/kafka/v3/clusters/{out['kafkaClusterId']}/topics",
            "connectors": f"{place}/connectors?expand=status,info,id",
            "subjects": f"{out['schemaRegistryEndpoint']}/subjects",
            "a cluster": f"/cmk/v2/clusters/{out['kafkaClusterId']}?{environment}",
            "service accounts": "/iam/v2/service-accounts?page_size=10",
        }
        return {name: lambda path=path: self.call("GET", path) for name, path in paths.items()}  # type: ignore[misc]

    def query(self) -> None:
        """Start an unbounded query, read a page of it, stop it, delete it."""
        self._forget(self.stopped_query())

    def stopped_query(self) -> str:
        """Start an unbounded query, read a page of it, stop it; return its name."""
        name = self.submit("SELECT product_id, articleType FROM `product-updates`")
        self._page(name)
        patch = [{"op": "replace", "path": "/spec/stopped", "value": True}]
        headers = {"Content-Type": "application/json-patch+json"}
        self.http.patch(f"{self.statements}/{name}", content=json.dumps(patch), headers=headers).raise_for_status()
        self._until(name, _ENDED)
        return name

    def table(self) -> None:
        """Make a table, write into it, read it, drop it."""
        table = f"guest_{uuid.uuid4().hex[:8]}"
        for sql in table_life(table):
            self._forget(self.run(sql))

    def topic(self) -> None:
        """Make a topic and delete it."""
        topics = f"/kafka/v3/clusters/{self.stack.outputs['kafkaClusterId']}/topics"
        name = f"guest-{uuid.uuid4().hex[:8]}"
        self.call("POST", topics, {"topic_name": name, "partitions_count": 1})
        self.call("DELETE", f"{topics}/{name}")

    def edit_connector(self) -> None:
        """Change the interval of the source connector by a millisecond, and back."""
        name = next(iter(self.stack.outputs["connectors"]))
        config = self.call("GET", f"{self._cluster}/connectors/{name}/config")
        for interval in (str(int(config["max.interval"]) + 1), config["max.interval"]):
            self.call("PUT", f"{self._cluster}/connectors/{name}/config", {**config, "max.interval": interval})

    def schema(self) -> None:
        """Register a schema, and delete it for good."""
        subject = f"{self.stack.outputs['schemaRegistryEndpoint']}/subjects/guest-{uuid.uuid4().hex[:8]}-value"
        self.call("POST", f"{subject}/versions", {"schema": SCHEMA, "schemaType": "JSON"})
        self.call("DELETE", subject)
        self.call("DELETE", f"{subject}?permanent=true")

    def client(self) -> None:
        """Connect to Kafka, read a record, go."""
        consumer = Consumer({**self.kafka, "group.id": f"guest-{time.time_ns()}", "auto.offset.reset": "earliest"})
        consumer.subscribe(["product-updates"])
        try:
            if consumer.poll(_SECONDS) is None:
                raise RuntimeError("No record came from product-updates.")
        finally:
            consumer.close()

    def lists(self) -> None:
        """Look at everything."""
        for read in self.reads.values():
            read()

    @property
    def statements(self) -> str:
        """The path of the environment's statements."""
        out = self.stack.outputs
        return f"/sql/v1/organizations/{out['organizationId']}/environments/{out['environmentId']}/statements"

    @property
    def _cluster(self) -> str:
        out = self.stack.outputs
        return f"/connect/v1/environments/{out['environmentId']}/clusters/{out['kafkaClusterId']}"

    def run(self, sql: str) -> str:
        """Run a statement to its end; return its name."""
        name = self.submit(sql)
        self._until(name, _ENDED)
        return name

    def _forget(self, name: str) -> None:
        self.call("DELETE", f"{self.statements}/{name}")

    def submit(self, sql: str) -> str:
        """Start a statement; return its name."""
        out = self.stack.outputs
        name = f"guest-{uuid.uuid4().hex[:8]}"
        properties = {
            "sql.current-catalog": out["environmentId"],
            "sql.current-database": out["kafkaClusterName"],
        }
        spec = {"statement": sql, "properties": properties, "compute_pool_id": out["computePoolId"]}
        self.call("POST", self.statements, {"name": name, "spec": spec})
        return name

    def _page(self, name: str) -> None:
        path = f"{self.statements}/{name}/results"
        deadline = time.monotonic() + _SECONDS
        while not (reply := self.call("GET", path))["results"]["data"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Statement {name} has no rows.")
            path = reply["metadata"]["next"] or path
            time.sleep(0.1)

    def _until(self, name: str, phases: set[str]) -> None:
        deadline = time.monotonic() + _SECONDS
        while (status := self.call("GET", f"{self.statements}/{name}")["status"])["phase"] not in phases:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Statement {name} is {status['phase']}.")
            time.sleep(0.1)
        if status["phase"] == "FAILED":
            raise RuntimeError(status["detail"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of a reply, which must be a success."""
        reply = self.http.request(method, path, json=body)
        reply.raise_for_status()
        return reply.json() if reply.content else None
