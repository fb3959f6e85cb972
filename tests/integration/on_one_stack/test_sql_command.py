"""`./pulumiw sql` on a stack that is up."""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workshop.stack import Stack

pytestmark = pytest.mark.integration


def test_an_up_that_changes_nothing_does_not_show_vectors_again(stack: Stack) -> None:
    done = stack.clone.run("up", "--yes", "--skip-preview")
    assert "Try next" not in done.stdout + done.stderr


def test_sql_for_people_and_for_programs(stack: Stack) -> None:
    table = stack.clone.ok("sql", "SELECT content, vector FROM product_vector", "--limit", "2")
    assert "dimensions]" in table
    (row,) = stack.clone.sql("SELECT content, vector FROM product_vector", "--limit", "1")
    assert len(row["vector"]) > 100


def test_sql_leaves_no_statement_behind(stack: Stack) -> None:
    def statements() -> set[str]:
        return {r["name"] for r in stack.clone.status()["resources"] if r["kind"] == "statement"}

    before = statements()
    stack.clone.sql("SELECT content FROM product_vector", "--limit", "1")
    stack.clone.refused("sql", "SELECT nothing FROM product_vector")
    assert statements() == before


def test_ctrl_c_ends_a_query_and_its_statement(stack: Stack) -> None:
    process = stack.clone.start("sql", "SELECT content FROM product_vector", "--json")
    assert process.stdout
    assert "content" in json.loads(process.stdout.readline())
    draining = threading.Thread(target=process.stdout.read, daemon=True)
    draining.start()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 128 + signal.SIGINT
    jobs = [job["name"] for job in stack.clone.status()["jobs"]]
    assert not [name for name in jobs if name.startswith("pulumiw-")]


def test_the_tutorial_s_second_part_can_be_pasted(stack: Stack) -> None:
    stack.clone.ok("sql", "CREATE TABLE queries (query STRING) WITH ('value.format' = 'json-registry');")
    stack.clone.ok("sql", "INSERT INTO queries VALUES ('warm boots'), ('a green dress');")
    rows = stack.clone.sql("SELECT query FROM queries", "--limit", "2")
    assert {row["query"] for row in rows} == {"warm boots", "a green dress"}
    stack.clone.ok("sql", "DROP TABLE queries")


def test_as_the_deployer_the_rights_of_the_stack_s_own_account_decide(stack: Stack) -> None:
    said = stack.clone.refused("sql", "CREATE TABLE scratch (id INT)", "--as", "deployer")
    assert "may not create the topic 'scratch'" in said
    assert "without `--as deployer`" in said
    assert "scratch" not in stack.clone.ok("sql", "SHOW TABLES")


def test_rows_reach_a_terminal_that_lacks_their_characters(stack: Stack) -> None:
    shown = stack.clone.ok("sql", "SELECT 'grün' AS word", env={"PYTHONIOENCODING": "ascii"})
    assert "gr\\xfcn" in shown


def test_ddl_and_show(stack: Stack) -> None:
    stack.clone.ok("sql", "CREATE VIEW scratch AS SELECT content FROM product_vector")
    assert "scratch" in stack.clone.ok("sql", "SHOW TABLES")
    stack.clone.ok("sql", "DROP VIEW scratch")
    assert "scratch" not in stack.clone.ok("sql", "SHOW TABLES")
