"""Documents become chunks, and chunks vectors, in one INSERT: the first half of every pipeline for retrieval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.credentials import Credentials
from tests.support.statement_runs import drop_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_cloud import LocalCloud, Ran

pytestmark = pytest.mark.integration

ENDS = {"sql__tables__scan__bounded__mode": "latest-offset"}
FAQ = "### Shipping\nWe ship on weekdays. ### Returns\nThirty days, in the box. ### Sizes\nShoes run small."
EMBEDDED = """
{into}
WITH chunks AS (
  SELECT document_id, chunk FROM faq
  CROSS JOIN UNNEST(ML_CHARACTER_TEXT_SPLITTER(document_text, 30, 0, '###', FALSE, TRUE, TRUE, 'START')) AS t(chunk)
)
SELECT document_id, chunk, v FROM chunks, LATERAL TABLE({function}('chunk_model', chunk))
"""


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> Iterator[LocalCloud]:
    """Yield a model, a table of documents, one without a text, and an empty table for chunks."""
    key = Credentials.load_or_make(cloud.state).openai_api_key
    cloud.connect("chunk-embeddings", "OPENAI", f"{cloud.endpoint}/v1/embeddings", {"API_KEY": key})
    cloud.run(
        "CREATE MODEL chunk_model INPUT (chunk STRING) OUTPUT (v ARRAY<FLOAT>)"
        " WITH ('task' = 'embedding', 'provider' = 'openai', 'openai.connection' = 'chunk-embeddings')"
    )
    cloud.run("CREATE TABLE faq (document_id STRING, document_text STRING)")
    cloud.run("CREATE TABLE inserted (document_id STRING, chunk STRING, v ARRAY<FLOAT>)")
    cloud.run(f"INSERT INTO faq VALUES ('faq', '{FAQ}'), ('empty', CAST(NULL AS STRING))")
    yield cloud
    drop_all(cloud)


@pytest.mark.parametrize(
    ("table", "into", "function"),
    [("inserted", "INSERT INTO inserted", "ML_PREDICT"), ("created", "CREATE TABLE created AS", "AI_EMBEDDING")],
)
def test_every_chunk_of_a_document_has_a_vector(shop: LocalCloud, table: str, into: str, function: str) -> None:
    shop.run(EMBEDDED.format(into=into, function=function), **ENDS)
    rows = shop.query(f"SELECT document_id, chunk, CARDINALITY(v), v[1] <> 0 FROM {table}")
    assert sorted(rows) == [
        ["faq", "### Returns\nThirty days, in the box.", "256", "TRUE"],
        ["faq", "### Shipping\nWe ship on weekdays.", "256", "TRUE"],
        ["faq", "### Sizes\nShoes run small.", "256", "TRUE"],
    ]


def test_a_value_that_is_wrong_fails_the_statement_in_a_sentence(shop: LocalCloud, running: list[Ran]) -> None:
    shop.run("CREATE TABLE sizes (chunk_size INT)")
    split = "ML_CHARACTER_TEXT_SPLITTER('a b', chunk_size, 0, ' ', FALSE)"
    shop.run("CREATE TABLE pieces (chunk STRING)")
    insert = shop.post(f"INSERT INTO pieces SELECT chunk FROM sizes CROSS JOIN UNNEST({split}) AS t(chunk)")
    running.append(insert)
    insert.until("RUNNING")
    shop.run("INSERT INTO sizes VALUES (1), (-1)")
    detail = insert.until("FAILED")["detail"]
    assert detail == "The second argument of ML_CHARACTER_TEXT_SPLITTER, chunkSize, is -1: it must be 0 or more."
