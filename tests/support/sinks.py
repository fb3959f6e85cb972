"""A managed sink of a local cloud: its topic of products, its account's rights, the MongoDB server it writes to."""

from __future__ import annotations

import json
import struct
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
from confluent_kafka import Producer

from tests.support.local_cloud import LocalCloud
from tests.support.mongodb import PASSWORD, USER, MongoDb
from workshop.clone import wait_until
from workshop.docs.rights_table import SINK as TABLE
from workshop.docs.rights_table import STORE, bindings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENCE = 180.0  # seconds, on a machine that may have much else to do
PRODUCTS = 1_000
DIMENSIONS = 384
NUMBER = {"type": "number"}
SCHEMA = {
    "type": "object",
    "title": "product",
    "properties": {
        "product_id": {**NUMBER, "connect.type": "int32", "connect.index": 0},
        "articleType": {"oneOf": [{"type": "null"}, {"type": "string"}], "connect.index": 1},
        "vector": {"type": "array", "items": {**NUMBER, "connect.type": "float32"}, "connect.index": 2},
    },
    "required": ["product_id"],
}
# Role -> what a sink needs it on, as the program gives it.
RIGHTS = [
    (one.grant.role, one.grant.pattern.rpartition("/")[2].replace(TABLE, "{topic}"))
    for one in bindings(with_sink=True)
    if one.account == STORE
]


class Place:
    """A local cloud and a MongoDB server."""

    def __init__(self, state: Path, jars: Path) -> None:
        self.state = state
        self.mongodb = MongoDb(jars, state.parent)
        self.cloud = LocalCloud(state, jars)
        self.base = f"/connect/v1/environments/{self.cloud.environment}/clusters/{self.cloud.cluster}"
        keys = json.loads((state / "credentials.json").read_text())
        environment = (
            f"crn://confluent.cloud/organization={keys['organization_id']}/environment={self.cloud.environment}"
        )
        self.kafka_crn = f"{environment}/cloud-cluster={self.cloud.cluster}/kafka={self.cloud.cluster}"
        self.registry_crn = f"{environment}/schema-registry={self.cloud.registry}"
        owner = self.account()
        self.grant(owner, "CloudClusterAdmin", self.kafka_crn.rpartition("/")[0])
        resource = {"id": self.cloud.cluster, "environment": self.cloud.environment, "kind": "Cluster"}
        key = self.cloud.call("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": owner}, "resource": resource}})
        path = f"/cmk/v2/clusters/{self.cloud.cluster}?environment={self.cloud.environment}"
        self.login = {
            "bootstrap.servers": self.cloud.call("GET", path)["spec"]["kafka_bootstrap_endpoint"].rpartition("/")[2],
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key["id"],
            "sasl.password": key["spec"]["secret"],
        }

    def account(self) -> str:
        """A new service account."""
        made: str = self.cloud.call("POST", "/iam/v2/service-accounts", {"display_name": uuid.uuid4().hex})["id"]
        return made

    def grant(self, account: str, role: str, crn: str) -> str:
        """Bind a role, return the binding's id."""
        body = {"principal": f"User:{account}", "role_name": role, "crn_pattern": crn}
        made: str = self.cloud.call("POST", "/iam/v2/role-bindings", body)["id"]
        return made

    def worker(self) -> psutil.Process:
        """The worker's process."""
        (found,) = [one for one in self.cloud.call("GET", "/local/v1/status")["processes"] if one["name"] == "connect"]
        return psutil.Process(found["pid"])

    def close(self) -> None:
        """Stop both."""
        self.mongodb.stop()
        self.cloud.close()


class Sink:
    """A topic of products and a sink that reads it, into a collection of their own."""

    rights: Sequence[tuple[str, str]] = RIGHTS

    def __init__(self, place: Place, *, without: int | None = None) -> None:
        self.place, self.cloud = place, place.cloud
        self.topic = f"products-{uuid.uuid4().hex[:8]}"
        self.name = f"sink-{self.topic}"
        body = {"topic_name": self.topic, "partitions_count": 2}
        self.cloud.call("POST", f"/kafka/v3/clusters/{self.cloud.cluster}/topics", body)
        subject = f"/schema-registry/{self.cloud.registry}/subjects/{self.topic}-value/versions"
        registered = self.cloud.call("POST", subject, {"schema": json.dumps(SCHEMA), "schemaType": "JSON"})
        self.schema_id: int = registered["id"]
        self.account = place.account()
        self.bindings = [self._grant(right) for right in range(len(self.rights)) if right != without]
        self.documents = place.mongodb.client["store"][self.topic]

    def _grant(self, right: int) -> str:
        role, resource = self.rights[right]
        crn = self.place.registry_crn if resource.startswith("subject") else self.place.kafka_crn
        return self.place.grant(self.account, role, f"{crn}/{resource.format(topic=self.topic)}")

    def grant_rest(self, right: int) -> None:
        """Grant what it was made without."""
        self._grant(right)

    def config(self, **changes: str) -> dict[str, str]:
        """Return the settings as the tutorial has them, but with an id that is the same at each delivery."""
        return {
            "connector.class": "MongoDbAtlasSink",
            "name": self.name,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": self.account,
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "connection.host": self.place.mongodb.host,
            "connection.user": USER,
            "connection.password": PASSWORD,
            "database": "store",
            "collection": self.topic,
            "doc.id.strategy": "PartialValueStrategy",
            "value.projection.type": "allowlist",
            "value.projection.list": "product_id",
            "tasks.max": "2",
            **{key.replace("_", "."): value for key, value in changes.items()},
        }

    def create(self, **changes: str) -> None:
        """Make the connector."""
        self.cloud.call("POST", f"{self.place.base}/connectors", {"name": self.name, "config": self.config(**changes)})

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

    def write(self, first: int = 0, count: int = PRODUCTS) -> None:
        """Write products."""
        producer = Producer({**self.place.login, "linger.ms": 20})
        for number in range(first, first + count):
            vector = [((number * 31 + place) % 97) / 97 for place in range(DIMENSIONS)]
            self.put(producer, {"product_id": number, "articleType": f"hat-{number}", "vector": vector})
        assert producer.flush(60) == 0

    def put(self, producer: Producer, value: Any) -> None:
        """Write one record with the registered schema."""
        header = struct.pack(">bI", 0, self.schema_id)
        while True:
            with suppress(BufferError):
                producer.produce(self.topic, header + json.dumps(value).encode())
                break
            producer.poll(0.1)

    def until_written(self, count: int) -> None:
        """Wait for that many documents."""
        wait_until(lambda: self.documents.count_documents({}) >= count, f"{count} documents", PATIENCE)

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
