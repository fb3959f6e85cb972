"""`./pulumiw ask` from its pipe to the printed answer: over a model's endpoint and a MongoDB server's protocol."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.mongodb_stub import MongoDbStub
from tests.support.provider_stub import changeable_provider
from toolchain.frontdoor.ask import embedding, run
from toolchain.frontdoor.stores import mongodb
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.provider_stub import Provider

PASSWORD = "pa$$ word/@"
GLOVES = {"product_id": 7, "articleType": "gloves", "content": "small blue\ngloves , price: 12.5", "score": 0.81234}
HAT = {"product_id": 8, "articleType": "hat", "price": 3.5, "score": 0.5}


@pytest.fixture
def server() -> Iterator[MongoDbStub]:
    """Return a MongoDB that has found two products."""
    with MongoDbStub(PASSWORD, {"$vectorSearch": [GLOVES, HAT]}) as stub:
        yield stub


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Return a model's endpoint that answers."""
    with changeable_provider(200) as made:
        yield made


def store(host: str, **changed: Any) -> dict[str, Any]:
    """Return a sink's output."""
    place = {"host": host, "username": "admin", "database": "store", "collection": "products", "index": "vector_index"}
    return {"kind": "mongodb", "id": "lcc-1", "store": {**place, **changed}}


def question(server: MongoDbStub, provider: Provider, **changed: Any) -> dict[str, Any]:
    """Return what travels on the pipe."""
    given: dict[str, Any] = {
        "question": "something to keep my hands warm",
        "count": 3,
        "store": None,
        "seconds": 0,
        "json": False,
        "sinks": {"mongodb": store(server.host)},
        "secrets": {"mongodb": {"connection.password": PASSWORD}},
        "model": {"name": "all-MiniLM-L6-v2", "endpoint": provider.url, "key": "sk-secret"},
    }
    return {**given, **changed}


def ask(given: dict[str, Any]) -> int:
    """Run the process's main function with that on a pipe."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        json.dump(given, pipe)
    return run.main(["--input", str(reading)])


def test_products_with_scores_after_a_line_on_store_and_model(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(question(server, provider)) == 0
    assert capsys.readouterr().out == (
        f"Store mongodb (store.products at {server.host}), model all-MiniLM-L6-v2:\n"
        "  0.8123  small blue gloves , price: 12.5\n"
        "  0.5000  product_id 8, articleType hat, price 3.5\n"
    )


def test_json_is_one_object_a_product_and_nothing_else(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(question(server, provider, json=True)) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [GLOVES, HAT]


@pytest.mark.parametrize(("count", "candidates"), [(3, 200), (50, 1000)])
def test_the_search_asks_for_the_nearest_without_their_vectors(
    server: MongoDbStub, provider: Provider, count: int, candidates: int
) -> None:
    ask(question(server, provider, count=count))
    (asked,) = server.asked
    search, score, columns = asked["pipeline"]
    assert (asked["$db"], asked["aggregate"]) == ("store", "products")
    vector = search["$vectorSearch"].pop("queryVector")
    assert len(vector) > 1
    assert search == {
        "$vectorSearch": {"index": "vector_index", "path": "vector", "numCandidates": candidates, "limit": count}
    }
    assert score == {"$addFields": {"score": {"$meta": "vectorSearchScore"}}}
    assert columns == {"$project": {"_id": 0, "vector": 0}}


def refusal(given: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the sentence of a question without an answer; it has no secret, and nothing else is printed."""
    assert ask(given) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("pulumiw: ")
    assert said.err.count("\n") == 1
    assert PASSWORD not in said.err
    assert "sk-secret" not in said.err
    return said.err.removeprefix("pulumiw: ").strip()


def test_a_wrong_password(server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    given = question(server, provider, secrets={"mongodb": {"connection.password": "wrong"}})
    assert refusal(given, capsys) == (
        f"MongoDB at {server.host} refuses the password of user admin: set the right one in confluent-rag:sinks and run"
        " `./pulumiw up`."
    )


def test_a_store_that_is_not_there(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb, "_SECONDS", 0.2)
    host = f"127.0.0.1:{free_port()}"
    given = question(server, provider, sinks={"mongodb": store(host)})
    assert refusal(given, capsys).startswith(
        f"MongoDB at {host} cannot be reached (ServerSelectionTimeoutError): check"
    )


def test_an_index_of_another_dimension(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "PlanExecutor error :: vector field is indexed with 256 dimensions but queried with 384"
    server.answers["$vectorSearch"] = {"ok": 0, "code": 8, "codeName": "UnknownError", "errmsg": said}
    assert refusal(question(server, provider), capsys) == (
        f"Index vector_index of store.products at {server.host} is for vectors of 256 numbers, and model"
        " all-MiniLM-L6-v2 gives 384: name another collection in confluent-rag:sinks and run `./pulumiw up`, or go back"
        " to the model that filled this one."
    )


def test_any_other_refusal_is_quoted(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["$vectorSearch"] = {"ok": 0, "code": 40324, "errmsg": "Unrecognized pipeline stage."}
    sentence = refusal(question(server, provider), capsys)
    assert sentence == f"MongoDB at {server.host} refuses the request: Unrecognized pipeline stage."


def test_a_missing_index_is_told_from_a_store_without_products(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers = {"$vectorSearch": [], "$listSearchIndexes": []}
    assert refusal(question(server, provider), capsys) == (
        f"store.products at {server.host} has no search index vector_index: run `./pulumiw up`, which makes it."
    )
    server.answers["$listSearchIndexes"] = [{"name": "vector_index"}]
    assert "has no products yet" in refusal(question(server, provider), capsys)


def test_a_first_product_is_waited_for(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = {"$vectorSearch": [], "$listSearchIndexes": [{"name": "vector_index"}]}
    monkeypatch.setattr(
        "toolchain.frontdoor.ask.run.time.sleep", lambda _: server.answers.update({"$vectorSearch": [HAT]})
    )
    assert ask(question(server, provider, seconds=60)) == 0
    assert "articleType hat" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sinks", "asked", "expected"),
    [
        (["a"], "b", "The stack has no store b: write one of a after --store."),
        (["a", "b"], None, "The stack has several stores: say which by --store NAME, one of a, b."),
        (["couchbase"], None, "Store couchbase is of kind couchbase, which `ask` cannot search: it searches "),
        (["a", "couchbase"], "couchbase", "Store couchbase is of kind couchbase, which `ask` cannot search: it"),
    ],
)
def test_a_store_that_cannot_be_chosen(
    server: MongoDbStub,
    provider: Provider,
    *,
    capsys: pytest.CaptureFixture[str],
    sinks: list[str],
    asked: str | None,
    expected: str,
) -> None:
    made = {name: {**store(server.host), "kind": "couchbase" if name == "couchbase" else "mongodb"} for name in sinks}
    assert refusal(question(server, provider, sinks=made, store=asked), capsys).startswith(expected)


def test_the_one_that_can_be_searched_is_asked(
    server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    sinks = {"couchbase": {"kind": "couchbase", "store": {}}, "mongodb": store(server.host)}
    assert ask(question(server, provider, sinks=sinks)) == 0
    assert capsys.readouterr().out.startswith("Store mongodb (")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "refuses the key (401): set the right one with `./pulumiw config set --secret"),
        (400, "answered 400: "),
        (503, "answered 503: "),
    ],
)
def test_a_model_that_refuses(
    server: MongoDbStub,
    provider: Provider,
    *,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    expected: str,
) -> None:
    monkeypatch.setattr(embedding, "_ATTEMPTS", 1)
    provider.status = status
    sentence = refusal(question(server, provider), capsys)
    assert sentence.startswith(f"The embeddings endpoint {provider.url} {expected}")


def test_a_model_that_is_not_there(server: MongoDbStub, provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/v1/embeddings"
    model = {"name": "m", "endpoint": endpoint, "key": "sk-secret"}
    sentence = refusal(question(server, provider, model=model), capsys)
    assert sentence.startswith(
        f"The embeddings endpoint {endpoint} cannot be reached (ConnectError): check the network"
    )
