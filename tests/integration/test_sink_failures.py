"""What can go wrong with a stack's store, end to end: each is one sentence, and the stack is whole again afterwards."""

from __future__ import annotations

import json
import os
import signal
import struct
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from confluent_kafka import Producer
from pymongo.operations import SearchIndexModel

from tests.support.apis import cloud_api
from tests.support.local_cloud import built_jars
from tests.support.mongodb import PASSWORD, MongoDb
from workshop.clone import wait_until
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

RAG = ("-s", "rag")
POLICIES = ("--policy-pack", "policy")
WRONG = "not-the-password"
SINKS = (
    "  confluent-rag:sinks:\n    - kind: mongodb\n      host: {host}\n"
    "    - kind: mongodb\n      name: copy\n      host: {host}\n      collection: copies\n"
)


class Shop:
    """A stack with two sinks into a MongoDB server that the tests stop as they like."""

    def __init__(self, clone: Clone, mongodb: MongoDb) -> None:
        self.clone, self.mongodb = clone, mongodb
        endpoint = f"http://127.0.0.1:{clone.port}"
        # wordllama: a model that needs no installation
        settings = (
            f"config:\n  confluentcloud:endpoint: {endpoint}\n"
            f"  confluent-rag:openaiEndpoint: {endpoint}/v1/embeddings\n  confluent-rag:recordIntervalMs: 50\n"
        )
        (clone.path / "Pulumi.rag.yaml").write_text(settings + SINKS.format(host=mongodb.host))
        self.set_password(WRONG)

    def set_password(self, password: str) -> None:
        """Make it the password of both sinks."""
        for sink in (0, 1):
            path = f"confluent-rag:sinks[{sink}].password"
            self.clone.ok("config", "set", "--secret", "--path", path, password, *RAG)

    def documents(self, collection: str = "products") -> Any:
        """The collection."""
        return self.mongodb.client["store"][collection]

    def verified(self, seconds: int = 60) -> tuple[list[str], dict[str, Any]]:
        """The problems that verify tells, and its report."""
        done = self.clone.run("verify", "--json", "--seconds", str(seconds), *RAG)
        assert "Traceback" not in done.stderr, done.stderr
        report = json.loads(done.stdout)
        assert (done.returncode == 0) is report["healthy"] is (not report["problems"])
        return report["problems"], report

    def listed(self, path: str) -> Any:
        """What the control plane lists."""
        return self.call("GET", path).json()

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call the control plane as the administrator."""
        return cloud_api(self.clone).request(method, path, json=body).raise_for_status()

    def connectors(self) -> dict[str, Any]:
        """Name -> state, as `cloud status` shows it."""
        return {one["name"]: one for one in self.clone.status()["connectors"]}

    def dead_letters(self) -> list[int]:
        """Those of the first sink, and of the second."""
        found = self.connectors()
        return [found[f"MongoDbAtlasSink{name}"]["dead_letters"] for name in ("Mongodb", "Copy")]

    def account(self, sink: str) -> str:
        """The service account of a sink, empty if it has none."""
        listed = self.listed("/iam/v2/service-accounts?page_size=100")["data"]
        return next((str(one["id"]) for one in listed if f"-sink-{sink}-" in one["display_name"]), "")

    def bindings(self, account: str) -> list[dict[str, Any]]:
        """The role bindings of an account."""
        organization = self.clone.credentials()["organization_id"]
        query = f"principal=User:{account}&crn_pattern=crn://confluent.cloud/organization={organization}/*"
        found: list[dict[str, Any]] = self.listed(f"/iam/v2/role-bindings?{query}")["data"]
        return found


@pytest.fixture(scope="module")
def shop(clone: Clone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    mongodb = MongoDb(built_jars(), tmp_path_factory.mktemp("mongodb"))
    try:
        yield Shop(clone, mongodb)
    finally:
        mongodb.stop()


def test_a_wrong_password_is_told_by_up_and_the_next_one_goes_on(shop: Shop) -> None:
    said = shop.clone.refused("up", "--yes", "--skip-preview", *RAG)
    assert f"MongoDB at {shop.mongodb.host} refuses" in said
    assert "correct connection.user and connection.password" in said
    assert WRONG not in said
    shop.set_password(PASSWORD)
    shop.clone.ok("up", "--yes", "--skip-preview", *RAG)
    wait_until(lambda: shop.documents("copies").estimated_document_count() > 100, "a hundred copies")
    assert {one["state"] for one in shop.connectors().values()} == {"RUNNING"}


def test_two_sinks_into_one_collection_are_refused(shop: Shop) -> None:
    file = shop.clone.path / "Pulumi.rag.yaml"
    kept = file.read_text()
    file.write_text(kept.replace("collection: copies", "collection: products"))
    said = shop.clone.refused("up", "--yes", "--skip-preview", *RAG)
    file.write_text(kept)
    assert "confluent-rag:sinks[1] writes into" in said
    assert "as confluent-rag:sinks[0] does: give one of them another place, or remove it." in said


def test_store_and_worker_that_die_under_load_lose_nothing_and_are_told_meanwhile(shop: Shop) -> None:
    shop.mongodb.stop()
    with ThreadPoolExecutor() as side_by_side:
        asked = side_by_side.submit(shop.clone.refused, "ask", "kicks", "--store", "copy", *RAG)
        verified = side_by_side.submit(shop.verified, 3)
        sentence = f"MongoDB at {shop.mongodb.host} cannot be reached"
        assert asked.result().count(sentence) == 1
        assert any(sentence in problem for problem in verified.result()[0])
    (worker,) = [one for one in shop.clone.status()["processes"] if one["name"] == "connect"]
    os.kill(worker["pid"], signal.SIGKILL)
    shop.mongodb.start()
    wait_until(lambda: not psutil.pid_exists(worker["pid"]), "the worker's end")
    wait_until(lambda: all(one["state"] == "RUNNING" for one in shop.connectors().values()), "the sinks", 120)
    problems, report = shop.verified()
    assert problems == []
    assert {(one["dead_letters"], one["missing"]) for one in report["sinks"]} == {(0, 0)}
    for collection in ("products", "copies"):
        found = shop.documents(collection).find(projection={"product_id": 1})
        assert all(one["_id"] == {"product_id": one["product_id"]} for one in found)


def _write_what_cannot_be_converted(shop: Shop) -> None:
    """Write a product that Flink can read and whose id is a text, which the schema does not allow."""
    stack = Stack(shop.clone, shop.clone.outputs(*RAG))
    key = stack.kafka_key(stack.account(uuid.uuid4().hex, {"DeveloperWrite": ["topic=product_vector"]}))
    registry = f"/schema-registry/{stack.outputs['schemaRegistryId']}/subjects/product_vector-value/versions/latest"
    schema = shop.listed(registry)["id"]
    producer = Producer(
        {
            "bootstrap.servers": stack.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key.id,
            "sasl.password": key.secret,
        }
    )
    producer.produce("product_vector", struct.pack(">bI", 0, schema) + b'{"product_id": "7", "content": "seven"}')
    assert producer.flush(60) == 0


def test_without_its_right_to_write_dead_letters_a_sink_goes_on_and_they_are_lost(shop: Shop) -> None:
    account = shop.account("copy")
    (held,) = [
        one
        for one in shop.bindings(account)
        if one["role_name"] == "DeveloperWrite" and one["crn_pattern"].endswith("/topic=dlq-lcc*")
    ]
    shop.call("DELETE", f"/iam/v2/role-bindings/{held['id']}")
    _write_what_cannot_be_converted(shop)
    wait_until(lambda: shop.dead_letters()[0] == 1, "the dead letter of the sink that has the right")
    there = shop.documents("copies").estimated_document_count()
    wait_until(lambda: shop.documents("copies").estimated_document_count() > there + 10, "more copies")
    assert shop.dead_letters() == [1, 0]
    body = {name: held[name] for name in ("principal", "role_name", "crn_pattern")}
    shop.call("POST", "/iam/v2/role-bindings", body)
    _write_what_cannot_be_converted(shop)
    wait_until(lambda: shop.dead_letters() == [2, 1], "a dead letter of each")


def test_what_was_lost_is_told_by_verify_and_repaired_by_up(shop: Shop) -> None:
    shop.documents().drop_search_index("vector_index")
    deleted = shop.documents("copies").delete_many({"product_id": {"$mod": [2, 0]}}).deleted_count
    problems, report = shop.verified()
    told = "\n".join(problems)
    assert {one["name"]: one["dead_letters"] for one in report["sinks"]} == {"mongodb": 2, "copy": 1}
    assert "Sink mongodb could not deliver 2 records: they are in the topic dlq-lcc-" in told
    assert f"store.products at {shop.mongodb.host} has no search index vector_index: run `./pulumiw up`" in told
    assert f"are not in store.copies at {shop.mongodb.host}, though newer ones are: they were deleted there" in told
    assert "has no search index vector_index" in shop.clone.refused("ask", "kicks", "--store", "mongodb", *RAG)
    said = shop.clone.ok("up", "--yes", *POLICIES, "--skip-preview", "--replace", "**::copy-sink-connector", *RAG)
    assert "✅ streaming-guardrails" in said  # which has rules for sinks, too
    assert "[mandatory]" not in said
    assert shop.clone.ok("ask", "kicks", "--store", "mongodb", *RAG).count("\n") == 4
    even = {"product_id": {"$mod": [2, 0]}}
    wait_until(lambda: shop.documents("copies").count_documents(even) >= deleted > 0, "what was deleted", 120)


def test_an_index_for_vectors_of_another_size_is_told(shop: Shop) -> None:
    products = shop.documents()
    field = {"type": "vector", "path": "vector", "numDimensions": 8, "similarity": "dotProduct"}
    if list(products.list_search_indexes("vector_index")):
        products.drop_search_index("vector_index")
    definition = {"fields": [field]}
    products.create_search_index(SearchIndexModel(name="vector_index", type="vectorSearch", definition=definition))
    said = shop.clone.refused("ask", "kicks", "--store", "mongodb", *RAG)
    assert "Index vector_index of store.products at" in said
    assert "is for vectors of 8 numbers, and model" in said


def test_a_sink_that_is_taken_out_goes_with_all_that_is_its_own(shop: Shop) -> None:
    account = shop.account("copy")
    assert account
    before = shop.documents("copies").estimated_document_count()
    shop.clone.ok("config", "rm", "--path", "confluent-rag:sinks[1]", *RAG)
    shop.clone.ok("up", "--yes", "--skip-preview", *RAG)
    assert shop.account("copy") == ""
    assert shop.connectors().keys() == {"DatagenSourceProductUpdates", "MongoDbAtlasSinkMongodb"}
    assert shop.bindings(account) == []
    keys = shop.listed("/iam/v2/api-keys?page_size=100")["data"]
    assert [key["id"] for key in keys if key["spec"]["owner"]["id"] == account] == []
    assert shop.clone.outputs(*RAG)["sinkSecrets"].keys() == {"mongodb"}
    assert shop.documents("copies").estimated_document_count() >= before > 0


def test_destroy_needs_no_store(shop: Shop) -> None:
    shop.mongodb.stop()
    shop.clone.ok("destroy", "--yes", "--skip-preview", *RAG)
    shop.mongodb.start()
    assert shop.documents().estimated_document_count() > 0
