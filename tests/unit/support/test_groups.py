"""Which tests stay together, and in which order they are handed out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.groups import TESTS, TOGETHER, group_of, measured, rank, seconds_by_group

if TYPE_CHECKING:
    from pathlib import Path

STACK = TOGETHER[0]
LONG, SHORT, NEW = (f"tests/integration/test_{name}.py" for name in ("long", "short", "new"))
SECONDS = {LONG: 100.0, SHORT: 5.0, f"{STACK}/test_a.py": 90.0, f"{STACK}/test_b.py": 20.0, "tests/unit/test_x.py": 9.0}


def test_a_file_is_a_group() -> None:
    assert group_of(LONG) == LONG


def test_a_folder_with_a_shared_cloud_is_one_group() -> None:
    assert group_of(f"{STACK}/test_a.py") == group_of(f"{STACK}/test_b.py") == STACK
    assert all((TESTS.parent / folder / "conftest.py").is_file() for folder in TOGETHER)


def test_unit_tests_then_new_files_then_the_longest_groups() -> None:
    totals = seconds_by_group(SECONDS)
    files = [SHORT, LONG, f"{STACK}/test_a.py", "tests/unit/test_x.py", NEW]
    assert sorted(files, key=lambda file: rank(file, totals)) == [
        "tests/unit/test_x.py",
        NEW,
        f"{STACK}/test_a.py",
        LONG,
        SHORT,
    ]


def test_what_was_measured_is_still_there() -> None:
    assert [file for file in measured() if not (TESTS.parent / file).is_file()] == []


@pytest.mark.process
def test_xdist_gives_a_group_to_one_worker(tmp_path: Path) -> None:
    """In a project of its own, whose tests say which worker has run them."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler\n")
    folder = tmp_path / STACK
    folder.mkdir(parents=True)
    for name in "abcdef":
        (folder / f"test_{name}.py").write_text("import os\ndef test(): open(os.environ['PYTEST_XDIST_WORKER'], 'w')\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
        "--dist",
        "loadfile",
    ]
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    subprocess.run([*command, "-n", "2", STACK], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert len(list(tmp_path.glob("gw*"))) == 1
