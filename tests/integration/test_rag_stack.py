"""The stack of Pulumi.rag.yaml: vectors in a store, part 2 of the tutorial over it, and away again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient

from tests.support.browser import open_browser
from tests.support.console import open_console
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

RAG = ("-s", "rag")
WORDS = ("kicks", "footies", "cutoffs", "lid")
SEARCH = (
    "SELECT query, search_results FROM query_vectors,"
    " LATERAL TABLE(VECTOR_SEARCH_AGG(mongodb_products, DESCRIPTOR(vector), query_vectors.vector, 3))"
)
SINKS = "  confluent-rag:sinks:\n    - kind: mongodb\n      host: local\n"


@pytest.fixture(scope="module")
def clone(new_clone: Clone) -> Clone:
    """Take a clone of its own: documents stay in the local cloud's store."""
    return new_clone


@pytest.fixture(scope="module")
def stack(clone: Clone) -> Clone:
    clone.ok("up", "--yes", *RAG)
    return clone


@pytest.fixture
def products(stack: Clone) -> Iterator[Any]:
    login = stack.store_login("mongodb")
    host = f"mongodb://127.0.0.1:{login.port}/"
    with MongoClient[Any](host, username=login.username, password=login.password) as client:
        yield client["store"]["products"]


def test_each_product_is_one_document_that_its_vector_finds(stack: Clone, products: Any) -> None:
    wait_until(lambda: products.estimated_document_count() >= 100, "a hundred documents")
    found = list(products.find(projection={"product_id": 1, "vector": 1}))
    assert all(one["_id"] == {"product_id": one["product_id"]} and len(one["vector"]) == 384 for one in found)
    search = {
        "index": "vector_index",
        "path": "vector",
        "queryVector": found[0]["vector"],
        "numCandidates": 5,
        "limit": 1,
    }
    (nearest,) = products.aggregate([{"$vectorSearch": search}])
    assert nearest["vector"] == pytest.approx(found[0]["vector"])
    stack.ok("preview", "--expect-no-changes", *RAG)


def test_part_two_answers_each_of_its_words(stack: Clone) -> None:
    words = ", ".join(f"('{word}')" for word in WORDS)
    stack.ok("sql", f"INSERT INTO queries VALUES {words}", "--as", "deployer", *RAG)
    rows = stack.sql(SEARCH, "--limit", str(len(WORDS)), "--seconds", "120", "--as", "deployer", *RAG)
    assert {row["query"] for row in rows} == set(WORDS)
    for row in rows:
        results = row["search_results"]
        assert len(results) == 3
        assert all(result["articleType"] and result["score"] > 0 for result in results)
        scores = [result["score"] for result in results]
        assert scores == sorted(scores, reverse=True)


def test_kicks_are_shoes_to_the_console(stack: Clone) -> None:
    with open_browser() as browser, open_console(browser, stack, *RAG) as console:
        page = console.page
        page.locator(".card.store").wait_for()
        for figure in ("/s", "lag", "total"):
            page.locator(".card.connector", has_text="MongoDb").locator(".figure", has_text=figure).wait_for()
        console.picture("pipeline-with-a-store")
        console.go("search", "Search")
        page.get_by_label("What are you looking for?").fill("kicks")
        page.get_by_role("button", name="Search").click()
        page.locator(".hits li").first.wait_for()
        console.picture("search-kicks")
        found = page.locator(".hits li .text").all_inner_texts()
        assert [text for text in found[:5] if not {"shoes", "boots"} & set(text.split())] == []
        assert console.problems == []


def test_verify_counts_documents_and_dead_letters(stack: Clone) -> None:
    report = json.loads(stack.ok("verify", "--json", *RAG))
    (sink,) = report["sinks"]
    assert (sink["name"], sink["dead_letters"]) == ("mongodb", 0)
    assert sink["documents"] > 0
    assert {one["name"] for one in report["connectors"]} == {"DatagenSourceProductUpdates", "MongoDbAtlasSinkMongodb"}


def test_the_password_is_nowhere_in_plain(stack: Clone) -> None:
    password = stack.store_login("mongodb").password
    assert password not in stack.ok("stack", "export", *RAG)
    assert password not in stack.ok("stack", "output", "--json", *RAG)


def test_a_sink_that_is_taken_out_goes_and_its_documents_stay(stack: Clone, products: Any) -> None:
    stack.edit("Pulumi.rag.yaml", SINKS, "")
    said = stack.refused("up", "--yes", *RAG)
    assert "confluent-rag:search is true, but there is no sink that can be searched: add one of kind mongodb" in said
    stack.edit("Pulumi.rag.yaml", "confluent-rag:search: true", "confluent-rag:search: false")
    stack.up(*RAG)
    assert stack.outputs(*RAG)["sinks"] == {}
    report = json.loads(stack.ok("verify", "--json", *RAG))
    assert {one["name"] for one in report["connectors"]} == {"DatagenSourceProductUpdates"}
    assert products.estimated_document_count() > 0


def test_destroy_asks_no_store(stack: Clone) -> None:
    text = (stack.path / "Pulumi.rag.yaml").read_text()
    (stack.path / "Pulumi.rag.yaml").write_text(text + SINKS)
    stack.up(*RAG)
    (server,) = (one for one in stack.processes() if "rag.stores.Main" in " ".join(one.cmdline()))
    server.kill()
    stack.ok("destroy", "--yes", *RAG)
    assert json.loads(stack.ok("stack", "export", *RAG))["deployment"].get("resources", []) == []
