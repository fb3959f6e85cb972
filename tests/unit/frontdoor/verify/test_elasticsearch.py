"""What `verify` asks Elasticsearch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.elasticsearch_stub import KEY, ElasticsearchStub
from toolchain.frontdoor.verify.store import Store, StoreUnreadableError
from toolchain.frontdoor.verify.stores import store_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ElasticsearchStub]:
    with ElasticsearchStub() as stub:
        yield stub


def store(server: ElasticsearchStub) -> Store:
    output = {"kind": "elasticsearch", "store": {"url": server.url, "index": "products", "id": "product_id"}}
    found = store_of(output, {"api.key.value": KEY})
    assert found is not None
    return found


def test_documents_are_counted_and_found_by_their_ids(server: ElasticsearchStub) -> None:
    server.answers["POST"] = 200, {"count": 7}
    assert store(server).documents() == 7
    server.answers["POST"] = 200, {"docs": [{"found": True, "_source": {"a": 1}}, {"found": False}]}
    assert store(server).missing([3, "x"]) == ["x"]
    assert server.asked[-1] == ("POST", "/products/_mget", f"ApiKey {KEY}", {"ids": ["3", "x"]})
    server.answers["POST"] = 200, {"docs": [{"found": True, "_source": {"a": 1}}]}
    assert store(server).document(3) == {"a": 1}
    server.answers["POST"] = 200, {"docs": [{"found": False}]}
    assert store(server).document(3) is None
    assert store(server).missing([]) == []


def test_an_index_without_vectors_is_told(server: ElasticsearchStub) -> None:
    server.answers["GET"] = 200, {"products": {"mappings": {"properties": {"vector": {"type": "dense_vector"}}}}}
    assert store(server).index_problem() == ""
    server.answers["GET"] = 200, {"products": {"mappings": {"properties": {"vector": {"type": "float"}}}}}
    assert "has no dense_vector field 'vector': delete it and run" in store(server).index_problem()


def test_a_refusal_is_one_sentence(server: ElasticsearchStub) -> None:
    server.answers["POST"] = 401, {"error": {"root_cause": [{"reason": "missing credentials"}]}}
    with pytest.raises(
        StoreUnreadableError, match=r"cannot be asked: it answers 401: missing credentials\.$"
    ) as refused:
        store(server).documents()
    assert KEY not in str(refused.value)
