"""Pinecone's API on this machine, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from localcloud.dataplane.stores.pinecone.app import create_app
from localcloud.dataplane.stores.pinecone.database import Database
from localcloud.dataplane.stores.pinecone.filters import test_of as filter_of
from localcloud.dataplane.stores.pinecone.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE, KEY = "http://127.0.0.1:19001", "the-key"
AT = "/data/products"


class Api:
    """A client of the API over the file in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open()

    def open(self) -> None:
        self.database = Database(self.folder / "vectors.sqlite")
        self.client = TestClient(create_app(Service(self.database), KEY, BASE), headers={"Api-Key": KEY})

    def reopen(self) -> None:
        self.database.close()
        self.open()

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        reply = self.client.request(method, path, json=body, **more)
        assert reply.status_code == status, reply.text
        return reply.json()

    def create(self, metric: str = "cosine", **more: Any) -> Any:
        spec = {"serverless": {"cloud": "aws", "region": "us-east-1"}}
        body = {"name": "products", "dimension": 2, "metric": metric, "spec": spec} | more
        return self.call("POST", "/indexes", body, status=201)

    def upsert(self, *vectors: dict[str, Any], status: int = 200, namespace: str = "") -> Any:
        body = {"vectors": list(vectors), "namespace": namespace}
        return self.call("POST", f"{AT}/vectors/upsert", body, status=status)

    def query(self, *values: float, status: int = 200, **more: Any) -> Any:
        body = {"vector": list(values), "topK": 3} | more
        return self.call("POST", f"{AT}/query", body, status=status)

    def found(self, *values: float, **more: Any) -> list[tuple[str, Any]]:
        return [(one["id"], pytest.approx(one["score"])) for one in self.query(*values, **more)["matches"]]

    def count(self) -> Any:
        stats = self.call("GET", f"{AT}/describe_index_stats")
        return {space: one["vectorCount"] for space, one in stats["namespaces"].items()}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    yield made
    made.database.close()


def vector(name: str, *values: float, **metadata: Any) -> dict[str, Any]:
    return {"id": name, "values": list(values), "metadata": metadata}


@pytest.mark.parametrize("path", ["/indexes", f"{AT}/describe_index_stats", "/nothing"])
@pytest.mark.parametrize("key", ["", "the-kez"])
def test_no_other_key_is_let_in(api: Api, path: str, key: str) -> None:
    refused = api.call("GET", path, headers={"Api-Key": key}, status=401)
    assert "Invalid API Key" in str(refused)


def test_an_index_is_shown_as_each_version_of_the_api_does(api: Api) -> None:
    made = api.create(tags={"a": "b"})
    assert made["host"] == f"{BASE}{AT}"
    assert (made["dimension"], made["metric"], made["status"]["ready"], made["tags"]) == (2, "cosine", True, {"a": "b"})
    assert made["spec"] == {"serverless": {"cloud": "aws", "region": "us-east-1"}}
    newer = api.call("GET", "/indexes/products", headers={"X-Pinecone-Api-Version": "2026-07"})
    field = {"type": "dense_vector", "dimension": 2, "metric": "cosine", "description": None}
    assert newer["schema"] == {"fields": {"_values": field}}
    assert newer["deployment"] == {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}
    assert "dimension" not in newer
    assert [one["name"] for one in api.call("GET", "/indexes")["indexes"]] == ["products"]


def test_an_index_with_a_schema(api: Api) -> None:
    field = {"type": "dense_vector", "dimension": 3, "metric": "DotProduct"}
    api.call("POST", "/indexes", {"name": "one", "schema": {"fields": {"_values": field}}}, status=201)
    found = api.call("GET", "/indexes/one")
    assert (found["dimension"], found["metric"]) == (3, "dotproduct")
    named = {"name": "two", "schema": {"fields": {"mine": field}}}
    assert "has one field in a schema: _values" in str(api.call("POST", "/indexes", named, status=400))


def test_an_index_is_made_once_and_protected(api: Api) -> None:
    api.create(deletion_protection="enabled")
    body = {"name": "products", "dimension": 2}
    taken = api.call("POST", "/indexes", body, status=409)
    assert taken == {"error": {"code": "ALREADY_EXISTS", "message": "Resource products already exists."}, "status": 409}
    assert "Deletion protection is enabled" in str(api.call("DELETE", "/indexes/products", status=403))
    changed = api.call("PATCH", "/indexes/products", {"deletion_protection": "disabled", "tags": {"a": "b"}})
    assert (changed["deletion_protection"], changed["tags"]) == ("disabled", {"a": "b"})
    api.upsert(vector("1", 1, 0))
    api.call("DELETE", "/indexes/products", status=202)
    gone = api.call("GET", "/indexes/products", status=404)
    assert gone == {"error": {"code": "NOT_FOUND", "message": "Resource products not found"}, "status": 404}
    api.create()
    assert api.count() == {}  # the vectors went with it


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "No"}, "Name must consist of lower case"),
        ({"dimension": None}, "A dimension is needed"),
        ({"dimension": 0}, "Invalid value for dimension"),
        ({"metric": "manhattan"}, "'manhattan' is not known: it must be one of cosine, dotproduct, euclidean"),
        ({"vector_type": "sparse"}, "Invalid value for vector_type"),
        ({"pods": 2}, "The Pinecone of this machine has no pods"),
    ],
)
def test_what_an_index_cannot_be(api: Api, changes: dict[str, Any], said: str) -> None:
    refused = api.call("POST", "/indexes", {"name": "products", "dimension": 2} | changes, status=400)
    assert refused["error"]["code"] == "INVALID_ARGUMENT"
    assert said in refused["error"]["message"]
    assert api.call("GET", "/indexes")["indexes"] == []


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cosine", [("near", 1.0), ("far", 0.6), ("back", -1.0)]),
        ("dotproduct", [("far", 6.0), ("near", 1.0), ("back", -1.0)]),
        ("euclidean", [("near", 0.0), ("back", 4.0), ("far", 89.0)]),  # squares, the smallest first
    ],
)
def test_scores(api: Api, metric: str, expected: list[tuple[str, float]]) -> None:
    api.create(metric)
    api.upsert(vector("back", -1, 0), vector("far", 6, 8), vector("near", 1, 0))
    assert api.found(1.0, 0.0) == expected
    assert api.found(1.0, 0.0, topK=1) == expected[:1]


def test_what_a_query_shows(api: Api) -> None:
    api.create()
    api.upsert(vector("1", 1, 0, n=1), vector("2", 0, 1))
    (bare,) = api.query(1.0, 0.0, topK=1)["matches"]
    assert bare == {"id": "1", "score": 1.0, "values": []}
    (full,) = api.query(1.0, 0.0, topK=1, includeValues=True, includeMetadata=True)["matches"]
    assert full == {"id": "1", "score": 1.0, "values": [1.0, 0.0], "metadata": {"n": 1}}
    by_id = api.call("POST", f"{AT}/query", {"id": "2", "topK": 1})
    assert by_id["matches"][0]["id"] == "2"
    assert api.call("POST", f"{AT}/query", {"id": "3", "topK": 1})["matches"] == []
    assert "either vector or id" in str(api.call("POST", f"{AT}/query", {"topK": 1}, status=400))


def test_namespaces_are_apart(api: Api) -> None:
    api.create()
    api.upsert(vector("1", 1, 0))
    api.upsert(vector("1", 0, 1), vector("2", 1, 0), namespace="other")
    assert api.count() == {"__default__": 1, "other": 2}
    assert api.found(1.0, 0.0, namespace="__default__") == [("1", 1.0)]
    assert api.found(1.0, 0.0, namespace="other") == [("2", 1.0), ("1", 0.0)]
    assert api.found(1.0, 0.0, namespace="none") == []
    missing = api.call("POST", f"{AT}/vectors/delete", {"deleteAll": True, "namespace": "none"}, status=404)
    assert missing == {"code": 5, "message": "Namespace not found", "details": []}
    api.call("POST", f"{AT}/vectors/delete", {"deleteAll": True, "namespace": "other"})
    assert api.count() == {"__default__": 1}


def test_vectors_are_read_listed_changed_and_deleted(api: Api) -> None:
    api.create()
    api.upsert(*(vector(name, 1, 0, n=number) for number, name in enumerate(("a1", "a2", "b1"))))
    found = api.call("GET", f"{AT}/vectors/fetch?ids=a1&ids=c1")
    assert found["vectors"] == {"a1": {"id": "a1", "values": [1.0, 0.0], "metadata": {"n": 0}}}
    first = api.call("GET", f"{AT}/vectors/list?prefix=a&limit=1")
    assert [one["id"] for one in first["vectors"]] == ["a1"]
    rest = api.call("GET", f"{AT}/vectors/list?prefix=a&limit=1&paginationToken={first['pagination']['next']}")
    assert [one["id"] for one in rest["vectors"]] == ["a2"]
    assert "pagination" not in rest
    api.call("POST", f"{AT}/vectors/update", {"id": "a1", "values": [0, 1], "setMetadata": {"m": "x"}})
    assert api.call("GET", f"{AT}/vectors/fetch?ids=a1")["vectors"]["a1"] == {
        "id": "a1",
        "values": [0.0, 1.0],
        "metadata": {"n": 0, "m": "x"},
    }
    api.call("POST", f"{AT}/vectors/delete", {"ids": ["a2", "c1"]})
    api.call("POST", f"{AT}/vectors/delete", {"filter": {"n": {"$gte": 2}}})
    assert api.found(0.0, 1.0) == [("a1", 1.0)]
    said = api.call("POST", f"{AT}/vectors/delete", {"ids": ["a1"], "deleteAll": True}, status=400)["message"]
    assert said == "A deletion needs one of ids, deleteAll and filter."


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (vector("2", 1), "Vector dimension 1 does not match the dimension of the index 2"),
        (vector("2", 0, 0), "at least one non-zero value"),
        (vector("2", 1e300, 1), "only numbers that a float has"),
        (vector("2", 1, 0, n=None), "string, number, boolean or list of strings, got 'null' for field 'n'"),
        (vector("2", 1, 0, n={"a": 1}), "got '{\"a\": 1}' for field 'n'"),
        (vector("2", 1, 0, n=[1]), "got '[1]' for field 'n'"),
        (vector("2", 1, 0, n="x" * 41_000), "exceeds the limit of 40960 bytes"),
        (vector("", 1, 0), "Invalid value for vectors.1.id"),
        (vector("2", 1, 0) | {"sparseValues": {"indices": [1], "values": [1]}}, "has no vectors.1.sparseValues"),
        ({"id": "2", "values": ["a", "b"]}, "Invalid value for vectors.1.values.0"),
    ],
)
def test_nothing_is_written_if_one_vector_is_wrong(api: Api, wrong: dict[str, Any], said: str) -> None:
    api.create()
    refused = api.upsert(vector("1", 1, 0), wrong, status=400)
    assert refused["code"] == 3
    assert said in refused["message"]
    assert api.count() == {}


@pytest.mark.parametrize(
    ("values", "more", "said"),
    [
        ((1.0,), {}, "Vector dimension 1 does not match the dimension of the index 2"),
        ((1.0, 0.0), {"topK": 0}, "Invalid value for topK"),
        ((1.0, 0.0), {"topK": 10_001}, "Invalid value for topK"),
        ((1.0, 0.0), {"filter": {"n": {"$like": 1}}}, "$like is not a valid operator: use one of $eq"),
        ((1.0, 0.0), {"filter": {"n": {"$gt": "a"}}}, "$gt operator must be followed by a number"),
        ((1.0, 0.0), {"filter": {"n": {"$in": 1}}}, "$in operator must be followed by a list"),
        ((1.0, 0.0), {"filter": {"$or": {}}}, "$or operator needs a list"),
        ((1.0, 0.0), {"filter": {"$not": {}}}, "$not is not a valid operator at the top"),
    ],
)
def test_what_a_query_cannot_ask(api: Api, values: tuple[float, ...], more: dict[str, Any], said: str) -> None:
    api.create()
    assert said in api.query(*values, status=400, **more)["message"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "hat"}, {"hat"}),
        ({"kind": {"$ne": "hat"}}, {"shoe", "none"}),
        ({"price": {"$gte": 10, "$lt": 20}}, {"hat"}),
        ({"kind": {"$in": ["hat", "shoe"]}}, {"hat", "shoe"}),
        ({"kind": {"$nin": ["hat"]}}, {"shoe", "none"}),
        ({"tags": "warm"}, {"hat"}),
        ({"tags": {"$in": ["warm"]}}, {"hat"}),
        ({"price": {"$exists": False}}, {"none"}),
        ({"$or": [{"price": {"$gt": 20}}, {"tags": "warm"}]}, {"hat", "shoe"}),
        ({"$and": [{"price": {"$gt": 5}}, {"tags": "warm"}]}, {"hat"}),
        ({"new": 1}, set()),
        ({"new": True}, {"hat"}),
        ({}, {"hat", "shoe", "none"}),
    ],
)
def test_filters(condition: dict[str, Any], expected: set[str]) -> None:
    products: dict[str, dict[str, Any]] = {
        "hat": {"kind": "hat", "price": 10, "tags": ["warm", "red"], "new": True},
        "shoe": {"kind": "shoe", "price": 30.5, "tags": []},
        "none": {},
    }
    test = filter_of(condition)
    assert {name for name, metadata in products.items() if test(metadata)} == expected


def test_searches_are_exact(api: Api) -> None:
    """Compare with every distance, after replacements and deletions have moved rows."""
    random = np.random.default_rng(7)
    values = {str(n): random.normal(size=2).astype(np.float32) for n in range(300)}
    api.create("euclidean")
    api.upsert(*(vector(name, *numbers.tolist(), n=int(name)) for name, numbers in values.items()))
    for name in [str(n) for n in range(0, 300, 3)]:
        del values[name]
    api.call("POST", f"{AT}/vectors/delete", {"ids": [str(n) for n in range(0, 300, 3)]})
    values["1"] = np.array([9, 9], np.float32)
    api.upsert(vector("1", 9, 9, n=1))
    for wanted, condition in ((lambda _: True, None), (lambda n: n > 150, {"n": {"$gt": 150}})):
        asked = np.array([0.5, -0.5], np.float32)
        distances = {name: float(((one - asked) ** 2).sum()) for name, one in values.items() if wanted(int(name))}
        expected = sorted(distances, key=distances.__getitem__)[:10]
        assert [name for name, _ in api.found(0.5, -0.5, topK=10, filter=condition)] == expected


def test_all_of_it_outlives_the_process(api: Api) -> None:
    api.create(tags={"a": "b"})
    api.upsert(vector("1", 1, 0, n=1), vector("2", 0, 1))
    api.upsert(vector("3", 1, 0), namespace="other")
    api.call("POST", f"{AT}/vectors/delete", {"ids": ["2"]})
    before = api.call("GET", "/indexes")
    api.reopen()
    assert api.call("GET", "/indexes") == before
    assert api.count() == {"__default__": 1, "other": 1}
    assert api.call("GET", f"{AT}/vectors/fetch?ids=1")["vectors"]["1"]["metadata"] == {"n": 1}


def test_what_is_not_served_is_said(api: Api) -> None:
    api.create()
    said = api.call("POST", f"{AT}/records/namespaces/a/upsert", {}, status=404)["message"]
    assert said == f"The Pinecone of this machine does not serve POST {AT}/records/namespaces/a/upsert."
    refused = api.call("POST", f"{AT}/describe_index_stats", {"filter": {"n": 1}}, status=400)["message"]
    assert "metadata filtering" in refused
