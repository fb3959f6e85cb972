"""`./pulumiw sql` without a statement: a shell on a real terminal, or what is piped in."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.terminal import CTRL_C, CTRL_D, ENTER, PROMPT, UP, Terminal
from workshop.clone import COMMAND_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workshop.clone import Clone
    from workshop.stack import Stack

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for the shell's history."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def shell(stack: Stack, state: Path) -> Iterator[Terminal]:
    """Open one shell for all: each test leaves it as it was."""
    with Terminal(stack.clone, state, "sql") as terminal:
        terminal.shown(PROMPT)
        yield terminal


def queries(clone: Clone) -> set[str]:
    """Return the statements of `./pulumiw sql` that have not been deleted."""
    found = (one["name"] for one in clone.status()["resources"] if one["kind"] == "statement")
    return {name for name in found if name.startswith("pulumiw-")}


@pytest.fixture(scope="module")
def others(stack: Stack) -> set[str]:
    """Return what tests before these have left."""
    return queries(stack.clone)


def piped(clone: Clone, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(clone.path / "pulumiw"), "sql", *arguments],
        cwd=clone.path,
        env=clone.environment(),
        input=script,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def test_a_statement_has_as_many_lines_as_it_needs(shell: Terminal) -> None:
    shell.run("SHOW", r"\.\.\.>")
    shell.run("TABLES;", r"product_vector")
    shell.shown(PROMPT)


def test_names_of_this_stack_are_completed(shell: Terminal) -> None:
    shell.completes("SELECT * FROM product-u", "`product-updates`")
    shell.completes("SELECT * FROM product_vector WHERE cont", "content")
    shell.completes("USE CATALOG exa", "examples")


def test_rows_and_changes_are_shown_as_they_come_until_ctrl_c(shell: Terminal, stack: Stack, others: set[str]) -> None:
    shell.run("SELECT articleType, COUNT(*) AS n FROM `product-updates` GROUP BY articleType;", r"op +articleType +n")
    shell.shown(r"\+I ")
    shell.shown(r"-U ")
    shell.shown(r"\+U ")
    shell.type(CTRL_C)
    shell.shown("Stopped: the statement is deleted")
    shell.shown(PROMPT)
    wait_until(lambda: queries(stack.clone) <= others, "the statement's deletion")
    shell.run("SELECT 41 + 1 AS answer;", r"answer\s+-+\s+42")
    shell.shown(PROMPT)


def test_what_is_set_holds_for_the_statements_that_follow(shell: Terminal) -> None:
    shell.run("USE CATALOG `examples`; USE marketplace; SHOW TABLES;", "customers")
    shell.run("SET 'sql.local-time-zone' = 'Asia/Tokyo'; SET;", r"sql\.local-time-zone +Asia/Tokyo")
    shell.run("RESET; SHOW TABLES;", "product_vector")
    shell.shown(PROMPT)


def test_a_wrong_statement_is_one_sentence_and_the_shell_lives_on(shell: Terminal) -> None:
    said = shell.run("SELECT nothing FROM product_vector;", r"'nothing' (?:is )?not found")
    assert "Traceback" not in said
    shell.shown(PROMPT)
    shell.run("USE CATALOG `no-such-place`;", "no-such-place.*does not exist|no-such-place.*not found")
    shell.shown(PROMPT)
    shell.run("\\d product_vector", "vector")
    shell.shown(PROMPT)


def test_the_history_outlives_the_shell_and_has_no_secret(stack: Stack, state: Path) -> None:
    with Terminal(stack.clone, state, "sql") as terminal:
        terminal.shown(PROMPT)
        terminal.run("SET 'sql.secrets.openai' = 'sk-of-nobody';", PROMPT)
        terminal.run("RESET 'sql.secrets.openai';", PROMPT)
        terminal.run("SELECT 17 + 4 AS twenty_one;", r"-+\s+21")
        terminal.shown(PROMPT)
        terminal.run("\\q", "q")
        assert terminal.ended() == 0
    with Terminal(stack.clone, state, "sql") as terminal:
        terminal.shown(PROMPT)
        terminal.type(UP + UP)
        terminal.shown("twenty_one")
        terminal.type(ENTER)
        terminal.shown(r"-+\s+21")
        terminal.shown(PROMPT)
        terminal.type(CTRL_D)
        assert terminal.ended() == 0
    (kept,) = state.rglob("sql_history")
    assert "twenty_one" in kept.read_text()
    assert "sk-of-nobody" not in kept.read_text()


def test_piped_statements_are_run_in_turn(stack: Stack, others: set[str]) -> None:
    done = piped(stack.clone, "SHOW TABLES; SELECT 1 AS first_one")
    assert done.returncode == 0, done.stderr
    assert "product_vector" in done.stdout
    assert done.stdout.endswith("first_one\n---------\n1\n")
    assert queries(stack.clone) <= others


def test_piped_statements_for_programs(stack: Stack) -> None:
    script = (
        "SET 'sql.tables.scan.startup.mode' = 'earliest-offset';\nSELECT content FROM product_vector;\nSELECT 2 AS n;"
    )
    done = piped(stack.clone, script, "--json", "--limit", "2")
    assert [sorted(json.loads(line)) for line in done.stdout.splitlines()] == [["content"], ["content"], ["n"]]


def test_the_first_refusal_ends_it_with_status_1(stack: Stack) -> None:
    done = piped(stack.clone, "SELECT 1 AS n; SELECT nothing FROM product_vector; SELECT 3 AS n;", "--json")
    assert done.returncode == 1
    assert done.stdout == '{"n": 1}\n'
    assert done.stderr.startswith("pulumiw: ")
    assert "nothing" in done.stderr
