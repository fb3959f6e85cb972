"""The front door with the real `pulumi`, pip, Maven and local cloud: what unit tests cannot show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from workshop.clone import git, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from workshop.clone import Clone

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def clone(new_clone: Clone) -> Clone:
    """Take a clone in which nothing has run: these tests begin before the first start."""
    return new_clone


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
    shown = json.loads(clone.ok("cloud", "status", "--json"))
    assert shown["running"] is True
    assert "flink" in {process["name"] for process in shown["processes"]}
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
    assert "you are not logged in" in said
    assert "you are not logged in" in clone.refused("sql", "SHOW TABLES", "-s", "elsewhere")
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
