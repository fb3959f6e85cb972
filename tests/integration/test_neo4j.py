"""Neo4j on this machine: the server, the managed sink that fills it, and who searches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import neo4j
import pytest
from neo4j.exceptions import AuthError
from pydantic import SecretStr

from components.config.sinks import Neo4j as Entry
from components.sinks.neo4j import Neo4jStore
from components.sinks.store import StoreError
from tests.support.listeners import LOOPBACK, listeners_of
from tests.support.sinks import PATIENCE, PRODUCTS, product_schema
from tests.support.store_sinks import DIMENSIONS, StorePlace, StoreSink, direction
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.neo4j import Neo4j as Asked
from toolchain.frontdoor.verify.neo4j import Neo4j as Verified
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration


class Shop(StorePlace):
    """Neo4j, and its own client."""

    kind = "neo4j"

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.uri = f"neo4j://127.0.0.1:{self.port}"
        self.driver = neo4j.GraphDatabase.driver(self.uri, auth=("admin", self.password))

    def store(self, node: str, topic: str, **changes: Any) -> Neo4jStore:
        """Return the program's view of the nodes with that label."""
        entry = Entry.model_validate({"uri": "local", "node": node})
        local = entry.local(f"127.0.0.1:{self.port}", "admin", SecretStr(self.password))
        return Neo4jStore(local.model_copy(update=changes), [topic])


class Sink(StoreSink):
    """A sink into nodes with a label of its own."""

    place: Shop

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop, product_schema(may_lack_id=True))
        self.node = self.topic.replace("-", "_").capitalize()

    @property
    def store(self) -> Neo4jStore:
        return self.place.store(self.node, self.topic)

    def count(self, article: str | None = None) -> int:
        cypher = f"MATCH (p:{self.node}) WHERE $article IS NULL OR p.articleType = $article RETURN count(p)"
        found: int = self.place.driver.execute_query(neo4j.Query(cypher), {"article": article}).records[0][0]
        return found

    @property
    def output(self) -> dict[str, Any]:
        """What the stack's outputs say of its store."""
        return {"uri": self.place.uri, "username": "admin", "database": "neo4j", "node": self.node, "id": "product_id"}

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of the stack's outputs."""
        return {"neo4j.authentication.basic.password": self.place.password}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.opened(tmp_path_factory.mktemp("state")) as opened, opened.driver:
        yield opened


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
    (process,) = shop.processes("neo4j")
    (listener,) = listeners_of([process])
    assert listener.host in LOOPBACK
    assert listener.port == shop.port
    assert shop.password not in " ".join(process.cmdline())
    assert shop.password not in (shop.cloud.state / "logs" / "neo4j.log").read_text()
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
