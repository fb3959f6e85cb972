"""What Tab offers, by what is typed."""

from __future__ import annotations

import pytest

from toolchain.frontdoor.sql.completion import Names, completions

NAMES = Names(
    catalogs=("env-1", "examples"),
    databases=("rag", "marketplace"),
    tables=("product-updates", "product_vector", "order"),
    models=("vector_embedding",),
    columns={"product-updates": ("price", "brandName"), "product_vector": ("content", "vector")},
)


def offered(before: str) -> list[str]:
    return [one.text for one in completions(before, NAMES)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("SEL", ["SELECT"]),
        ("sel", ["select"]),
        ("SELECT * FROM prod", ["`product-updates`", "product_vector"]),
        ("SELECT * FROM product_v", ["product_vector"]),
        ("SELECT * FROM `prod", ["`product-updates`", "`product_vector`"]),
        ("SELECT * FROM product_vector WHERE con", ["content", "connection", "connections", "concat"]),
        ("SELECT product_vector.", ["content", "vector"]),
        ("SELECT `product-updates`.pr", ["price"]),
        ("SELECT * FROM rag.product_", ["product_vector"]),
        ("SELECT * FROM `env-1`.r", ["rag"]),
        ("USE ", ["CATALOG", "rag", "marketplace", "`env-1`", "examples"]),
        ("USE CATALOG e", ["`env-1`", "examples"]),
        ("DROP MODEL vec", ["vector_embedding", "vector_search_agg"]),
        ("\\d product_", ["product_vector"]),
        ("SELECT 1; SHOW TAB", ["TABLE", "TABLES"]),
        ("SELECT 'prod", []),
        ("SELECT 1 -- prod", []),
        ("SELECT nothing.", []),
    ],
)
def test_what_fits(before: str, expected: list[str]) -> None:
    assert offered(before) == expected


def test_the_completed_word_takes_the_place_of_what_is_typed() -> None:
    (found,) = completions("SELECT * FROM `product-u", NAMES)
    assert (found.text, found.length, found.kind) == ("`product-updates`", len("`product-u"), "table")


def test_a_reserved_word_as_a_name_is_quoted() -> None:
    assert "`order`" in offered("SELECT * FROM ord")


def test_before_any_name_is_known_keywords_are_offered() -> None:
    assert [one.text for one in completions("SHO", Names())] == ["SHOW"]
