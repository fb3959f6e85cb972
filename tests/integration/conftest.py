"""Clones for the tests that run the whole thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.used_clone import becomes_like_new
from workshop.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def used_clones() -> Iterator[list[Clone]]:
    """Yield what keeps the clone that this worker's next file gets."""
    kept: list[Clone] = []
    yield kept
    for clone in kept:
        clone.remove()


@pytest.fixture(scope="module")
def clone(
    request: pytest.FixtureRequest, used_clones: list[Clone], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clone]:
    """Yield a clone in a folder with a space in its name; nothing is up. A file before may have used it."""
    clone = used_clones.pop() if used_clones else _made(tmp_path_factory)
    failed_before = request.session.testsfailed
    is_kept = False
    yield clone
    try:
        is_kept = request.session.testsfailed == failed_before and becomes_like_new(clone)
    finally:
        if is_kept:
            used_clones.append(clone)
        else:
            clone.remove()


@pytest.fixture(scope="module")
def new_clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Yield a clone in which nothing has ever run, and which nobody gets afterwards."""
    clone = _made(tmp_path_factory)
    yield clone
    clone.remove()


def _made(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone.make(tmp_path_factory.mktemp("stranger") / "confluent rag")
