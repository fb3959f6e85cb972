"""SQL of Confluent's documentation, workshops and tutorials, rewritten: what each statement gives here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.statement_runs import drop_all, run_all
from tests.support.words import JAVA
from workshop.docs.statement_suite import Documented, Outcome, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_cloud import LocalCloud
    from tests.support.statement_runs import Came

pytestmark = pytest.mark.integration

ALL = [one for statements in load().values() for one in statements]


@pytest.fixture(scope="module")
def came(cloud: LocalCloud) -> Iterator[dict[str, Came]]:
    """Yield what came of all statements, by name."""
    yield run_all(cloud)
    drop_all(cloud)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_documented_statement(came: dict[str, Came], one: Documented) -> None:
    found = came[one.name]
    if found.error:
        raise found.error
    said = f"{one.sql}\n{found}"
    if one.outcome is Outcome.REFUSED:
        assert found.phase == "FAILED", said
        assert one.expected in found.detail, said
        assert not JAVA.search(found.detail), said
        return
    assert found.phase == ("RUNNING" if one.is_unending else "COMPLETED"), said
    if one.outcome is Outcome.RUNS:
        assert len(found.rows) >= int(one.expected), said
    elif one.outcome is Outcome.SHOWS:
        text = " ".join(str(cell) for row in found.rows for cell in row)
        assert [part for part in one.expected if re.sub(r"\s+", " ", part) not in re.sub(r"\s+", " ", text)] == [], said
    elif one.outcome in {Outcome.ROWS, Outcome.CHANGELOG}:
        is_ordered = one.is_ordered or one.outcome is Outcome.CHANGELOG
        assert (found.rows if is_ordered else sorted(found.rows, key=str)) == (
            one.expected if is_ordered else sorted(one.expected, key=str)
        ), said
