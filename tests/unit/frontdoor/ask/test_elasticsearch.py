"""`./pulumiw ask` of Elasticsearch: what it asks for, and each failure in one sentence."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.elasticsearch_stub import KEY, ElasticsearchStub
from toolchain.frontdoor.ask.elasticsearch import Elasticsearch
from toolchain.frontdoor.ask.failure import AskError
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DIMENSIONS = "failed: The query vector has a different number of dimensions [2] than the document vectors [256]."


@pytest.fixture
def server() -> Iterator[ElasticsearchStub]:
    with ElasticsearchStub() as stub:
        yield stub


def asked(url: str) -> Elasticsearch:
    return Elasticsearch({"url": url, "index": "products"}, {"api.key.value": KEY})


def refusal(url: str) -> str:
    with pytest.raises(AskError) as refused:
        asked(url).search([0.5, 1], 3, "m")
    assert KEY not in str(refused.value)
    return str(refused.value)


def test_the_nearest_are_asked_for_without_their_vectors(server: ElasticsearchStub) -> None:
    server.answers["POST"] = 200, {"hits": {"hits": [{"_id": "7", "_score": 0.8, "_source": {"product_id": 7}}]}}
    assert asked(server.url).search([0.5, 1], 3, "m") == [{"product_id": 7, "score": 0.8}]
    knn = {"field": "vector", "query_vector": [0.5, 1], "k": 3, "num_candidates": 200}
    query = {"knn": knn, "size": 3, "_source": {"excludes": ["vector"]}}
    assert server.asked == [("POST", "/products/_search", f"ApiKey {KEY}", query)]
    assert asked(server.url).place == f"index products at {server.url}"


def test_a_server_that_is_only_starting_is_asked_again(
    server: ElasticsearchStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["POST"] = 503, {}
    found: tuple[int, dict[str, Any]] = (200, {"hits": {"hits": []}})
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: server.answers.update(POST=found))
    monkeypatch.setattr("toolchain.frontdoor.stores.elasticsearch.time", clock)  # other threads sleep, too
    assert asked(server.url).search([0.5, 1], 3, "m") == []
    assert len(server.asked) == 2


def test_each_failure_is_one_sentence(server: ElasticsearchStub) -> None:
    server.answers["POST"] = 401, {}
    assert "refuses the API key: set the right one in confluent-rag:sinks and run" in refusal(server.url)
    server.answers["POST"] = 404, {}
    assert refusal(server.url).endswith("has no index products: run `./pulumiw up`, which makes it.")
    server.answers["POST"] = 400, {"error": {"root_cause": [{"reason": DIMENSIONS}]}}
    assert "is for vectors of 256 numbers, and model m gives 2: name another index" in refusal(server.url)
    server.answers["POST"] = 502, b"<html>"
    assert "does not answer as Elasticsearch does: check that it runs" in refusal(server.url)
    assert "cannot be reached (" in refusal(f"http://127.0.0.1:{free_port()}")
