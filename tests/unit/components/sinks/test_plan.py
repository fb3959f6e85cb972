from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.sinks.plan import plan_sinks, searched
from components.sql_files import SqlFiles
from tests.support.tutorial import copy_statements
from tests.unit.components.config.test_sinks import ATLAS, sinks

if TYPE_CHECKING:
    from pathlib import Path

    from components.sinks.plan import Plan


@pytest.fixture
def files(tmp_path: Path) -> SqlFiles:
    folder = copy_statements(tmp_path)
    return SqlFiles.load(folder, topics=["product-updates"], embedding_model=None, search=True)


def plan(files: SqlFiles, **entry: Any) -> Plan:
    (found,) = plan_sinks(sinks({**ATLAS, **entry}), files)
    return found


def refused(files: SqlFiles, **entry: Any) -> list[str]:
    with pytest.raises(pulumi.RunError) as failure:
        plan(files, **entry)
    return str(failure.value).splitlines()


def test_without_topics_the_tables_with_vectors_are_copied_and_no_question(files: SqlFiles) -> None:
    found = plan(files)
    assert found.store.topics == ["product_vector"]
    assert found.built_on == ["create-table-product-vector", "create-model-vector-embedding"]
    assert found.model == "vector_embedding"
    assert (found.copied.topics, found.copied.reports) == ({"product_vector"}, ("dlq",))


def test_a_table_without_vectors_needs_no_model(files: SqlFiles) -> None:
    found = plan(files, topics=["queries"], id="query")
    assert (found.built_on, found.model) == (["create-table-queries"], None)


def test_tables_and_the_id_are_compared_with_the_statements(files: SqlFiles) -> None:
    assert refused(files, topics=["product-vector"]) == [
        (
            "confluent-rag:sinks[0].topics has 'product-vector', which no CREATE TABLE of sql/ makes: write one of"
            " product_vector, queries, query_vectors."
        )
    ]
    (said,) = refused(files, id="vector")
    assert said == (
        "confluent-rag:sinks[0].id is 'vector', which product_vector declares as ARRAY: write a column of numbers or"
        " texts."
    )
    assert refused(files, id="sku") == [
        (
            "confluent-rag:sinks[0].id is 'sku', which is no column of product_vector: write one that differs from row"
            " to row."
        )
    ]


def test_an_external_table_shows_the_sink_that_it_names(files: SqlFiles) -> None:
    entries = sinks({**ATLAS, "name": "other", "collection": "others"}, ATLAS)
    assert searched(files, entries) == {"create-table-mongodb-products": entries[1]}
    assert refused(files, collection="others") == [
        (
            "sql/search/create-table-mongodb-products.sql needs a sink of kind mongodb with database 'store' and"
            " collection 'products' and index 'vector_index': write the same in confluent-rag:sinks, or in that file."
        )
    ]
