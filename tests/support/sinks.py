"""A managed sink of a local cloud: its topic of products, and the connector that reads it."""

from __future__ import annotations

import json
import struct
import uuid
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
from confluent_kafka import Producer

from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.local_cloud import LocalCloud

PATIENCE = 180.0  # seconds, on a machine that may have much else to do
PRODUCTS = 1_000


def product_schema(*, may_lack_id: bool = False) -> dict[str, Any]:
    """Return the JSON schema of a product."""
    number = {"type": "number"}
    identifier: dict[str, Any] = {**number, "connect.type": "int32"}
    text = {"oneOf": [{"type": "null"}, {"type": "string"}]}
    return {
        "type": "object",
        "title": "product",
        "properties": {
            "product_id": {
                **({"oneOf": [{"type": "null"}, identifier]} if may_lack_id else identifier),
                "connect.index": 0,
            },
            "articleType": {**text, "connect.index": 1},
            "vector": {"type": "array", "items": {**number, "connect.type": "float32"}, "connect.index": 2},
        },
        **({} if may_lack_id else {"required": ["product_id"]}),
    }


class Place:
    """A local cloud, and a Kafka key of an account that may do everything on its cluster."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.base = f"/connect/v1/environments/{cloud.environment}/clusters/{cloud.cluster}"
        environment = f"crn://confluent.cloud/organization={cloud.organization}/environment={cloud.environment}"
        self.kafka_crn = f"{environment}/cloud-cluster={cloud.cluster}/kafka={cloud.cluster}"
        self.registry_crn = f"{environment}/schema-registry={cloud.registry}"
        owner = self.account()
        self.grant(owner, "CloudClusterAdmin", self.kafka_crn.rpartition("/")[0])
        resource = {"id": cloud.cluster, "environment": cloud.environment, "kind": "Cluster"}
        key = cloud.call("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": owner}, "resource": resource}})
        path = f"/cmk/v2/clusters/{cloud.cluster}?environment={cloud.environment}"
        self.login = {
            "bootstrap.servers": cloud.call("GET", path)["spec"]["kafka_bootstrap_endpoint"].rpartition("/")[2],
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key["id"],
            "sasl.password": key["spec"]["secret"],
        }

    def account(self) -> str:
        """A new service account."""
        made: str = self.cloud.call("POST", "/iam/v2/service-accounts", {"display_name": uuid.uuid4().hex})["id"]
        return made

    def grant(self, account: str, role: str, crn: str) -> None:
        """Bind a role."""
        body = {"principal": f"User:{account}", "role_name": role, "crn_pattern": crn}
        self.cloud.call("POST", "/iam/v2/role-bindings", body)

    def processes(self, name: str) -> list[psutil.Process]:
        """The local cloud's processes of that name."""
        shown = self.cloud.call("GET", "/local/v1/status")["processes"]
        return [psutil.Process(one["pid"]) for one in shown if one["name"] == name]

    def worker(self) -> psutil.Process:
        """The process of the Connect worker."""
        (found,) = self.processes("connect")
        return found


class Sink(ABC):
    """A topic of products, and a connector that reads it."""

    def __init__(self, place: Place, schema: Mapping[str, Any]) -> None:
        self.place, self.cloud = place, place.cloud
        self.topic = f"products-{uuid.uuid4().hex[:8]}"
        self.name = f"sink-{self.topic}"
        body = {"topic_name": self.topic, "partitions_count": 2}
        self.cloud.call("POST", f"/kafka/v3/clusters/{self.cloud.cluster}/topics", body)
        subject = f"/schema-registry/{self.cloud.registry}/subjects/{self.topic}-value/versions"
        registered = self.cloud.call("POST", subject, {"schema": json.dumps(schema), "schemaType": "JSON"})
        self.schema_id: int = registered["id"]
        self.producer = Producer({**place.login, "linger.ms": 20})

    @abstractmethod
    def config(self) -> dict[str, str]:
        """Return the connector's settings."""

    def create(self, **changes: str) -> None:
        """Make the connector, with other settings if some are given; ``_`` stands for ``.``."""
        config = self.config() | {key.replace("_", "."): value for key, value in changes.items()}
        self.cloud.call("POST", f"{self.place.base}/connectors", {"name": self.name, "config": config})

    def call(self, method: str, path: str = "", body: Any = None) -> Any:
        """Call the connector's API."""
        return self.cloud.call(method, f"{self.place.base}/connectors/{self.name}{path}", body)

    def status(self) -> tuple[str, str]:
        """State and cause."""
        status = self.call("GET", "/status")["connector"]
        return status["state"], status["trace"]

    def until(self, state: str) -> str:
        """Wait for that state; return the cause that goes with it."""
        wait_until(lambda: self.status()[0] == state, f"{self.name} to be {state}", PATIENCE)
        return self.status()[1]

    def until_trace(self, part: str) -> str:
        """Wait for a cause that says that; return it."""
        wait_until(lambda: part in self.status()[1], f"{self.name} to say {part!r}", PATIENCE)
        return self.status()[1]

    def put(self, value: Any, partition: int = -1) -> None:
        """Write one record with the registered schema, into any partition unless one is given."""
        record = struct.pack(">bI", 0, self.schema_id) + json.dumps(value).encode()
        while True:
            with suppress(BufferError):
                self.producer.produce(self.topic, record, partition=partition)
                break
            self.producer.poll(0.1)

    def flush(self) -> None:
        """Wait until all records are written."""
        assert self.producer.flush(PATIENCE) == 0

    @property
    def id(self) -> str:
        """``lcc-...``."""
        listed = self.cloud.call("GET", f"{self.place.base}/connectors?expand=id")
        identifier: str = listed[self.name]["id"]["id"]
        return identifier

    def shown(self) -> Any:
        """How ``cloud status`` shows it."""
        (one,) = [one for one in self.cloud.call("GET", "/local/v1/status")["connectors"] if one["name"] == self.name]
        return one
