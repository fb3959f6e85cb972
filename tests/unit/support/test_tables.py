"""What is said where fewer vectors can be read than products were sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.tables import SINK, SOURCE, Read, shortage

STATUS = {
    "topics": [{"name": SOURCE, "cluster": "lkc-1", "records": 4}, {"name": SINK, "cluster": "lkc-1", "records": 7}],
    "jobs": [{"name": "insert-1", "phase": "RUNNING"}],
}
PHASES = ["insert-1: RUNNING", "create-1: COMPLETED"]


def rows(*ids: int) -> Counter[Any]:
    return Counter((number, 21, 9.5, "hat", "Lalonde") for number in ids)


def said(vectors: Read, again: Read) -> list[str]:
    reads = (Read(SOURCE, rows(1, 2, 3, 3)), vectors, again)
    return shortage(4, reads, STATUS, PHASES).splitlines()


def test_a_vector_that_no_query_finds_is_named_and_so_is_one_too_many() -> None:
    lines = said(Read(SINK, rows(1, 1, 3)), Read(SINK, rows(1, 1, 3)))
    assert "product-updates: 4 rows were read." in lines
    assert "product_vector: 3 rows were read." in lines
    assert "product_vector: 3 rows were read by a second query." in lines
    assert "product ids without a vector: 2: 2 (1), 3 (1)" in lines
    assert "with too many: 1: 1 (1)" in lines


def test_a_vector_that_the_second_query_finds_is_not_lost() -> None:
    lines = said(Read(SINK, rows(1), "pulumiw: it was too slow"), Read(SINK, rows(1, 2, 3, 3)))
    assert "product_vector: 1 rows were read. pulumiw: it was too slow" in lines
    assert "product_vector: 4 rows were read by a second query." in lines
    assert "product ids without a vector: 0" in lines


def test_topics_and_statements_are_shown() -> None:
    lines = said(Read(SINK, rows()), Read(SINK, rows()))
    assert "product_vector (lkc-1): 7" in lines
    assert {"insert-1: RUNNING", "create-1: COMPLETED"} <= set(lines)
    assert "'phase': 'RUNNING'" in lines[-1]
