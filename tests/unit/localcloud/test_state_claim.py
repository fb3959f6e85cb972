"""A state folder has one local cloud at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localcloud.state_claim import FILE_NAME, StateInUseError, claim

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(StateInUseError, match=rf"process {os.getpid()}\) uses .*: stop it, or"):
        claim(tmp_path)


def test_it_is_free_again_once_it_is_given_back(tmp_path: Path) -> None:
    claim(tmp_path / "new").close()
    with claim(tmp_path / "new"):
        assert (tmp_path / "new" / FILE_NAME).read_text() == str(os.getpid())


@pytest.mark.process
def test_it_is_free_again_after_a_crash(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from localcloud.state_claim import claim;"
        " held = claim(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    crashed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert crashed.returncode == -9
    claim(tmp_path).close()


@pytest.mark.process
def test_a_child_that_outlives_its_cloud_does_not_hold_it(tmp_path: Path) -> None:
    held = claim(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as child:
        held.close()
        claim(tmp_path).close()
        child.kill()
