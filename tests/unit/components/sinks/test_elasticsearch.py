"""The index of Elasticsearch: how it is made, and what is in its way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from components.config.sinks import Elasticsearch
from components.sinks.elasticsearch import ElasticsearchStore
from components.sinks.store import StoreError
from tests.support.elasticsearch_stub import KEY, ElasticsearchStub
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUND = {"products": {"mappings": {"properties": {"vector": {"type": "dense_vector", "dims": 256}}}}}


@pytest.fixture
def server() -> Iterator[ElasticsearchStub]:
    with ElasticsearchStub() as stub:
        yield stub


def store(host: str) -> ElasticsearchStore:
    """Return the store at that server, as the local cloud's own."""
    entry = Elasticsearch.model_validate({"url": "local"})
    return ElasticsearchStore(entry.local(host, "", SecretStr(KEY)), ["product_vector"])


def refusal(host: str) -> str:
    """Return why it makes no index."""
    with pytest.raises(StoreError) as refused:
        store(host).make_index(384)
    assert KEY not in str(refused.value)
    return str(refused.value)


def test_an_index_is_made_for_the_models_vectors(server: ElasticsearchStub) -> None:
    said = store(server.host).make_index(384)
    assert said == f"made index products at {server.url}, for vectors of 384 numbers"
    vector = {"type": "dense_vector", "dims": 384, "similarity": "cosine"}
    assert server.asked == [
        ("GET", "/products/_mapping", "ApiKey the-key", None),
        ("PUT", "/products", "ApiKey the-key", {"mappings": {"properties": {"vector": vector}}}),
    ]


def test_an_index_that_fits_is_left_alone(server: ElasticsearchStub) -> None:
    server.answers["GET"] = 200, FOUND
    assert store(server.host).make_index(256).endswith("is there")
    assert len(server.asked) == 1


def test_an_index_for_other_vectors_is_refused(server: ElasticsearchStub) -> None:
    server.answers["GET"] = 200, FOUND
    assert "takes vectors of 256 numbers, and the model's have 384: write another index in" in refusal(server.host)
    server.answers["GET"] = 200, {"products": {"mappings": {}}}
    assert "has no dense_vector field 'vector', and the model's have 384" in refusal(server.host)


def test_a_server_that_is_only_starting_is_asked_again(
    server: ElasticsearchStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["GET"] = 503, {}
    monkeypatch.setattr(time, "sleep", lambda _: server.answers.update(GET=(200, FOUND)))
    assert store(server.host).make_index(256).endswith("is there")
    assert len(server.asked) == 2


def test_a_wrong_key_a_refusal_and_silence_are_one_sentence_each(server: ElasticsearchStub) -> None:
    server.answers["PUT"] = 400, {"error": {"reason": "Invalid index name [x],\n must be lowercase."}}
    assert refusal(server.host).endswith("Invalid index name [x], must be lowercase")
    server.answers["PUT"] = 502, b"<html>"
    assert refusal(server.host).endswith("it gives no reason")
    for status in (401, 403):
        server.answers["GET"] = status, {}
        assert "refuses the API key: set the right one with `pulumi config set --secret --path" in refusal(server.host)
    silent = refusal(f"127.0.0.1:{free_port()}")
    assert "cannot be reached ([Errno 111] Connection refused): look at url in confluent-rag:sinks" in silent
