"""A searching stack with a sink, as the program registers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import set_all_config

from components.flinksql import Previous
from components.sinks import sink as sink_module
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.mongodb import MongoDbStore
from components.sinks.store import StoreError
from tests.support.recorded_program import CLUSTER, REGISTRY, Recorded
from tests.support.tutorial import MODEL, TABLE
from tests.unit.components.config.test_sinks import ATLAS, ELASTIC
from tests.unit.components.test_identities import rows
from tests.unit.components.test_program import run

if TYPE_CHECKING:
    from collections.abc import Iterator

K = f"{CLUSTER}/kafka=lkc-1"
ENTRY = {**ATLAS, "topics": ["product_vector"]}


@pytest.fixture
def config() -> Iterator[dict[str, str]]:
    yield {
        "confluent-rag:openaiApiKey": "k",
        "confluent-rag:sinks": json.dumps([ENTRY]),
        "confluent-rag:search": "true",
    }
    set_all_config({})


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take the place of the model, whose vectors have three numbers, and of the store."""
    sizes: list[int] = []

    async def answer(*_: Any) -> tuple[Any, ...]:
        return "ready?", [0.1, 0.2, 0.3]

    def make(_: MongoDbStore, dimension: int) -> str:
        sizes.append(dimension)
        return "made it"

    monkeypatch.setattr(sink_module, "answer_of", answer)
    monkeypatch.setattr(MongoDbStore, "make_index", make)
    return sizes


@pytest.fixture
def stack(config: dict[str, str]) -> tuple[Recorded, dict[str, Any], set[str]]:
    return run(config)


class TestConnector:
    def test_configuration(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        connector = stack[0]["mongodb-sink-connector"]
        plain = connector.inputs["configNonsensitive"]
        assert (
            plain.items()
            >= {
                "connector.class": "MongoDbAtlasSink",
                "name": "MongoDbAtlasSinkMongodb",
                "kafka.auth.mode": "SERVICE_ACCOUNT",
                "kafka.service.account.id": "sa-sink-mongodb",
                "topics": "product_vector",
                "input.data.format": "JSON_SR",
                "consumer.override.isolation.level": "read_committed",
                "errors.tolerance": "all",
                "connection.host": "shop.abc12.mongodb.net",
            }.items()
        )
        assert connector.inputs["configSensitive"] == {"connection.password": "very-secret"}

    def test_the_password_is_a_secret_wherever_it_is(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        recorded, outputs, secrets = stack
        assert recorded["mongodb-sink-connector"].secrets == {"configSensitive"}
        assert list(recorded["mongodb-sink-connector"].request.additionalSecretOutputs) == [
            "configSensitive"
        ]  # the SDK says so
        assert recorded["search-mongodb-connection"].secrets == {"username", "password"}
        assert "very-secret" not in json.dumps(
            {name: str(value) for name, value in outputs.items() if name not in secrets}
        )
        plain = {name: item.inputs for name, item in recorded.registrations.items()}
        plain["mongodb-sink-connector"].pop("configSensitive")
        plain["search-mongodb-connection"].pop("password")
        assert "very-secret" not in str(plain)

    def test_comes_after_its_table_and_is_replaced_with_table_and_model(
        self, stack: tuple[Recorded, dict[str, Any], set[str]]
    ) -> None:
        recorded = stack[0]
        connector = recorded["mongodb-sink-connector"]
        assert {TABLE, MODEL} <= connector.depends_on
        names = [recorded[purpose].inputs["statementName"] for purpose in (TABLE, MODEL)]
        trigger = connector.request.replacement_trigger.list_value.values
        assert [one.string_value for one in trigger] == names
        assert connector.request.deleteBeforeReplace

    def test_its_account_may_read_the_table_and_write_what_it_cannot_deliver(
        self, stack: tuple[Recorded, dict[str, Any], set[str]]
    ) -> None:
        assert rows(stack[0], "sink-mongodb") == {
            ("DeveloperRead", f"{K}/topic=product_vector"),
            ("DeveloperRead", f"{K}/group=connect-lcc*"),
            ("DeveloperWrite", f"{K}/topic=dlq-lcc*"),
            ("DeveloperManage", f"{K}/topic=dlq-lcc*"),
            ("DeveloperRead", f"{REGISTRY}/subject=product_vector-*"),
        }
        bound = {name for name in stack[0].of_type("RoleBinding") if name.startswith("sink-mongodb-")}
        assert bound <= stack[0]["mongodb-sink-connector"].depends_on

    def test_on_a_basic_cluster_it_administers_it(self, config: dict[str, str]) -> None:
        recorded, _, _ = run(config | {"confluent-rag:clusterType": "Basic"})
        on_kafka = {row for row in rows(recorded, "sink-mongodb") if row[1].startswith(CLUSTER)}
        assert on_kafka == {("CloudClusterAdmin", CLUSTER)}

    def test_is_in_the_outputs(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        assert stack[1]["sinks"] == {
            "mongodb": {
                "kind": "mongodb",
                "connector": "MongoDbAtlasSinkMongodb",
                "id": "lcc-1",
                "tables": ["product_vector"],
                "topics": ["product_vector"],
                "deadLetters": "dlq-lcc-1",
                "store": {
                    "id": "product_id",
                    "host": "shop.abc12.mongodb.net",
                    "username": "admin",
                    "database": "store",
                    "collection": "products",
                    "index": "vector_index",
                },
            }
        }
        assert stack[1]["sinkSecrets"] == {"mongodb": {"connection.password": "very-secret"}}


class TestIndex:
    def test_is_made_as_large_as_the_model_s_vectors(self, config: dict[str, str], made: list[int]) -> None:
        recorded, _, _ = run(config)
        assert made == [3]
        assert recorded.component_outputs["mongodb-sink"]["indexedFor"]

    def test_is_asked_for_until_it_is_there_and_not_again(
        self, config: dict[str, str], made: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outputs = run(config)[0].component_outputs["mongodb-sink"]
        last = Previous(
            components={"mongodb-sink": {"indexedFor": outputs["indexedFor"]}}
        )  # of before its size was kept
        monkeypatch.setattr(Previous, "read", classmethod(lambda _: last))
        run(config)
        assert made == [3]
        run(config | {"confluent-rag:sinks": json.dumps([{**ENTRY, "host": "other.abc12.mongodb.net"}])})
        assert made == [3, 3]

    def test_that_is_gone_is_made_again_without_the_model(
        self, config: dict[str, str], made: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        last = Previous(components={"mongodb-sink": run(config)[0].component_outputs["mongodb-sink"]})
        monkeypatch.setattr(Previous, "read", classmethod(lambda _: last))
        monkeypatch.setattr(sink_module, "answer_of", None)
        recorded, _, _ = run(config)
        assert made == [3, 3]
        assert recorded.component_outputs["mongodb-sink"] == last.components["mongodb-sink"]

    def test_of_which_nothing_is_known_today_is_no_reason_to_fail(
        self, config: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        last = Previous(components={"mongodb-sink": run(config)[0].component_outputs["mongodb-sink"]})

        def refuse(_: MongoDbStore, __: int) -> str:
            raise StoreError("MongoDB at h cannot be reached")

        warnings: list[str] = []
        monkeypatch.setattr(Previous, "read", classmethod(lambda _: last))
        monkeypatch.setattr(MongoDbStore, "make_index", refuse)
        monkeypatch.setattr(pulumi.log, "warn", warnings.append)
        run(config)
        assert warnings == [
            "Whether the index of sink mongodb is there could not be seen: MongoDB at h cannot be reached."
        ]

    def test_a_store_that_refuses_ends_the_run_in_one_sentence(
        self, config: dict[str, str], made: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: MongoDbStore, __: int) -> str:
            raise StoreError("MongoDB at h refuses user admin")

        monkeypatch.setattr(MongoDbStore, "make_index", refuse)
        sentence = "Sink mongodb has no index for the vectors of vector_embedding: MongoDB at h refuses user admin."
        with pytest.raises(pulumi.RunError, match=f"^{sentence}$"):
            run(config)
        assert made == []

    def test_where_the_connector_wants_one_it_comes_first(
        self, config: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []

        def make(_: ElasticsearchStore, dimension: int) -> str:
            sizes.append(dimension)
            raise StoreError("Elasticsearch at h refuses the API key")

        monkeypatch.setattr(ElasticsearchStore, "make_index", make)
        config = {**config, "confluent-rag:search": "false", "confluent-rag:sinks": json.dumps([ELASTIC])}
        programs: list[Recorded] = []
        make_it = Recorded.__init__

        def begin(one: Recorded) -> None:
            programs.append(one)
            make_it(one)

        monkeypatch.setattr(Recorded, "__init__", begin)
        with pytest.raises(pulumi.RunError, match=r"^Sink elasticsearch has no index .* refuses the API key"):
            run(config)
        assert sizes == [3]
        (recorded,) = programs
        assert TABLE in recorded.registrations
        assert "elasticsearch-sink-connector" not in recorded.registrations


class TestSearch:
    def test_the_connection_goes_to_the_store(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        inputs = stack[0]["search-mongodb-connection"].inputs
        assert (inputs["displayName"], inputs["type"]) == ("mongodb-connection", "MONGODB")
        assert inputs["endpoint"] == "mongodb+srv://shop.abc12.mongodb.net/"
        assert (inputs["username"], inputs["password"]) == ("admin", "very-secret")

    def test_the_statements_are_declared(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        recorded = stack[0]
        assert recorded["create-table-mongodb-products"].depends_on >= {"search-mongodb-connection"}
        assert recorded["insert-into-query-vectors"].depends_on >= {
            "create-table-queries",
            "create-table-query-vectors",
            MODEL,
        }

    def test_the_key_may_ask_and_nobody_else_may(self, stack: tuple[Recorded, dict[str, Any], set[str]]) -> None:
        recorded = stack[0]
        may_write = ("DeveloperWrite", f"{K}/topic=queries")
        assert may_write in rows(recorded, "deployer")
        assert ("DeveloperWrite", f"{K}/transactional-id=_confluent-flink_*") in rows(recorded, "deployer")
        assert ("DeveloperRead", f"{K}/topic=dlq-lcc*") in rows(recorded, "deployer")
        assert ("DeveloperRead", f"{REGISTRY}/subject=dlq-lcc*") in rows(recorded, "deployer")
        assert may_write not in rows(recorded, "runner")
        assert ("DeveloperManage", f"{K}/topic=queries") in rows(recorded, "runner")
        assert not any("mongodb_products" in crn for _, crn in rows(recorded, "runner"))

    def test_without_it_nothing_of_it_is_there(self, config: dict[str, str]) -> None:
        recorded, _, _ = run({**config, "confluent-rag:search": "false"})
        assert "mongodb-sink-connector" in recorded.registrations
        assert recorded.of_type("FlinkConnection").keys() == {"embedding-model-connection"}
        assert not {"create-table-queries", "create-table-mongodb-products"} & recorded.registrations.keys()
        assert ("DeveloperWrite", f"{K}/transactional-id=_confluent-flink_*") not in rows(recorded, "deployer")
