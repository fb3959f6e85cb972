"""What `./pulumiw test` asks of pytest."""

from __future__ import annotations

from toolchain.frontdoor.commands.test_command import pytest_options


def test_everything_unless_told_otherwise() -> None:
    assert not {"-m", "--ignore"} & set(pytest_options([]))


def test_arguments_are_pytests() -> None:
    assert pytest_options(["tests/unit/frontdoor", "-x"])[-2:] == ["tests/unit/frontdoor", "-x"]


def test_quick_starts_no_process_and_no_integration_test() -> None:
    options = pytest_options(["--quick", "-x"])
    assert options[-5:] == ["--ignore", "tests/integration", "-m", "not process", "-x"]
