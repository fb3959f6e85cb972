"""The pages of statements and options tell what the lists say."""

from __future__ import annotations

import re

import pytest
from confluent_sql import Property

from workshop.clone import PROJECT
from workshop.docs import options_page
from workshop.docs.options_page import options
from workshop.docs.sql_page import rows

WITH = re.compile(r"\bWITH\s*\((?P<options>[^)]*)\)", re.IGNORECASE)
SCOPES = sorted({option.scope for option in options()})


@pytest.mark.parametrize("name", ["statements", "functions"])
def test_nothing_is_listed_twice(name: str) -> None:
    names = [row.name for row in rows(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scope", SCOPES)
def test_no_option_is_listed_twice(scope: str) -> None:
    names = [option.name for option in options(scope)]
    assert len(names) == len(set(names))


def test_every_option_has_a_row_on_the_page() -> None:
    page = options_page.render()
    for option in options():
        assert f"| `{option.name}` |" in page
        assert option.text in page


def test_every_option_says_what_is_done_with_it() -> None:
    assert {option.effect for option in options()} == {"honoured", "no effect", "refused"}
    for option in options("table"):
        assert bool(option.where) == option.is_served, option.name


def test_every_property_that_the_driver_knows_is_listed() -> None:
    listed = {option.name for option in options("statement") if not option.name.startswith("client.")}
    assert {str(one) for one in Property} == listed


def test_the_programs_own_statements_use_what_is_served() -> None:
    served = {option.name: option.values.split("|") for option in options("table") if option.is_served}
    text = (PROJECT / "sql" / "create-table-product-vector.sql").read_text(encoding="utf-8")
    found = WITH.search(text)
    assert found
    given = re.findall(r"'([^']+)'\s*=\s*'([^']+)'", found["options"])
    assert given
    for key, value in given:
        assert value in served[key]
