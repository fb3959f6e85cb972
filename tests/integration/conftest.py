"""Clones for the tests that run the whole thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Yield a clone in a folder with a space in its name; nothing is up yet."""
    made = Clone.make(tmp_path_factory.mktemp("stranger") / "confluent rag")
    yield made
    made.remove()
