"""An engine in front of a fake cloud."""

from __future__ import annotations

import pytest

from tests.support.plugins.driver import Driver


@pytest.fixture
def driver() -> Driver:
    """Return a driver whose cloud holds the environment and cluster of the samples."""
    driver = Driver.with_cloud()
    driver.cloud.objects["/org/v2/environments/env-1"] = {"id": "env-1"}
    return driver
