"""OpenAI's own client as it comes, which asks for base64 unless told otherwise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import openai
import pytest

if TYPE_CHECKING:
    from workshop.stack import Stack

pytestmark = pytest.mark.integration

MODEL = "text-embedding-3-small"
HAT, SOCKS, LID = "a hat", "blue socks", "headgear such as a cap"


@pytest.fixture(scope="module")
def client(stack: Stack) -> openai.OpenAI:
    """Open the embeddings of the local cloud."""
    return openai.OpenAI(
        api_key=stack.clone.credentials()["openai_api_key"], base_url=f"{stack.clone.endpoint}/v1", max_retries=0
    )


def vector(client: openai.OpenAI, text: str) -> list[float]:
    """Return one text's vector, in the encoding that the client chooses."""
    return client.embeddings.create(model=MODEL, input=text).data[0].embedding


def test_a_text_has_a_vector_of_length_one(client: openai.OpenAI) -> None:
    found = vector(client, HAT)
    assert len(found) == 256
    assert math.hypot(*found) == pytest.approx(1, abs=1e-5)


def test_a_list_is_answered_in_its_order(client: openai.OpenAI) -> None:
    reply = client.embeddings.create(model=MODEL, input=[HAT, SOCKS])
    assert [one.index for one in reply.data] == [0, 1]
    assert [one.embedding for one in reply.data] == [vector(client, HAT), vector(client, SOCKS)]
    assert (reply.object, reply.model) == ("list", MODEL)
    assert reply.usage.prompt_tokens == reply.usage.total_tokens > 0


def test_what_means_alike_is_near(client: openai.OpenAI) -> None:
    hat, socks, lid = (vector(client, text) for text in (HAT, SOCKS, LID))
    assert np.dot(hat, lid) > np.dot(socks, lid)


def test_both_encodings_hold_the_same_floats(client: openai.OpenAI) -> None:
    plain = client.embeddings.create(model=MODEL, input=HAT, encoding_format="float").data[0].embedding
    assert vector(client, HAT) == pytest.approx(plain, abs=1e-7)


def test_fewer_dimensions(client: openai.OpenAI) -> None:
    short = client.embeddings.create(model=MODEL, input=HAT, dimensions=64).data[0].embedding
    length = math.hypot(*vector(client, HAT)[:64])
    assert short == pytest.approx([value / length for value in vector(client, HAT)[:64]], abs=1e-6)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": HAT, "dimensions": 4096}, "dimensions must be a number from 1 to 256"),
        ({"input": ["x"] * 2049}, "at most 2048"),
    ],
)
def test_requests_that_cannot_be(client: openai.OpenAI, wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(openai.BadRequestError, match=sentence) as refused:
        client.embeddings.create(model=MODEL, **wrong)  # type: ignore[arg-type]
    assert refused.value.param == ("dimensions" if "dimensions" in wrong else "input")


def test_a_wrong_key(client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        vector(client.with_options(api_key="sk-wrong"), HAT)
    assert "sk-wrong" not in str(refused.value)


def test_models(client: openai.OpenAI) -> None:
    (model,) = client.models.list()
    assert client.models.retrieve(model.id).owned_by == "local"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")
