"""One local cloud, without a stack, for what looks at all that it holds."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.local_cloud import LocalCloud, built_jars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_cloud import Ran


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Yield it; it ends with the last test of this folder."""
    with closing(LocalCloud(tmp_path_factory.mktemp("cloud") / "state", built_jars())) as started:
        yield started


@pytest.fixture
def running() -> Iterator[list[Ran]]:
    """Yield a list of statements that are deleted afterwards."""
    started: list[Ran] = []
    yield started
    for ran in started:
        ran.delete()
