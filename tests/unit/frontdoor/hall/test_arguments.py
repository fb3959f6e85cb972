from __future__ import annotations

import pytest

from toolchain.frontdoor.hall.arguments import Request


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


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        ("stack rm dev --yes", "stack rm dev --yes --preserve-config"),
        ("stack remove dev", "stack remove dev --preserve-config"),
        ("stack delete -y -s dev", "stack delete -y -s dev --preserve-config"),
        ("stack rm --preserve-config dev", "stack rm --preserve-config dev"),
        ("stack rm --preserve-config=false dev", "stack rm --preserve-config=false dev"),
        ("stack rm --help", "stack rm --help"),
        ("stack rm -- dev", "stack rm --preserve-config -- dev"),
        ("stack select dev", "stack select dev"),
    ],
)
def test_removing_a_stack_keeps_its_settings_file(line: str, passed: str) -> None:
    assert request(line).for_pulumi() == passed.split()


@pytest.mark.parametrize("word", ["rm", "remove", "delete"])
def test_a_stack_that_is_removed_is_named(word: str) -> None:
    assert request(f"stack {word} two").stack == "two"
    assert request(f"stack {word} two").chooses_stack


@pytest.mark.parametrize(
    ("line", "given", "passed"),
    [
        ("up --delete-orphans --yes", True, "up --yes"),
        ("refresh --delete-orphans", True, "refresh"),
        ("up --yes", False, "up --yes"),
        ("up -- --delete-orphans", False, "up -- --delete-orphans"),
    ],
)
def test_the_word_to_delete_orphans_is_not_for_pulumi(line: str, passed: str, *, given: bool) -> None:
    assert request(line).deletes_orphans is given
    assert request(line).for_pulumi() == passed.split()


@pytest.mark.parametrize(
    ("line", "removes"),
    [("destroy --remove", True), ("dn --remove=true -y", True), ("destroy", False), ("destroy --remove=false", False)],
)
def test_a_destroy_that_removes_the_stack(line: str, *, removes: bool) -> None:
    assert request(line).removes_stack is removes
