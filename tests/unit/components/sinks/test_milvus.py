"""Milvus's collection, by its REST API as its documentation has it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from components.config.sinks import Milvus
from components.sinks.milvus import MilvusStore
from components.sinks.store import StoreError
from tests.unit.components.config.test_sinks import MILVUS, sinks
from tests.unit.components.sinks.test_stores import COLUMNS


class Server:
    """Answers each action, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.order: list[str] = []
        self.answers: dict[str, Any] = {
            "has": {"has": False},
            "describe": {"fields": [{"name": "vector", "params": [{"key": "dim", "value": "3"}]}]},
        }
        self.status = 200
        self.code = 0

    def request(self, method: str, url: str, *, json: Any, headers: dict[str, str], timeout: float) -> httpx.Response:
        assert (method, headers["Authorization"], timeout > 0) == ("POST", "Bearer very-secret", True)
        action = url.removeprefix("https://x.zilliz.example/v2/vectordb/collections/")
        self.asked[action] = json
        self.order.append(action)
        body = {"code": self.code, "data": self.answers.get(action, {}), "message": "it is full."}
        return httpx.Response(self.status, json=body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(httpx, "request", made.request)
    return made


def store() -> MilvusStore:
    (entry,) = sinks(MILVUS)
    assert isinstance(entry, Milvus)
    return MilvusStore(entry, ["product_vector"], COLUMNS)


def test_a_collection_has_a_field_for_each_column_that_milvus_can_hold(server: Server) -> None:
    assert store().make_index(3) == "made collection products at https://x.zilliz.example, for vectors of 3 numbers"
    assert server.order == ["has", "create", "load"]
    made = server.asked["create"]
    assert (made["dbName"], made["collectionName"], made["schema"]["autoId"]) == ("default", "products", False)
    assert made["schema"]["fields"] == [
        {"fieldName": "product_id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "price", "dataType": "Double", "nullable": True},
        {
            "fieldName": "brand",
            "dataType": "VarChar",
            "elementTypeParams": {"max_length": 65535},
            "nullable": True,
        },
        {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 3}},
    ]
    (index,) = made["indexParams"]
    assert (index["fieldName"], index["metricType"]) == ("vector", "COSINE")
    assert "very-secret" not in json.dumps(server.asked)


def test_one_that_is_there_is_loaded(server: Server) -> None:
    server.answers["has"] = {"has": True}
    assert store().make_index(3) == "collection products at https://x.zilliz.example is there"
    assert server.order == ["has", "describe", "load"]
    with pytest.raises(StoreError, match=r"takes vectors of 3 numbers, and the model's have 4: write another"):
        store().make_index(4)


def test_what_milvus_refuses_is_one_sentence(server: Server) -> None:
    server.code = 1100
    with pytest.raises(StoreError, match=r"^Milvus at https://x.zilliz.example answers: it is full$"):
        store().make_index(3)
    server.code, server.status = 0, 401
    with pytest.raises(StoreError, match="refuses the key"):
        store().make_index(3)
