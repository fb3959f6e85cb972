from __future__ import annotations

import pytest

from toolchain.frontdoor.arguments import Request


def request(line: str) -> Request:
    return Request(tuple(line.split()))


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("up --yes", "up"),
        ("--color never up", "up"),
        ("-C /tmp -s dev update", "up"),
        ("--stack=dev pre", "preview"),
        ("dn", "destroy"),
        ("--non-interactive", ""),
        ("", ""),
    ],
)
def test_the_command_is_found_among_flags(line: str, command: str) -> None:
    assert request(line).command == command


@pytest.mark.parametrize(
    ("line", "stack"),
    [
        ("up --stack two", "two"),
        ("up --stack=two", "two"),
        ("up -s two", "two"),
        ("up -s=two", "two"),
        ("up -stwo", "two"),
        ("up", None),
        ("up --skip-preview", None),
        ("up -- -s two", None),
        ("stack init two", "two"),
        ("stack init --copy-config-from dev two", "two"),
        ("stack select --create two", "two"),
        ("stack output two", None),
        ("config set two three", None),
    ],
)
def test_the_stack_is_found_in_all_its_spellings(line: str, stack: str | None) -> None:
    assert request(line).stack == stack


@pytest.mark.parametrize("line", ["up", "preview", "refresh", "destroy", "import a b c", "watch", "update -y"])
def test_commands_that_need_the_cloud(line: str) -> None:
    assert request(line).needs_cloud


@pytest.mark.parametrize("line", ["", "version", "stack ls", "config set a b", "about", "up --help", "stack output"])
def test_commands_that_do_not(line: str) -> None:
    assert not request(line).needs_cloud


@pytest.mark.parametrize("line", ["destroy", "down -yf", "destroy --yes --skip-preview -s dev"])
def test_a_destroy_of_everything(line: str) -> None:
    assert Request(tuple(line.split())).destroys_all


@pytest.mark.parametrize(
    "line",
    ["up", "destroy -t urn", "destroy --exclude=urn", "destroy --exclude-protected", "destroy --preview-only", "dn -h"],
)
def test_a_destroy_of_less(line: str) -> None:
    assert not Request(tuple(line.split())).destroys_all
