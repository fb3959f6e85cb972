"""The page of statements, options and properties tells what the lists say."""

from __future__ import annotations

import re

import pytest
from confluent_sql import Property

from workshop.clone import PROJECT
from workshop.docs.sql_page import rows

WITH = re.compile(r"\bWITH\s*\((?P<options>[^)]*)\)", re.IGNORECASE)


@pytest.mark.parametrize("name", ["statements", "table-options", "properties"])
def test_nothing_is_listed_twice(name: str) -> None:
    names = [row.name for row in rows(name)]
    assert len(names) == len(set(names))


def test_every_property_that_the_driver_knows_is_listed() -> None:
    assert {str(one) for one in Property} == {row.name for row in rows("properties")}


def test_every_value_is_a_pattern() -> None:
    for row in [*rows("table-options"), *rows("properties")]:
        re.compile(row.answer)


def test_the_programs_own_statements_use_what_is_served() -> None:
    served = {row.name: row.answer for row in rows("table-options")}
    text = (PROJECT / "sql" / "create-table-product-vector.sql").read_text(encoding="utf-8")
    found = WITH.search(text)
    assert found
    options = re.findall(r"'([^']+)'\s*=\s*'([^']+)'", found["options"])
    assert options
    for key, value in options:
        assert re.fullmatch(served[key], value)
