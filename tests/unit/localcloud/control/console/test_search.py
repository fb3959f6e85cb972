"""Products by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.control.console.search import Search
from localcloud.control.core.errors import InvalidError, NotFoundError
from tests.unit.localcloud.control.console.world import pipeline

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Local


def test_the_nearest_come_first_and_each_text_once(local: Local) -> None:
    made = pipeline(local)
    made.put("sandals", "boots", "sandals", "a dress")
    found = Search(local.cloud).find("boots", "", 2)
    assert (found["table"], found["model"], found["records"]) == ("product_vector", "m", 3)
    nearest_hit, other = found["hits"]
    assert (nearest_hit["text"], nearest_hit["score"]) == ("boots", 1.0)
    assert other["score"] < 1
    assert "vector" not in found["hits"][0]["record"]
    kinds = [point["kind"] for point in found["map"]]
    assert kinds == ["question", "hit", "hit", "neighbour"]
    question, nearest = found["map"][:2]
    assert (question["x"], question["y"]) == pytest.approx((nearest["x"], nearest["y"]))


def test_tables_are_told_with_their_model(local: Local) -> None:
    made = pipeline(local)
    (table,) = Search(local.cloud).tables()
    assert (table.id, table.name, table.model) == (f"{made.cluster}/product_vector", "product_vector", "m")


def test_a_table_without_a_vector_yet_has_no_hit(local: Local) -> None:
    made = pipeline(local)
    assert Search(local.cloud).find("kicks", f"{made.cluster}/product_vector", 5)["hits"] == []


def test_what_cannot_be_searched_is_said(local: Local) -> None:
    with pytest.raises(NotFoundError, match="bring a stack up"):
        Search(local.cloud).find("kicks", "", 5)
    pipeline(local)
    with pytest.raises(NotFoundError, match=r"choose lkc-\w+/product_vector"):
        Search(local.cloud).find("kicks", "orders", 5)
    for question in (" ", "x" * 1001):
        with pytest.raises(InvalidError, match="1 to 1000 characters"):
            Search(local.cloud).find(question, "", 5)


def test_another_provider_s_vectors_are_not_compared_with_ours(local: Local) -> None:
    made = pipeline(local, endpoint="https://api.openai.com/v1/embeddings")
    made.put("boots")
    with pytest.raises(InvalidError, match="pulumiw ask"):
        Search(local.cloud).find("boots", "", 5)


def test_vectors_longer_than_the_model_s_are_refused(local: Local) -> None:
    made = pipeline(local, model="whole")
    made.put("boots", model="m")
    with pytest.raises(InvalidError, match="have 256 numbers, those of whole 16"):
        Search(local.cloud).find("boots", "", 5)
