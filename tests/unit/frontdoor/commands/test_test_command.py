from __future__ import annotations

from toolchain.frontdoor.commands.test_command import pytest_options


def test_quick_leaves_out_the_integration_tests_and_is_not_for_pytest() -> None:
    options = pytest_options(["--quick", "-x"])
    assert options[-3:] == ["--ignore", "tests/integration", "-x"]
    assert "--quick" not in options


def test_without_it_all_tests_run() -> None:
    assert "--ignore" not in pytest_options(["tests/unit"])
    assert pytest_options(["tests/unit"])[-1] == "tests/unit"
