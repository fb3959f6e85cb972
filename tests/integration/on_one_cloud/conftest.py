"""One local cloud, without a stack, for what looks at all that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.local_cloud import LocalCloud, built_jars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the local cloud keeps all that it keeps."""
    return tmp_path_factory.mktemp("cloud") / "state"


@pytest.fixture(scope="package")
def cloud(state: Path) -> Iterator[LocalCloud]:
    """Yield it; it ends with the last test of this folder."""
    started = LocalCloud(state, built_jars())
    try:
        yield started
    finally:
        started.close()
