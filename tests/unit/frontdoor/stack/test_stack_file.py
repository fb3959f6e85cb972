from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.stack.stack import Project, Stack
from toolchain.frontdoor.stack.stack_file import keep_settings_file, tell_how_to_remove

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout


@pytest.fixture
def stack(layout: Layout) -> Stack:
    return Stack.read(Project.read(layout), "dev")


@pytest.mark.parametrize(("line", "is_kept"), [("destroy --remove --yes", True), ("destroy --yes", False)])
def test_a_settings_file_that_pulumi_deletes_comes_back(
    stack: Stack, line: str, capsys: pytest.CaptureFixture[str], *, is_kept: bool
) -> None:
    before = stack.settings_file.read_text()
    with keep_settings_file(stack, Request(tuple(line.split()))):
        stack.settings_file.unlink()
    assert stack.settings_file.exists() is is_kept
    if is_kept:
        assert stack.settings_file.read_text() == before
        assert "Pulumi.dev.yaml is kept" in capsys.readouterr().err


def test_one_that_is_there_is_left_as_it_is(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    with keep_settings_file(stack, Request(("destroy", "--remove"))):
        stack.settings_file.write_text("config: {}\n")
    assert stack.settings_file.read_text() == "config: {}\n"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("destroy --yes", True),
        ("destroy --remove", False),
        ("destroy --target urn", False),
        ("up", False),
        ("destroy --help", False),
    ],
)
def test_after_a_destroy_it_is_told_how_to_remove_the_stack(
    stack: Stack, line: str, capsys: pytest.CaptureFixture[str], *, told: bool
) -> None:
    tell_how_to_remove(stack, Request(tuple(line.split())))
    assert ("./pulumiw stack rm dev" in capsys.readouterr().err) is told


def test_without_a_settings_file_there_is_nothing_to_lose(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    stack.settings_file.unlink()
    tell_how_to_remove(stack, Request(("destroy",)))
    assert capsys.readouterr().err == ""
