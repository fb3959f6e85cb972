"""A connector that FAILS during `up` is told as its own error, and the INSERT does not wait for its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration


def test_it_is_told_and_the_next_up_with_a_new_one_ends_well(clone: Clone) -> None:
    clone.ok("cloud", "start")
    clone.ok("cloud", "faults", "connector.Datagen*=FAILED")
    said = clone.refused("up", "--yes", "--skip-preview")
    assert "On purpose, by connector.Datagen*=FAILED" in said
    assert "No record with its schema" not in said
    clone.ok("cloud", "faults", "none")
    failed = [
        flag for one in clone.resources() if one["type"].endswith(":Connector") for flag in ("--replace", one["urn"])
    ]
    clone.up(*failed)
    assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "1")) == 1
    clone.ok("destroy", "--yes", "--skip-preview")
    assert clone.status()["resources"] == []
