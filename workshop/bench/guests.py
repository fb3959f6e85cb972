"""What people do with a running local cloud, each as one call that leaves nothing behind: for long measurements."""

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
_SCHEMA = json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}})


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
            "statements": f"{self._statements}?page_size=10",
            "topics": f"/kafka/v3/clusters/{out['kafkaClusterId']}/topics",
            "connectors": f"{place}/connectors?expand=status,info,id",
            "a cluster": f"/cmk/v2/clusters/{out['kafkaClusterId']}?{environment}",
            "service accounts": "/iam/v2/service-accounts?page_size=10",
        }
        return {name: lambda path=path: self._call("GET", path) for name, path in paths.items()}  # type: ignore[misc]

    def query(self) -> None:
        """Start an unbounded query, read a page of it, stop it, delete it."""
        name = self._submit("SELECT product_id, articleType FROM `product-updates`")
        self._page(name)
        patch = [{"op": "replace", "path": "/spec/stopped", "value": True}]
        headers = {"Content-Type": "application/json-patch+json"}
        self.http.patch(f"{self._statements}/{name}", content=json.dumps(patch), headers=headers).raise_for_status()
        self._until(name, _ENDED)
        self._call("DELETE", f"{self._statements}/{name}")

    def table(self) -> None:
        """Make a table, write into it, read it, drop it."""
        table = f"guest_{uuid.uuid4().hex[:8]}"
        self._run(f"CREATE TABLE {table} (id INT, word STRING) DISTRIBUTED INTO 1 BUCKETS")
        self._run(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")  # noqa: S608 - a name made here
        self._run(f"DROP TABLE {table}")

    def topic(self) -> None:
        """Make a topic and delete it."""
        topics = f"/kafka/v3/clusters/{self.stack.outputs['kafkaClusterId']}/topics"
        name = f"guest-{uuid.uuid4().hex[:8]}"
        self._call("POST", topics, {"topic_name": name, "partitions_count": 1})
        self._call("DELETE", f"{topics}/{name}")

    def edit_connector(self) -> None:
        """Change the interval of the source connector by a millisecond, and back."""
        name = next(iter(self.stack.outputs["connectors"]))
        config = self._call("GET", f"{self._cluster}/connectors/{name}/config")
        for interval in (str(int(config["max.interval"]) + 1), config["max.interval"]):
            self._call("PUT", f"{self._cluster}/connectors/{name}/config", {**config, "max.interval": interval})

    def schema(self) -> None:
        """Register a schema, and delete it for good."""
        subject = f"{self.stack.outputs['schemaRegistryEndpoint']}/subjects/guest-{uuid.uuid4().hex[:8]}-value"
        self._call("POST", f"{subject}/versions", {"schema": _SCHEMA, "schemaType": "JSON"})
        self._call("DELETE", subject)
        self._call("DELETE", f"{subject}?permanent=true")

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
    def _statements(self) -> str:
        out = self.stack.outputs
        return f"/sql/v1/organizations/{out['organizationId']}/environments/{out['environmentId']}/statements"

    @property
    def _cluster(self) -> str:
        out = self.stack.outputs
        return f"/connect/v1/environments/{out['environmentId']}/clusters/{out['kafkaClusterId']}"

    def _run(self, sql: str) -> None:
        name = self._submit(sql)
        self._until(name, _ENDED)
        self._call("DELETE", f"{self._statements}/{name}")

    def _submit(self, sql: str) -> str:
        out = self.stack.outputs
        name = f"guest-{uuid.uuid4().hex[:8]}"
        properties = {
            "sql.current-catalog": out["environmentId"],
            "sql.current-database": out["kafkaClusterName"],
        }
        spec = {"statement": sql, "properties": properties, "compute_pool_id": out["computePoolId"]}
        self._call("POST", self._statements, {"name": name, "spec": spec})
        return name

    def _page(self, name: str) -> None:
        path = f"{self._statements}/{name}/results"
        deadline = time.monotonic() + _SECONDS
        while not (reply := self._call("GET", path))["results"]["data"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Statement {name} has no rows.")
            path = reply["metadata"]["next"] or path
            time.sleep(0.1)

    def _until(self, name: str, phases: set[str]) -> None:
        deadline = time.monotonic() + _SECONDS
        while (status := self._call("GET", f"{self._statements}/{name}")["status"])["phase"] not in phases:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Statement {name} is {status['phase']}.")
            time.sleep(0.1)
        if status["phase"] == "FAILED":
            raise RuntimeError(status["detail"])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.http.request(method, path, json=body)
        reply.raise_for_status()
        return reply.json() if reply.content else None
