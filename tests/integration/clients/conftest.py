"""One stack for all clients: they use it side by side, as clients do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.clients.stack import Stack
from tests.integration.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a stack that is up; it ends with the last client's last test."""
    clone = Clone.make(tmp_path_factory.mktemp("clients") / "confluent rag")
    try:
        yield Stack.up(clone)
    finally:
        clone.remove()
