"""What `./pulumiw test` asks of pytest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from toolchain.frontdoor.commands.test_command import pytest_options
from workshop.clone import PROJECT


def test_everything_unless_told_otherwise() -> None:
    assert "-m" not in pytest_options([])


def test_arguments_are_pytests() -> None:
    assert pytest_options(["tests/unit/frontdoor", "-x"])[-2:] == ["tests/unit/frontdoor", "-x"]


def test_quick_starts_no_process_and_no_integration_test() -> None:
    assert pytest_options(["--quick", "-x"])[-3:] == ["-m", "not integration and not process", "-x"]


@pytest.mark.process
def test_quick_leaves_out_what_is_marked() -> None:
    """Of a file and a folder in which all is marked, nothing is left."""
    marked = ["tests/integration/on_one_cloud", "tests/unit/frontdoor/hall/test_foreground.py"]
    left = [sys.executable, "-m", "pytest", "--collect-only", "-q", *marked, *pytest_options(["--quick"]), "-n", "0"]
    ran = subprocess.run(left, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ran.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, ran.stdout
