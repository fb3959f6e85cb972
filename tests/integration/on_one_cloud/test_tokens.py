"""Arrays of tokens at `/v1/embeddings`, as LangChain's `OpenAIEmbeddings` sends them by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from localcloud.credentials import Credentials

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.integration

# Of cl100k_base, from tiktoken's own documentation and tests.
TEXTS = {"hello world": [15339, 1917], "tiktoken is great!": [83, 1609, 5963, 374, 2294, 0]}


def test_tokens_have_the_vectors_of_their_text(cloud: LocalCloud) -> None:
    key = Credentials.load_or_make(cloud.state).openai_api_key

    def embedded(given: Any) -> Any:
        body = {"model": "text-embedding-3-small", "input": given}
        reply = httpx.post(f"{cloud.endpoint}/v1/embeddings", json=body, headers={"Authorization": f"Bearer {key}"})
        assert reply.is_success, reply.text
        return reply.json()["data"]

    assert embedded(list(TEXTS.values())) == embedded(list(TEXTS))
    assert embedded(TEXTS["hello world"]) == embedded("hello world")
