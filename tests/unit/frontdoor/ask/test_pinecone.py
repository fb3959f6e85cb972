"""Asking Pinecone, by the API that its server of this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi.testclient import TestClient

from localcloud.dataplane.stores.pinecone.app import create_app
from localcloud.dataplane.stores.pinecone.database import Database
from localcloud.dataplane.stores.pinecone.service import Service
from toolchain.frontdoor.ask.failure import AskError
from toolchain.frontdoor.ask.pinecone import Pinecone

if TYPE_CHECKING:
    from pathlib import Path

BASE, KEY = "http://127.0.0.1:19001", "the-key"


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    service = Service(Database(tmp_path / "vectors.sqlite"))
    client = TestClient(create_app(service, KEY, BASE), base_url=BASE)

    def request(method: str, url: str, *, timeout: float, **more: Any) -> httpx.Response:
        assert timeout > 0
        reply = client.request(method, url, **more)
        return httpx.Response(reply.status_code, content=reply.content)

    monkeypatch.setattr(httpx, "request", request)
    login = {"Api-Key": KEY}
    client.post("/indexes", json={"name": "products", "dimension": 2, "metric": "dotproduct"}, headers=login)
    vectors = [
        {"id": "1", "values": [1, 0], "metadata": {"articleType": "shoes"}},
        {"id": "2", "values": [0, 1], "metadata": {"articleType": "hat"}},
    ]
    client.post("/data/products/vectors/upsert", json={"vectors": vectors, "namespace": "shop"}, headers=login)
    return client


def asked(key: str = KEY, **store: str) -> Pinecone:
    return Pinecone({"index": "products", "namespace": "shop", **store}, {"pinecone.api.key": key}, BASE)


@pytest.mark.usefixtures("api")
def test_the_nearest_come_first_with_their_metadata() -> None:
    found = asked().search([0.6, 0.8], 2, "m")
    assert [(one["id"], one["articleType"]) for one in found] == [("2", "hat"), ("1", "shoes")]
    assert [one["score"] for one in found] == pytest.approx([0.8, 0.6])
    assert asked(namespace="").search([0.6, 0.8], 2, "m") == []
    assert asked().place == "index products of Pinecone, namespace shop"


@pytest.mark.usefixtures("api")
def test_what_is_wrong_is_one_sentence() -> None:
    with pytest.raises(AskError, match=r"^Pinecone refuses the API key: set the right one in confluent-rag:sinks"):
        asked(key="wrong").search([1, 0], 1, "m")
    with pytest.raises(AskError, match=r"^Pinecone has no index nothing: create it, or name another one in"):
        asked(index="nothing").search([1, 0], 1, "m")
    with pytest.raises(AskError, match="is for vectors of 2 numbers, and model m gives 3: name another index"):
        asked().search([1, 0, 0], 1, "m")
    with pytest.raises(AskError, match=r"^Pinecone refuses the search \(400\): .*non-zero value, and only numbers"):
        asked().search([0, 0], 1, "m")


def test_an_address_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def request(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx, "request", request)
    with pytest.raises(AskError, match=r"indexes/products cannot be reached \(ConnectError\): check the network\.$"):
        asked().search([1, 0], 1, "m")


def test_an_answer_of_something_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "request", lambda *_, **__: httpx.Response(200, text="<html>"))
    with pytest.raises(AskError, match=r"is not Pinecone: check the network\.$"):
        asked().search([1, 0], 1, "m")
