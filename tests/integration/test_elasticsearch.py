"""Elasticsearch on this machine: the server, the managed sink that fills it, and who searches it."""

from __future__ import annotations

import json
import math
import random
import struct
import time
import uuid
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from confluent_kafka import Producer
from elasticsearch import ApiError, AuthenticationException, Elasticsearch, TransportError
from pydantic import SecretStr

from components.config.sinks import Elasticsearch as Entry
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.store import StoreError
from localcloud.credentials import Credentials
from tests.support import elasticsearch
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.local_cloud import LocalCloud, built_jars
from toolchain.frontdoor.ask.elasticsearch import Elasticsearch as Asked
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.elasticsearch import call
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.integration

PATIENCE = 180.0  # seconds, on a machine that may have much else to do
PRODUCTS = 1_000
DIMENSIONS = 64
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


def direction(number: int, dimensions: int = DIMENSIONS) -> list[float]:
    """Return a vector of length 1, another one for each number, and far: an index may keep 8 bits of each part."""
    numbers = random.Random(number)
    vector = [numbers.gauss(0, 1) for _ in range(dimensions)]
    length = math.hypot(*vector)
    return [one / length for one in vector]


class Shop:
    """A local cloud with the server, a topic of products and the sink that reads it."""

    def __init__(self, state: Path, jars: Path, server: Path) -> None:
        self.cloud = LocalCloud(state, jars, f"--server=elasticsearch={server}")
        login = Credentials.load_or_make(state).stores["elasticsearch"]
        self.port, self.key = login.port, login.password
        self.url = f"http://127.0.0.1:{login.port}"
        assert self.processes() == []
        self.cloud.call("PUT", "/local/v1/stores/elasticsearch")
        self.client = Elasticsearch(self.url, api_key=self.key, request_timeout=60)
        self.base = f"/connect/v1/environments/{self.cloud.environment}/clusters/{self.cloud.cluster}"
        self.api_key = self._api_key(state)
        path = f"/cmk/v2/clusters/{self.cloud.cluster}?environment={self.cloud.environment}"
        self.bootstrap = self.cloud.call("GET", path)["spec"]["kafka_bootstrap_endpoint"].rpartition("/")[2]

    def _api_key(self, state: Path) -> tuple[str, str]:
        organization = json.loads((state / "credentials.json").read_text())["organization_id"]
        environment = f"crn://confluent.cloud/organization={organization}/environment={self.cloud.environment}"
        owner = self.cloud.call("POST", "/iam/v2/service-accounts", {"display_name": "owner"})["id"]
        role = {"principal": f"User:{owner}", "role_name": "CloudClusterAdmin"}
        crn = f"{environment}/cloud-cluster={self.cloud.cluster}"
        self.cloud.call("POST", "/iam/v2/role-bindings", {**role, "crn_pattern": crn})
        resource = {"id": self.cloud.cluster, "environment": self.cloud.environment, "kind": "Cluster"}
        key = self.cloud.call("POST", "/iam/v2/api-keys", {"spec": {"owner": {"id": owner}, "resource": resource}})
        return key["id"], key["spec"]["secret"]

    def processes(self, name: str = "elasticsearch") -> list[psutil.Process]:
        """The processes of that name."""
        shown = self.cloud.call("GET", "/local/v1/status")["processes"]
        return [psutil.Process(one["pid"]) for one in shown if one["name"] == name]

    def store(self, index: str, **changes: Any) -> ElasticsearchStore:
        """Return the program's view of an index."""
        entry = Entry.model_validate({"url": "local", "index": index})
        local = entry.local(self.url.removeprefix("http://"), "", SecretStr(self.key))
        return ElasticsearchStore(local.model_copy(update=changes), [index])

    def connect(self, name: str, **changes: str) -> None:
        """Make a Flink connection to the server, but for these changes."""
        secret = json.dumps({"API_KEY": changes.get("key", self.key)})
        spec = {
            "connection_type": "ELASTIC",
            "endpoint": changes.get("endpoint", self.url),
            "auth_data": {"kind": "PlaintextProvider", "data": secret},
        }
        path = self.cloud.statements.replace("/statements", "/connections")
        self.cloud.call("POST", path, {"name": name, "spec": spec})

    def close(self) -> None:
        """Stop it."""
        self.client.close()
        self.cloud.close()


class Sink:
    """A topic, a sink that reads it, and an index of their own."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.cloud = shop, shop.cloud
        self.topic = f"products-{uuid.uuid4().hex[:8]}"
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
                "sasl.username": shop.api_key[0],
                "sasl.password": shop.api_key[1],
            }
        )

    def create(self, **changes: str) -> None:
        """Make the connector as the program does."""
        store = self.shop.store(self.topic)
        config = {
            "connector.class": store.connector_class,
            "name": self.topic,
            "kafka.auth.mode": "KAFKA_API_KEY",
            "kafka.api.key": self.shop.api_key[0],
            "kafka.api.secret": self.shop.api_key[1],
            "topics": self.topic,
            "input.data.format": "JSON_SR",
            "tasks.max": "2",
            **store.plain(),
            **store.secrets(),
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

    def send(self, numbers: Sequence[int], article: str = "shoes", dimensions: int = DIMENSIONS) -> None:
        """Write products into the topic, in Confluent's wire format."""
        for number in numbers:
            product = {"product_id": number, "articleType": article, "vector": direction(number, dimensions)}
            value = struct.pack(">bI", 0, self.schema) + json.dumps(product).encode()
            self.producer.produce(self.topic, value, partition=number % 2)
            self.producer.poll(0)
        assert self.producer.flush(PATIENCE) == 0

    def count(self, **query: Any) -> int:
        """How many documents there are, those included that no search sees yet; -1 while the server starts."""
        try:
            self.shop.client.indices.refresh(index=self.topic)
            found: int = self.shop.client.count(index=self.topic, query=query or None)["count"]
        except (ApiError, TransportError):
            return -1
        return found

    def until_there(self, count: int, **query: Any) -> None:
        """Wait until so many documents are there."""
        wait_until(lambda: self.count(**query) == count, f"{count} documents", PATIENCE)

    def dead_letters(self) -> int:
        """How many records the sink could not deliver."""
        (found,) = [
            one for one in self.cloud.call("GET", "/local/v1/status")["connectors"] if one["name"] == self.topic
        ]
        return int(found.get("dead_letters", 0))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(tmp_path_factory.mktemp("state"), built_jars(), elasticsearch.installed())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sink(shop: Shop) -> Sink:
    """Return a sink that has delivered 1,000 products, each of them twice."""
    made = Sink(shop)
    assert "made index" in shop.store(made.topic).make_index(DIMENSIONS)
    made.create()
    made.send(range(PRODUCTS))
    made.send(range(PRODUCTS))
    made.until("RUNNING")
    made.until_there(PRODUCTS)
    return made


def test_it_is_closed_to_strangers(shop: Shop) -> None:
    (process,) = shop.processes()
    listeners = listeners_of([process])
    assert {listener.host for listener in listeners} <= LOOPBACK
    assert shop.port in {listener.port for listener in listeners}
    assert shop.key not in " ".join(process.cmdline())
    for wrong in ({"api_key": "wrong"}, {"basic_auth": ("admin", "wrong")}, {}):
        with Elasticsearch(shop.url, **wrong) as stranger, pytest.raises(AuthenticationException):
            stranger.info()
    assert shop.client.info()["version"]["number"].startswith("9.")
    with Elasticsearch(shop.url, basic_auth=("admin", shop.key)) as user:
        assert user.ping()


def test_the_official_client_finds_each_product_once(shop: Shop, sink: Sink) -> None:
    assert sink.count() == PRODUCTS
    for number in (0, 500, 999):
        knn = {"field": "vector", "query_vector": direction(number), "k": 1, "num_candidates": 100}
        (hit,) = shop.client.search(index=sink.topic, knn=knn, size=1)["hits"]["hits"]
        assert hit["_id"] == str(number)
        assert hit["_score"] == pytest.approx(1, abs=0.02)
    mapping = shop.client.indices.get_mapping(index=sink.topic)[sink.topic]["mappings"]["properties"]
    assert mapping["vector"]["type"] == "dense_vector"


def test_a_changed_product_is_the_same_document(sink: Sink) -> None:
    sink.send([7], "boots")
    sink.until_there(1, term={"articleType.keyword": "boots"})
    assert sink.count() == PRODUCTS


def test_what_cannot_be_a_document_is_a_dead_letter(sink: Sink) -> None:
    sink.producer.produce(sink.topic, b"no record of a schema")
    sink.send([1], dimensions=DIMENSIONS + 1)
    sink.send([8], "clogs")
    sink.until_there(1, term={"articleType.keyword": "clogs"})
    wait_until(lambda: sink.dead_letters() == 2, "two dead letters", PATIENCE)
    assert sink.until("RUNNING") == ""


def test_nothing_is_lost_or_doubled_when_server_and_worker_are_killed_under_load(shop: Shop, sink: Sink) -> None:
    sink.send(range(PRODUCTS, PRODUCTS + 500), "sandals")
    (server,) = shop.processes()
    server.kill()
    sink.send(range(PRODUCTS + 500, PRODUCTS + 1000), "sandals")
    shop.cloud.call("PUT", "/local/v1/stores/elasticsearch")
    shop.cloud.set_faults("kill=connect")
    sink.send(range(PRODUCTS + 900, PRODUCTS + 1000), "sandals")
    sink.until_there(1000, term={"articleType.keyword": "sandals"})
    sink.until_there(2 * PRODUCTS)


def test_the_program_finds_its_index_and_refuses_another_dimension(shop: Shop, sink: Sink) -> None:
    assert shop.store(sink.topic).make_index(DIMENSIONS).endswith("is there")
    with pytest.raises(StoreError, match=rf"takes vectors of {DIMENSIONS} numbers, and the model's have 256: write"):
        shop.store(sink.topic).make_index(256)
    with pytest.raises(StoreError, match=r"refuses the API key: set the right one with `pulumi config set --secret"):
        shop.store(sink.topic, api_key=SecretStr("wrong")).make_index(DIMENSIONS)


def test_ask_finds_products_and_says_what_is_wrong(shop: Shop, sink: Sink) -> None:
    output, secrets = {"url": shop.url, "index": sink.topic}, {"api.key.value": shop.key}
    (product,) = Asked(output, secrets).search(direction(3), 1, "m")
    assert (product["product_id"], "vector" in product) == (3, False)
    assert product["score"] == pytest.approx(1, abs=0.02)
    assert call(output, secrets, "_count")["count"] == 2 * PRODUCTS
    with pytest.raises(AskError, match=rf"is for vectors of {DIMENSIONS} numbers, and model m gives 3: name another"):
        Asked(output, secrets).search([1, 0, 0], 1, "m")
    with pytest.raises(AskError, match=r"has no index nothing: run `./pulumiw up`, which makes it\."):
        Asked({**output, "index": "nothing"}, secrets).search([1, 0, 0], 1, "m")
    with pytest.raises(AskError, match=r"refuses the API key: set the right one in confluent-rag:sinks"):
        Asked(output, {"api.key.value": "wrong"}).search([1, 0, 0], 1, "m")


def test_flink_searches_it(shop: Shop, sink: Sink) -> None:
    shop.connect("elastic-connection")
    shop.connect("wrong-key", key="wrong")

    def external(name: str, index: str, connection: str = "elastic-connection") -> None:
        shop.cloud.run(
            f"CREATE TABLE {name} (product_id INT, articleType STRING, vector ARRAY<FLOAT>) WITH ("
            f"'connector' = 'elastic', 'elastic.connection' = '{connection}', 'elastic.index' = '{index}')"
        )

    def search(table: str, numbers: Sequence[float]) -> str:
        vector = ", ".join(f"CAST({number} AS FLOAT)" for number in numbers)
        return (
            f"SELECT search_results FROM (VALUES (ARRAY[{vector}])) AS t(v),"
            f" LATERAL TABLE(VECTOR_SEARCH_AGG({table}, DESCRIPTOR(vector), v, 2))"
        )

    external("elastic_products", sink.topic)
    ((found,),) = shop.cloud.query(search("elastic_products", direction(3)))
    assert found[0][0] == "3"
    assert [float(number) for number in found[0][2]] == pytest.approx(direction(3), abs=1e-6)
    assert float(found[0][3]) == pytest.approx(1, abs=0.02)
    assert f"[3] than the document vectors [{DIMENSIONS}]" in shop.cloud.refusal(search("elastic_products", [1, 0, 0]))
    external("nothing", "no-such-index")
    assert "has no index 'no-such-index': create it, or" in shop.cloud.refusal(search("nothing", [1, 0]))
    external("closed", sink.topic, "wrong-key")
    assert "refuses the key of connection 'wrong-key'." in shop.cloud.refusal(search("closed", [1, 0]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"api_key_value": "wrong"}, "refuses the login: correct api.key.value."),
        ({"connection_url": "http://127.0.0.1:1"}, "cannot be reached: correct connection.url, or start the server"),
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


def test_a_sink_waits_for_its_index(shop: Shop) -> None:
    early = Sink(shop)
    early.create()
    early.send([1])
    time.sleep(1)
    assert not shop.client.indices.exists(index=early.topic)
    shop.store(early.topic).make_index(DIMENSIONS)
    early.until_there(1)
    early.call("DELETE")


def test_documents_outlive_a_restart_of_the_cloud(shop: Shop, sink: Sink) -> None:
    shop.cloud.restart()
    wait_until(lambda: bool(shop.processes()), "the server of the sink that is there", PATIENCE)
    sink.until_there(2 * PRODUCTS)
