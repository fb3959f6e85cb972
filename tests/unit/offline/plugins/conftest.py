"""An engine in front of a fake cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.plugins.driver import Driver
from tests.support.plugins.samples import ARCHIVE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the archive of the sample of a custom connector plugin."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / ARCHIVE
    made.write_bytes(b"the archive's bytes")
    return made


@pytest.fixture
def driver() -> Driver:
    """Return a driver whose cloud holds the environment and cluster of the samples."""
    driver = Driver.with_cloud()
    driver.cloud.objects["/org/v2/environments/env-1"] = {"id": "env-1"}
    return driver
