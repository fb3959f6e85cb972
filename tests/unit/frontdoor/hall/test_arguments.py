from __future__ import annotations

import pytest

from toolchain.frontdoor.hall.arguments import Request, several_stacks
from toolchain.frontdoor.hall.failure import Failure


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


@pytest.mark.parametrize("line", ["up --stack", "up -s --yes", "-C", "-C -s up", "up --stack -- two"])
def test_a_flag_without_its_value_is_refused_in_a_sentence(line: str) -> None:
    with pytest.raises(
        Failure, match=r"^--(stack|cwd) has no value: write --\1=VALUE, also for a value that begins with -\.$"
    ):
        _ = request(line).command


@pytest.mark.parametrize("line", ["-C=-s up -s a", "--cwd=-s up --stack=a", "-C-s up -sa"])
def test_a_value_that_begins_with_a_dash(line: str) -> None:
    assert (request(line).command, request(line).stack) == ("up", "a")


def test_several_stacks_need_their_names_too() -> None:
    with pytest.raises(Failure, match="--stack has no value"):
        several_stacks(["up", "-s", "a", "-s"])


@pytest.mark.parametrize(
    ("line", "chooses"),
    [
        ("up -t urn", True),
        ("up -turn", True),
        ("up --target=urn", True),
        ("refresh --exclude urn", True),
        ("up --target-dependents", False),
        ("up -- -t urn", False),
        ("up --yes", False),
    ],
)
def test_a_choice_of_targets(line: str, *, chooses: bool) -> None:
    assert request(line).chooses_targets is chooses


@pytest.mark.parametrize(
    ("line", "refreshes"),
    [
        ("up -r", True),
        ("up --refresh", True),
        ("up --refresh=true", True),
        ("up --refresh=false", False),
        ("up", False),
    ],
)
def test_an_up_that_refreshes(line: str, *, refreshes: bool) -> None:
    assert request(line).refreshes is refreshes


@pytest.mark.parametrize(
    ("line", "ours"), [("up --event-log f -s a", False), ("up", True), ("up --event-log=f", False)]
)
def test_an_event_log_of_the_persons_own(line: str, *, ours: bool) -> None:
    assert request(line).makes_or_deletes is ours
    assert request(line).command == "up"


@pytest.mark.parametrize("line", ["--message=two words", "-5", "--colo never", "--stac x", "about -t", "-yfd"])
def test_what_is_not_known_is_left_to_pulumi(line: str) -> None:
    assert request(line).stack is None
    assert request(line).for_pulumi() == line.split()
