"""The embeddings API, by hand and through OpenAI's own client."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import openai
import pytest

from localcloud.api.routers.openai import FLOATS
from tests.support.fake_plane import FakeModel

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def ask(local: Local, body: Any, key: str | None = None) -> Any:
    """Post to the embeddings API."""
    token = local.credentials.openai_api_key if key is None else key
    return local.client.post("/v1/embeddings", json=body, headers={"Authorization": f"Bearer {token}"})


def test_one_text_or_many(local: Local) -> None:
    texts = ["a red shirt", "blue socks"]
    reply = ask(local, {"model": "m", "input": texts}).json()
    assert (reply["object"], reply["model"]) == ("list", "m")
    assert reply["usage"] == {"prompt_tokens": 5, "total_tokens": 5}
    assert [one["index"] for one in reply["data"]] == [0, 1]
    expected = FakeModel().embed(texts).vectors
    assert np.allclose([one["embedding"] for one in reply["data"]], expected, atol=1e-7)
    alone = ask(local, {"model": "m", "input": texts[0]}).json()
    assert alone["data"][0]["embedding"] == reply["data"][0]["embedding"]


@pytest.mark.parametrize(
    ("tokens", "texts"), [([104, 105], ["hi"]), ([[104, 105], [111]], ["hi", "o"]), ([[104, 105], "o"], ["hi", "o"])]
)
def test_tokens_are_embedded_as_the_text_they_stand_for(local: Local, tokens: Any, texts: list[str]) -> None:
    reply = ask(local, {"model": "m", "input": tokens}).json()
    assert reply["data"] == ask(local, {"model": "m", "input": texts}).json()["data"]


def test_base64_holds_the_same_floats(local: Local) -> None:
    body = {"model": "m", "input": "x"}
    floats = ask(local, body).json()["data"][0]["embedding"]
    packed = ask(local, {**body, "encoding_format": "base64"}).json()["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(packed), "<f4").tolist() == pytest.approx(floats, abs=1e-8)


@pytest.mark.parametrize("dimensions", [None, 64])
def test_who_accepts_plain_floats_gets_the_same_numbers_without_json(local: Local, dimensions: int | None) -> None:
    body = {"model": "m", "input": ["a red shirt", "blue socks"], "dimensions": dimensions}
    packed = ask(local, {**body, "encoding_format": "base64"}).json()["data"]
    accepted = {"Authorization": f"Bearer {local.credentials.openai_api_key}", "Accept": f"{FLOATS}, application/json"}
    reply = local.client.post("/v1/embeddings", json=body, headers=accepted)
    assert reply.headers["Content-Type"] == FLOATS == "application/vnd.confluent-rag.float32"
    assert reply.content == b"".join(base64.b64decode(one["embedding"]) for one in packed)
    refused = local.client.post("/v1/embeddings", json={"model": "m", "input": [""]}, headers=accepted)
    assert refused.json()["error"]["message"].startswith("input[0] is empty")


def test_fewer_dimensions_are_of_length_one_again(local: Local) -> None:
    body = {"model": "m", "input": "x"}
    whole = np.array(ask(local, body).json()["data"][0]["embedding"])
    short = np.array(ask(local, {**body, "dimensions": 64}).json()["data"][0]["embedding"])
    assert short.shape == (64,)
    assert np.linalg.norm(short) == pytest.approx(1, abs=1e-6)
    assert np.allclose(short, whole[:64] / np.linalg.norm(whole[:64]), atol=1e-6)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "x"}, "model"),
        ({"model": "", "input": "x"}, "model"),
        ({"model": "m"}, "input"),
        ({"model": "m", "input": ""}, "input"),
        ({"model": "m", "input": []}, "input"),
        ({"model": "m", "input": ["x", ""]}, "input"),
        ({"model": "m", "input": [1, "x"]}, "input"),
        ({"model": "m", "input": [[1], []]}, "input"),
        ({"model": "m", "input": [[1], [True]]}, "input"),
        ({"model": "m", "input": [[1], [999]]}, "input"),
        ({"model": "m", "input": [[1.5]]}, "input"),
        ({"model": "m", "input": {"a": 1}}, "input"),
        ({"model": "m", "input": [[1]] * 2049}, "input"),
        ({"model": "m", "input": ["x"] * 2049}, "input"),
        ({"model": "m", "input": "x", "dimensions": 257}, "dimensions"),
        ({"model": "m", "input": "x", "dimensions": 0}, "dimensions"),
        ({"model": "m", "input": "x", "dimensions": "many"}, "dimensions"),
        ({"model": "m", "input": "x", "encoding_format": "xml"}, "encoding_format"),
        ("text", None),
    ],
)
def test_requests_that_cannot_be(local: Local, body: Any, param: str | None) -> None:
    reply = ask(local, body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, None)
    assert error["message"]


def test_an_unknown_model_is_refused_in_openais_words_with_those_there_are(local: Local) -> None:
    reply = ask(local, {"model": "gpt-9", "input": "x"})
    assert reply.status_code == 404
    assert reply.json()["error"] == {
        "message": "The model `gpt-9` does not exist or you do not have access to it."
        " The models of this server are m, whole.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }


def test_each_model_has_its_own_dimensions(local: Local) -> None:
    for asked in ({}, {"dimensions": 16}):
        vector = ask(local, {"model": "whole", "input": "x", **asked}).json()["data"][0]["embedding"]
        assert len(vector) == 16
    refused = ask(local, {"model": "whole", "input": "x", "dimensions": 8})
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "This model does not support specifying dimensions."


@pytest.mark.parametrize("key", ["", "sk-wrong"])
def test_a_wrong_key(local: Local, key: str) -> None:
    reply = ask(local, {"model": "m", "input": "x"}, key)
    assert reply.status_code == 401
    assert "sk-wrong" not in reply.text
    assert reply.json()["error"]["message"]
    assert local.client.get("/v1/models", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.process  # it asks the system what machine this is, by `uname`
def test_openais_own_client(local: Local) -> None:
    client = openai.OpenAI(
        api_key=local.credentials.openai_api_key,
        base_url="http://127.0.0.1:8099/v1",
        http_client=local.client,
        max_retries=0,
    )
    made = client.embeddings.create(model="m", input=["a", "b"])
    assert np.allclose([one.embedding for one in made.data], FakeModel().embed(["a", "b"]).vectors, atol=1e-7)
    assert [model.id for model in client.models.list()] == ["m", "whole"]
    assert client.models.retrieve("whole").owned_by == "local"
    with pytest.raises(openai.NotFoundError, match="`gpt` does not exist") as missing:
        client.models.retrieve("gpt")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="dimensions"):
        client.embeddings.create(model="m", input="a", dimensions=4096)
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-wrong").embeddings.create(model="m", input="a")
