"""The front door with the real `pulumi`, pip, Maven and local cloud: what unit tests cannot show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from workshop.clone import git, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from workshop.clone import Clone

pytestmark = pytest.mark.integration


def test_a_warm_call_is_silent(clone: Clone) -> None:
    clone.ok("version")
    done = clone.run("version")
    assert done.stderr == ""
    assert done.stdout.startswith("v3.")


def test_help_names_our_commands_and_pulumis(clone: Clone) -> None:
    said = clone.ok("--help")
    assert "cloud" in said.split("Pulumi's")[0]
    assert "Usage:" in said


def test_commands_that_need_no_cloud_start_none(clone: Clone) -> None:
    clone.ok("config", "set", "suffix", "abc")
    assert "abc" in clone.ok("config")
    clone.ok("stack", "ls")
    assert clone.status()["running"] is False
    git(clone.path, "checkout", "--", "Pulumi.dev.yaml")


def test_two_starts_at_once_start_one_cloud(clone: Clone) -> None:
    starts = [clone.start("cloud", "start") for _ in range(2)]
    assert [process.wait(timeout=300) for process in starts] == [0, 0]
    served = [process for process in clone.processes() if "serve" in process.cmdline()]
    assert len(served) == 1


def test_a_killed_cloud_comes_back_and_leaves_no_orphans(clone: Clone) -> None:
    clone.ok("cloud", "start")
    (served,) = [process for process in clone.processes() if "serve" in process.cmdline()]
    served.kill()
    served.wait(10)
    clone.ok("cloud", "start")
    assert clone.status()["running"] is True
    clone.ok("cloud", "stop")
    assert clone.processes() == []


def test_sql_without_a_pipeline_says_what_to_do(clone: Clone) -> None:
    said = clone.refused("sql", "SHOW TABLES")
    assert "./pulumiw up" in said


def test_a_stack_elsewhere_gets_no_local_key_and_starts_no_cloud(clone: Clone) -> None:
    clone.ok("cloud", "stop")
    (clone.path / "Pulumi.elsewhere.yaml").write_text("config:\n  confluent-rag:region: us-east-1\n")
    said = clone.refused("up", "--yes", "-s", "elsewhere")
    assert clone.status()["running"] is False
    assert "127.0.0.1" not in said
    (clone.path / "Pulumi.elsewhere.yaml").unlink()


def test_a_killed_set_up_is_repaired(clone: Clone, tmp_path: Path) -> None:
    home = {"PULUMIW_HOME": str(tmp_path / "home")}
    process = clone.start("stack", "ls", env=home)
    wait_until((tmp_path / "home/venv/bin/python").exists, "the virtual environment to be begun")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    clone.ok("stack", "ls", env=home)
    assert subprocess.run([tmp_path / "home/venv/bin/pip", "--version"], check=True, capture_output=True).stdout
    named = clone.path / ".local/toolchain/venv"
    assert named.resolve() == (tmp_path / "home/venv").resolve()
    subprocess.run([named / "bin/python", "-c", "import pulumi_confluentcloud"], check=True)


class TestDeployed:
    """With the pipeline up."""

    @pytest.fixture(autouse=True)
    def up(self, clone: Clone) -> None:
        if clone.run("stack", "output", "flows").returncode:
            clone.ok("up", "--yes", "--skip-preview")

    def test_an_up_that_changes_nothing_does_not_show_vectors_again(self, clone: Clone) -> None:
        done = clone.run("up", "--yes", "--skip-preview")
        assert "Try next" not in done.stdout + done.stderr

    def test_sql_for_people_and_for_programs(self, clone: Clone) -> None:
        table = clone.ok("sql", "SELECT content, vector FROM product_vector", "--limit", "2")
        assert "dimensions]" in table
        (row,) = clone.sql("SELECT content, vector FROM product_vector", "--limit", "1")
        assert len(row["vector"]) > 100

    def test_sql_leaves_no_statement_behind(self, clone: Clone) -> None:
        def statements() -> set[str]:
            return {r["name"] for r in clone.status()["resources"] if r["kind"] == "statement"}

        before = statements()
        clone.sql("SELECT content FROM product_vector", "--limit", "1")
        clone.refused("sql", "SELECT nothing FROM product_vector")
        assert statements() == before

    def test_ctrl_c_ends_a_query_and_its_statement(self, clone: Clone) -> None:
        process = clone.start("sql", "SELECT content FROM product_vector", "--json")
        assert process.stdout
        assert "content" in json.loads(process.stdout.readline())
        draining = threading.Thread(target=process.stdout.read, daemon=True)
        draining.start()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 128 + signal.SIGINT
        jobs = [job["name"] for job in clone.status()["jobs"]]
        assert not [name for name in jobs if name.startswith("pulumiw-")]

    def test_the_tutorial_s_second_part_can_be_pasted(self, clone: Clone) -> None:
        clone.ok("sql", "CREATE TABLE queries (query STRING) WITH ('value.format' = 'json-registry');")
        clone.ok("sql", "INSERT INTO queries VALUES ('warm boots'), ('a green dress');")
        rows = clone.sql("SELECT query FROM queries", "--limit", "2")
        assert {row["query"] for row in rows} == {"warm boots", "a green dress"}
        clone.ok("sql", "DROP TABLE queries")

    def test_as_the_deployer_the_rights_of_the_stack_s_own_account_decide(self, clone: Clone) -> None:
        said = clone.refused("sql", "CREATE TABLE scratch (id INT)", "--as", "deployer")
        assert "may not create the topic 'scratch'" in said
        assert "without `--as deployer`" in said
        assert "scratch" not in clone.ok("sql", "SHOW TABLES")

    def test_rows_reach_a_terminal_that_lacks_their_characters(self, clone: Clone) -> None:
        shown = clone.ok("sql", "SELECT 'grün' AS word", env={"PYTHONIOENCODING": "ascii"})
        assert "gr\\xfcn" in shown

    def test_ddl_and_show(self, clone: Clone) -> None:
        clone.ok("sql", "CREATE VIEW scratch AS SELECT content FROM product_vector")
        assert "scratch" in clone.ok("sql", "SHOW TABLES")
        clone.ok("sql", "DROP VIEW scratch")
        assert "scratch" not in clone.ok("sql", "SHOW TABLES")
