"""Elasticsearch on this machine: the server, the managed sink that fills it, and who searches it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from elasticsearch import ApiError, AuthenticationException, Elasticsearch, TransportError
from pydantic import SecretStr

from components.config.sinks import Elasticsearch as Entry
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.store import StoreError
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.sinks import PATIENCE, PRODUCTS, product_schema
from tests.support.store_sinks import DIMENSIONS, StorePlace, StoreSink, direction
from toolchain.frontdoor.ask.elasticsearch import Elasticsearch as Asked
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.stores.elasticsearch import call
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


class Shop(StorePlace):
    """Elasticsearch, and its own client."""

    kind = "elasticsearch"

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.key = self.password
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = Elasticsearch(self.url, api_key=self.key, request_timeout=60)

    def store(self, index: str, **changes: Any) -> ElasticsearchStore:
        """Return the program's view of an index."""
        entry = Entry.model_validate({"url": "local", "index": index})
        local = entry.local(self.url.removeprefix("http://"), "", SecretStr(self.key))
        return ElasticsearchStore(local.model_copy(update=changes), [index])


class Sink(StoreSink):
    """A sink into an index of its own."""

    place: Shop

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop, product_schema())

    @property
    def store(self) -> ElasticsearchStore:
        return self.place.store(self.topic)

    def count(self, article: str | None = None) -> int:
        """How many documents there are, those included that no search sees yet; -1 while the server starts."""
        query = {"term": {"articleType.keyword": article}} if article else None
        try:
            self.place.client.indices.refresh(index=self.topic)
            found: int = self.place.client.count(index=self.topic, query=query)["count"]
        except (ApiError, TransportError):
            return -1
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.opened(tmp_path_factory.mktemp("state")) as opened, opened.client:
        yield opened


@pytest.fixture(scope="module")
def sink(shop: Shop) -> Sink:
    """Return a sink that has delivered 1,000 products, each of them twice."""
    made = Sink(shop)
    assert "made index" in made.store.make_index(DIMENSIONS)
    made.create()
    made.send(range(PRODUCTS))
    made.send(range(PRODUCTS))
    made.until("RUNNING")
    made.until_there(PRODUCTS)
    return made


def test_it_is_closed_to_strangers(shop: Shop) -> None:
    (process,) = shop.processes("elasticsearch")
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
    sink.until_there(1, "boots")
    assert sink.count() == PRODUCTS


def test_what_cannot_be_a_document_is_a_dead_letter(sink: Sink) -> None:
    sink.producer.produce(sink.topic, b"no record of a schema")
    sink.send([1], dimensions=DIMENSIONS + 1)
    sink.send([8], "clogs")
    sink.until_there(1, "clogs")
    wait_until(lambda: sink.shown()["dead_letters"] == 2, "two dead letters", PATIENCE)
    assert sink.until("RUNNING") == ""


def test_nothing_is_lost_or_doubled_when_server_and_worker_are_killed_under_load(shop: Shop, sink: Sink) -> None:
    sink.send(range(PRODUCTS, PRODUCTS + 500), "sandals")
    shop.kill()
    sink.send(range(PRODUCTS + 500, PRODUCTS + 1000), "sandals")
    shop.start()
    shop.cloud.set_faults("kill=connect")
    sink.send(range(PRODUCTS + 900, PRODUCTS + 1000), "sandals")
    sink.until_there(1000, "sandals")
    sink.until_there(2 * PRODUCTS)


def test_the_program_finds_its_index_and_refuses_another_dimension(shop: Shop, sink: Sink) -> None:
    assert sink.store.make_index(DIMENSIONS).endswith("is there")
    with pytest.raises(StoreError, match=rf"takes vectors of {DIMENSIONS} numbers, and the model's have 256: write"):
        sink.store.make_index(256)
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
    shop.cloud.connect("elastic-connection", "ELASTIC", shop.url, {"API_KEY": shop.key})
    shop.cloud.connect("wrong-key", "ELASTIC", shop.url, {"API_KEY": "wrong"})

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


def test_flink_finds_words_in_it(shop: Shop, sink: Sink) -> None:
    shop.cloud.connect("elastic-words", "ELASTIC", shop.url, {"API_KEY": shop.key})
    shop.cloud.run(
        "CREATE TABLE elastic_words (product_id INT, articleType STRING, vector ARRAY<FLOAT>) WITH ("
        f"'connector' = 'elastic', 'elastic.connection' = 'elastic-words', 'elastic.index' = '{sink.topic}')"
    )
    sink.send([7], "galoshes")
    sink.until_there(1, "galoshes")

    def search(call: str, text: str = "'green Galoshes'") -> str:
        return f"SELECT search_results FROM (VALUES ({text})) AS t(v), LATERAL TABLE(TEXT_SEARCH_AGG({call}))"

    words = "elastic_words, DESCRIPTOR(articleType), v"
    ((found,),) = shop.cloud.query(search(f"{words}, 3"))
    ((number, article, vector),) = found
    assert (number, article, len(vector)) == ("7", "galoshes", DIMENSIONS)
    assert shop.cloud.query(search(f"{words}, 3, MAP['client_timeout', 20]", "'nothing like it'")) == [[[]]]
    assert shop.cloud.query(search(f"{words}, 3", "CAST(NULL AS STRING)")) == [[[]]]
    for asked, text, said in (
        (f"{words}, 0", "'x'", "must be a number from 1 to 10000"),
        (f"{words}, 3", "7", "is of type INT NOT NULL: it must be a text"),
        ("elastic_words, DESCRIPTOR(nothing), v, 3", "'x'", "has no column 'nothing': name in DESCRIPTOR the one"),
        (words, "'x'", "takes four or five arguments and was given 3"),
    ):
        assert said in shop.cloud.refusal(search(asked, text))


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
    early.store.make_index(DIMENSIONS)
    early.until_there(1)
    early.call("DELETE")


def test_documents_outlive_a_restart_of_the_cloud(shop: Shop, sink: Sink) -> None:
    shop.cloud.restart()
    wait_until(lambda: bool(shop.processes("elasticsearch")), "the server of the sink that is there", PATIENCE)
    sink.until_there(2 * PRODUCTS)
