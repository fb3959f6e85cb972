"""Neo4j on this machine: the server, the managed sink that fills it, and who searches it."""

from __future__ import annotations

import json
import struct
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import neo4j
import numpy as np
import psutil
import pytest
from confluent_kafka import Producer
from neo4j.exceptions import AuthError
from pydantic import SecretStr

from components.config.sinks import Neo4j as Entry
from components.sinks.neo4j import Neo4jStore
from components.sinks.store import StoreError
from localcloud.credentials import Credentials
from tests.support import elasticsearch
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.local_cloud import LocalCloud, built_jars
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.neo4j import Neo4j as Asked
from toolchain.frontdoor.verify.neo4j import Neo4j as Verified
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.integration

PATIENCE = 180.0  # seconds, on a machine that may have much else to do
PRODUCTS = 1_000
DIMENSIONS = 64  # the index keeps a bit of each number: of a few it tells too little
NUMBER = {"type": "number"}
SCHEMA = {
    "type": "object",
    "title": "product",
    "properties": {
        "product_id": {"oneOf": [{"type": "null"}, {**NUMBER, "connect.type": "int32"}], "connect.index": 0},
        "articleType": {"oneOf": [{"type": "null"}, {"type": "string"}], "connect.index": 1},
        "vector": {"type": "array", "items": {**NUMBER, "connect.type": "float32"}, "connect.index": 2},
    },
}


def direction(number: int) -> list[float]:
    """Return a vector of length 1 for a number, far from every other one's."""
    numbers = np.random.default_rng(number).normal(size=DIMENSIONS)
    found: list[float] = (numbers / np.linalg.norm(numbers)).tolist()
    return found


class Shop:
    """A local cloud with the server, and a key of Kafka's."""

    def __init__(self, state: Path, jars: Path, server: Path) -> None:
        self.state = state
        self.cloud = LocalCloud(state, jars, f"--server=neo4j={server}")
        login = Credentials.load_or_make(state).stores["neo4j"]
        self.port, self.password = login.port, login.password
        self.uri = f"neo4j://127.0.0.1:{login.port}"
        assert self.processes() == []
        self.start()
        self.driver = neo4j.GraphDatabase.driver(self.uri, auth=("admin", self.password))
        self.base = f"/connect/v1/environments/{self.cloud.environment}/clusters/{self.cloud.cluster}"
        self.key = self._key(json.loads((state / "credentials.json").read_text())["organization_id"])
        path = f"/cmk/v2/clusters/{self.cloud.cluster}?environment={self.cloud.environment}"
        self.bootstrap = self.cloud.call("GET", path)["spec"]["kafka_bootstrap_endpoint"].rpartition("/")[2]

    def _key(self, organization: str) -> tuple[str, str]:
        environment = f"crn://confluent.cloud/organization={organization}/environment={self.cloud.environment}"
        owner = self.cloud.call("POST", "/iam/v2/service-accounts", {"display_name": "owner"})["id"]
        role = {"principal": f"User:{owner}", "role_name": "CloudClusterAdmin"}
        crn = f"{environment}/cloud-cluster={self.cloud.cluster}"
        self.cloud.call("POST", "/iam/v2/role-bindings", {**role, "crn_pattern": crn})
        resource = {"id": self.cloud.cluster, "environment": self.cloud.environment, "kind": "Cluster"}
        key = self.cloud.call("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": owner}, "resource": resource}})
        return key["id"], key["spec"]["secret"]

    def start(self) -> None:
        """Start the server, and wait as long as it takes."""

        def is_up() -> bool:
            try:
                self.cloud.call("PUT", "/local/v1/stores/neo4j")
            except httpx.ReadTimeout:
                return False
            return True

        wait_until(is_up, "Neo4j", 2 * PATIENCE)

    def processes(self, name: str = "neo4j") -> list[psutil.Process]:
        """The processes of that name."""
        shown = self.cloud.call("GET", "/local/v1/status")["processes"]
        return [psutil.Process(one["pid"]) for one in shown if one["name"] == name]

    def store(self, node: str, topic: str, **changes: Any) -> Neo4jStore:
        """Return the program's view of the nodes with that label."""
        entry = Entry.model_validate({"uri": "local", "node": node})
        local = entry.local(f"127.0.0.1:{self.port}", "admin", SecretStr(self.password))
        return Neo4jStore(local.model_copy(update=changes), [topic])

    def close(self) -> None:
        """Stop it."""
        self.driver.close()
        self.cloud.close()


class Sink:
    """A topic, a sink that reads it, and a label of their own."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.cloud = shop, shop.cloud
        self.topic = f"products-{uuid.uuid4().hex[:8]}"
        self.node = self.topic.replace("-", "_").capitalize()
        topics = f"/kafka/v3/clusters/{self.cloud.cluster}/topics"
        self.cloud.call("POST", topics, {"topic_name": self.topic, "partitions_count": 2})
        subject = f"/schema-registry/{self.cloud.registry}/subjects/{self.topic}-value/versions"
        body = {"schema": json.dumps(SCHEMA), "schemaType": "JSON"}
        self.schema: int = self.cloud.call("POST", subject, body)["id"]
        self.producer = Producer(
            {
                "bootstrap.servers": shop.bootstrap,
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN",
                "sasl.username": shop.key[0],
                "sasl.password": shop.key[1],
            }
        )

    @property
    def store(self) -> Neo4jStore:
        """The program's view of it."""
        return self.shop.store(self.node, self.topic)

    def create(self, **changes: str) -> None:
        """Make the connector as the program does."""
        config = {
            "connector.class": self.store.connector_class,
            "name": self.topic,
            "kafka.auth.mode": "KAFKA_API_KEY",
            "kafka.api.key": self.shop.key[0],
            "kafka.api.secret": self.shop.key[1],
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "tasks.max": "2",
            **self.store.plain(),
            **self.store.secrets(),
            **{key.replace("_", "."): value for key, value in changes.items()},
        }
        self.cloud.call("POST", f"{self.shop.base}/connectors", {"name": self.topic, "config": config})

    def call(self, method: str, path: str = "") -> Any:
        """Call the connector's API."""
        return self.cloud.call(method, f"{self.shop.base}/connectors/{self.topic}{path}")

    def until(self, state: str) -> str:
        """Wait for that state; return the cause that goes with it."""

        def shown() -> dict[str, str]:
            found: dict[str, str] = self.call("GET", "/status")["connector"]
            return found

        wait_until(lambda: shown()["state"] == state, f"{self.topic} to be {state}", PATIENCE)
        return shown()["trace"]

    def send(self, numbers: Sequence[int | None], article: str = "shoes") -> None:
        """Write products into the topic, in Confluent's wire format."""
        for number in numbers:
            product = {"product_id": number, "articleType": article, "vector": direction(number or 0)}
            value = struct.pack(">bI", 0, self.schema) + json.dumps(product).encode()
            self.producer.produce(self.topic, value, partition=(number or 0) % 2)
            self.producer.poll(0)
        assert self.producer.flush(PATIENCE) == 0

    def count(self, article: str | None = None) -> int:
        """How many nodes there are."""
        cypher = f"MATCH (p:{self.node}) WHERE $article IS NULL OR p.articleType = $article RETURN count(p)"
        found: int = self.shop.driver.execute_query(neo4j.Query(cypher), {"article": article}).records[0][0]
        return found

    def until_there(self, count: int, article: str | None = None) -> None:
        """Wait until so many nodes are there."""
        wait_until(lambda: self.count(article) == count, f"{count} nodes", PATIENCE)

    def dead_letters(self) -> int:
        """How many records the sink could not deliver."""
        connectors = self.cloud.call("GET", "/local/v1/status")["connectors"]
        (found,) = [one for one in connectors if one["name"] == self.topic]
        return int(found.get("dead_letters", 0))

    @property
    def output(self) -> dict[str, Any]:
        """What the stack's outputs say of its store."""
        return {"uri": self.shop.uri, "username": "admin", "database": "neo4j", "node": self.node, "id": "product_id"}

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of the stack's outputs."""
        return {"neo4j.authentication.basic.password": self.shop.password}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(tmp_path_factory.mktemp("state"), built_jars(), elasticsearch.installed("neo4j"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sink(shop: Shop) -> Sink:
    """Return a sink that has delivered 1,000 products, each of them twice."""
    made = Sink(shop)
    assert "made vector index" in made.store.make_index(DIMENSIONS)
    made.create()
    for _ in range(2):
        made.send(range(PRODUCTS))
    made.until("RUNNING")
    made.until_there(PRODUCTS)
    return made


def test_it_is_closed_to_strangers(shop: Shop) -> None:
    (process,) = shop.processes()
    (listener,) = listeners_of([process])
    assert listener.host in LOOPBACK
    assert listener.port == shop.port
    assert shop.password not in " ".join(process.cmdline())
    assert shop.password not in (shop.state / "logs" / "neo4j.log").read_text()
    for wrong in (("admin", "wrong-password"), ("neo4j", "neo4j"), None):
        with neo4j.GraphDatabase.driver(shop.uri, auth=wrong) as stranger, pytest.raises(AuthError):
            stranger.verify_connectivity()


def test_the_official_client_finds_each_product_once(shop: Shop, sink: Sink) -> None:
    assert sink.count() == PRODUCTS
    cypher = "CALL db.index.vector.queryNodes($index, 3, $vector) YIELD node, score RETURN node.product_id AS id, score"
    shop.driver.execute_query("CALL db.awaitIndexes(120)")
    for number in (0, 500, 999):
        given = {"index": f"{sink.node}_vector", "vector": direction(number)}
        first = shop.driver.execute_query(cypher, given).records[0]
        assert first["id"] == number
        assert first["score"] == pytest.approx(1, abs=1e-3)


def test_a_changed_product_is_the_same_node(sink: Sink) -> None:
    sink.send([7], "boots")
    sink.until_there(1, "boots")
    assert sink.count() == PRODUCTS


def test_what_cannot_be_a_node_is_a_dead_letter(sink: Sink) -> None:
    sink.producer.produce(sink.topic, b"no record of a schema")
    sink.send([8, None, 9], "clogs")  # the two around it are in its batch
    sink.until_there(2, "clogs")
    wait_until(lambda: sink.dead_letters() == 2, "two dead letters", PATIENCE)
    assert sink.until("RUNNING") == ""


def test_nothing_is_lost_or_doubled_when_server_and_worker_are_killed_under_load(shop: Shop, sink: Sink) -> None:
    sink.send(range(PRODUCTS, PRODUCTS + 500), "sandals")
    (server,) = shop.processes()
    server.kill()
    sink.send(range(PRODUCTS + 500, PRODUCTS + 1000), "sandals")
    shop.start()
    shop.cloud.set_faults("kill=connect")
    sink.send(range(PRODUCTS + 900, PRODUCTS + 1000), "sandals")
    sink.until_there(1000, "sandals")
    assert sink.count() == 2 * PRODUCTS


def test_the_program_finds_its_index_and_says_what_is_in_the_way(shop: Shop, sink: Sink) -> None:
    assert sink.store.make_index(DIMENSIONS).endswith("is there")
    with pytest.raises(StoreError, match=rf"takes vectors of {DIMENSIONS} numbers, and the model's have 256: write"):
        sink.store.make_index(256)
    wrong = shop.store(sink.node, sink.topic, password=SecretStr("wrong-password"))
    with pytest.raises(StoreError, match=r"refuses user admin: set the right password with `pulumi config set"):
        wrong.make_index(DIMENSIONS)
    gone = shop.store(sink.node, sink.topic, uri="neo4j://127.0.0.1:1")
    with pytest.raises(StoreError, match=r"neo4j://127\.0\.0\.1:1 cannot be reached \(.*\): look at uri in"):
        gone.make_index(DIMENSIONS)


def test_ask_and_verify_find_products_and_say_what_is_wrong(sink: Sink) -> None:
    (product,) = Asked(sink.output, sink.secrets).search(direction(3), 1, "m")
    assert (product["articleType"], "vector" in product) == ("shoes", False)
    assert product["score"] == pytest.approx(1, abs=1e-3)
    verified = Verified(sink.output, sink.secrets)
    assert verified.documents() == sink.count()
    assert verified.missing([1, 5 * PRODUCTS]) == [5 * PRODUCTS]
    assert (verified.document(3) or {})["articleType"] == "shoes"
    assert verified.document(5 * PRODUCTS) is None
    assert verified.index_problem() == ""
    with pytest.raises(AskError, match=rf"is for vectors of {DIMENSIONS} numbers, and model m gives 3: write another"):
        Asked(sink.output, sink.secrets).search([1, 0, 0], 1, "m")
    with pytest.raises(AskError, match=r"has no vector index Nothing_vector: run `./pulumiw up`, which makes it\."):
        Asked({**sink.output, "node": "Nothing"}, sink.secrets).search([1, 0, 0], 1, "m")
    wrong = {"neo4j.authentication.basic.password": "wrong-password"}
    with pytest.raises(AskError, match=r"refuses the password of user admin: set the right one in confluent-rag:sinks"):
        Asked(sink.output, wrong).search([1, 0, 0], 1, "m")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"neo4j_authentication_basic_password": "wrong-password"}, "refuses the login of admin: correct neo4j.auth"),
        ({"neo4j_uri": "neo4j://127.0.0.1:1"}, "cannot be reached: correct neo4j.uri, or start the server there."),
    ],
)
def test_a_sink_that_cannot_write_says_why(shop: Shop, changes: dict[str, str], said: str) -> None:
    failing = Sink(shop)
    failing.create(**changes)
    trace = failing.until("FAILED")
    assert said in trace
    assert "rag.connect" not in trace
    assert "wrong" not in trace
    failing.call("DELETE")
