"""Old builds of the jars are deleted, but none that a local cloud runs from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from localcloud.folder_in_use import in_use
from toolchain.frontdoor.setup.jars import _KEPT_BUILDS, _delete_old_builds

if TYPE_CHECKING:
    from pathlib import Path


def builds(folder: Path, number: int) -> list[Path]:
    """Return so many builds, the oldest first."""
    made = [folder / f"build{one}" for one in range(number)]
    for age, build in enumerate(reversed(made)):
        (build / "flink").mkdir(parents=True)
        os.utime(build, (1_000_000_000 - age, 1_000_000_000 - age))
    return made


def test_the_newest_are_kept(tmp_path: Path) -> None:
    made = builds(tmp_path, _KEPT_BUILDS + 2)
    _delete_old_builds(tmp_path)
    assert set(tmp_path.iterdir()) == set(made[2:])


def test_one_that_a_local_cloud_runs_from_is_kept_until_it_ends(tmp_path: Path) -> None:
    made = builds(tmp_path, _KEPT_BUILDS + 2)
    with in_use(made[0]):
        _delete_old_builds(tmp_path)
        assert set(tmp_path.iterdir()) == {made[0], *made[2:]}
    _delete_old_builds(tmp_path)
    assert set(tmp_path.iterdir()) == set(made[2:])
