from __future__ import annotations

import subprocess
import sys

import pytest

from toolchain.frontdoor.commands.test_command import pytest_options
from workshop.clone import PROJECT


def collected(*arguments: str) -> set[str]:
    """Return the folders of ``tests`` from which pytest takes tests with these arguments of `./pulumiw test`."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *pytest_options(list(arguments)), "-n", "0"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return {line.split("/")[1] for line in done.stdout.splitlines() if line.startswith("tests/")}


@pytest.mark.parametrize(("arguments", "folders"), [(["--quick"], {"unit"}), ([], {"unit", "integration"})])
def test_quick_leaves_out_the_integration_tests(arguments: list[str], folders: set[str]) -> None:
    assert collected(*arguments) == folders


def test_the_flag_is_not_for_pytest() -> None:
    assert "--quick" not in pytest_options(["--quick", "-x"])
    assert pytest_options(["tests/unit"])[-1] == "tests/unit"
